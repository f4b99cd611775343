import {expect, it} from 'vitest';
import {addressRange} from '../../../src/lib/config/values.ts';

it.each(['127.0.0.1', '10.0.0.0/8', '2001:db8::/32', '::1'])('%s is an address or a range', (text) => {
  expect(addressRange.parse(text)).toEqual({value: text});
});

it.each(['localhost', '10.0.0.0/33', '0.0.0.0/0', '::/0', 'http://10.0.0.1', '10.0.0.1:80'])(
  '%s is none',
  (text) => {
    expect(addressRange.parse(text)).toHaveProperty('wrong');
  },
);
