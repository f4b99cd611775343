import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {AosError} from '../../../src/lib/foundation/errors/error.ts';
import {GROUP_ORDER} from '../../../src/lib/keys/bn254.ts';
import {
  newPrivateKey,
  parsePrivateKey,
  privateKeyBytes,
  privateKeyFromBytes,
} from '../../../src/lib/keys/private-key.ts';
import {thrown} from '../../support/config-file.ts';

const key = fc.bigInt({min: 1n, max: GROUP_ORDER - 1n});

describe('a private key', () => {
  it('is read back from decimal, hex and bytes', () => {
    fc.assert(
      fc.property(key, (value) => {
        const hex = value.toString(16);
        expect(parsePrivateKey(`${value}\n`)).toBe(value);
        expect(parsePrivateKey(`  0x${hex.toUpperCase()}\r\n`)).toBe(value);
        expect(parsePrivateKey(hex.padStart(64, '0'))).toBe(value);
        expect(privateKeyFromBytes(privateKeyBytes(value))).toBe(value);
      }),
    );
  });

  it('with 64 digits is hex, also when all are decimal', () => {
    expect(parsePrivateKey('1'.padStart(64, '0') /* one */)).toBe(1n);
    expect(parsePrivateKey('10'.padStart(64, '0'))).toBe(16n);
    expect(parsePrivateKey('10'.padStart(63, '0'))).toBe(10n);
  });

  it.each([
    ['nothing', ' \n'],
    ['zero', '0'],
    ['zero in hex', '0x0'],
    ['the order', String(GROUP_ORDER)],
    ['an Ethereum key beyond the order', `0x${'f'.repeat(64)}`],
    ['negative', '-5'],
    ['hex without 0x', 'abcdef'],
    ['two numbers', '1 2'],
    ['65 hex digits', `0x${'1'.repeat(65)}`],
    ['an exponent', '1e10'],
    ['other digits', '١٢٣'],
    ['a keystore', '{"pubKey":"E([1,2])"}'],
  ])('is not %s; the text is not quoted', (_, text) => {
    const error = thrown(() => parsePrivateKey(text));
    expect(error).toMatchObject({code: 'KEY_INVALID', exitCode: 65});
    const {message, next, details} = error as AosError;
    const digits = text.trim().replace(/^0x/, '');
    if (digits.length > 2) expect(JSON.stringify([message, next, details])).not.toContain(digits);
  });

  it('is made of 48 random bytes and always in range', () => {
    fc.assert(
      fc.property(fc.uint8Array({minLength: 48, maxLength: 48}), (bytes) => {
        const made = newPrivateKey((length) => bytes.subarray(0, length));
        expect(made > 0n && made < GROUP_ORDER).toBe(true);
      }),
    );
    expect(newPrivateKey((length) => new Uint8Array(length))).toBe(1n);
  });

  it('of a keystore has 32 bytes', () => {
    expect(() => privateKeyFromBytes(new Uint8Array(31).fill(1))).toThrow(
      expect.objectContaining({code: 'KEY_INVALID'}),
    );
  });
});
