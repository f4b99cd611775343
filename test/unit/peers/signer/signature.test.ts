import fc from 'fast-check';
import {privateKeyToAccount} from 'viem/accounts';
import {describe, expect, it} from 'vitest';
import {devKey, signatureText} from '../../../../src/devnet/signer/keys.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {eip191Digest, fromHex} from '../../../../src/lib/protocol/wire/ethereum.ts';
import {takeSignature} from '../../../../src/lib/peers/signer/signature.ts';

const privateKey = fc
  .uint8Array({minLength: 32, maxLength: 32})
  .map((bytes) => `0x01${Buffer.from(bytes).toString('hex').slice(2)}` as const);
const message = fc.uint8Array({maxLength: 300});

function codeOf(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    if (isAosError(error)) return error.code;
    throw error;
  }
  return 'taken';
}

describe('a development key', () => {
  it('has the address and signatures of the same key in viem', async () => {
    await fc.assert(
      fc.asyncProperty(privateKey, message, async (secret, bytes) => {
        const local = privateKeyToAccount(secret);
        const key = devKey(secret);
        expect(key.address).toBe(local.address.toLowerCase());
        expect(`0x04${key.publicKey.slice(2)}`).toBe(local.publicKey);
        expect(signatureText(key.sign(eip191Digest(bytes)))).toBe(
          await local.signMessage({message: {raw: bytes}}),
        );
      }),
      {numRuns: 50},
    );
  });

  it.each(['', '0x00', `0x${'00'.repeat(32)}`, `0x${'ff'.repeat(32)}`, 'zz'])('refuses %s', (secret) => {
    expect(codeOf(() => devKey(secret))).toBe('USAGE');
  });
});

describe('takeSignature', () => {
  const key = devKey(`0x${'11'.repeat(32)}`);
  const digest = eip191Digest(Buffer.from('hello'));
  const good = signatureText(key.sign(digest));

  it('returns lower-case hex without 0x', () => {
    expect(takeSignature(good.toUpperCase().replace('0X', '0x'), digest, key.address)).toBe(good.slice(2));
  });

  it('takes KMS-like random nonces', () => {
    const other = signatureText(key.sign(digest, new Uint8Array(32).fill(9)));
    expect(other).not.toBe(good);
    expect(takeSignature(other, digest, key.address)).toBe(other.slice(2));
  });

  it('refuses every signature with a changed byte', () => {
    fc.assert(
      fc.property(fc.nat(64), fc.integer({min: 1, max: 255}), (at, flip) => {
        const bytes = Buffer.from(fromHex(good) ?? []);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        expect(codeOf(() => takeSignature(bytes.toString('hex'), digest, key.address))).toBe(
          'SIGNER_WRONG_SIGNATURE',
        );
      }),
    );
  });

  it.each<[string, unknown, string]>([
    ['64 bytes', good.slice(0, -2), 'SIGNER_WRONG_SIGNATURE'],
    ['66 bytes', `${good}00`, 'SIGNER_WRONG_SIGNATURE'],
    ['v 0', `${good.slice(0, -2)}00`, 'SIGNER_WRONG_SIGNATURE'],
    ['nothing', '0x', 'SIGNER_WRONG_SIGNATURE'],
    ['not hex', 'signature', 'SIGNER_PROTOCOL'],
    ['no text', 12, 'SIGNER_PROTOCOL'],
    ['null', null, 'SIGNER_PROTOCOL'],
  ])('refuses %s', (_name, value, code) => {
    expect(codeOf(() => takeSignature(value, digest, key.address))).toBe(code);
  });
});
