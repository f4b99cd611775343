import {expect, it} from 'vitest';
import {unquoted} from '../../../../src/lib/foundation/text/unquoted.ts';

it.each([
  ['"https://rpc.example.org/v3/k"', 'https://rpc.example.org/v3/k'],
  [`'value'`, 'value'],
  [' "value" ', 'value'],
  ['""', ''],
  ['value', 'value'],
  ['"value', '"value'],
  [`"value'`, `"value'`],
  ['"a","b"', '"a","b"'],
  ['"', '"'],
  ['', ''],
])('%j without the quotes of an env file is %j', (text, bare) => {
  expect(unquoted(text)).toBe(bare);
});
