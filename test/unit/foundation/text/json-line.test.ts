import {expect, it} from 'vitest';
import {jsonLine} from '../../../../src/lib/foundation/text/safe-text.ts';

it('a bigint is a decimal string in JSON', () => {
  expect(jsonLine({wei: 2n ** 70n, list: [1n]})).toBe('{"wei":"1180591620717411303424","list":["1"]}');
});
