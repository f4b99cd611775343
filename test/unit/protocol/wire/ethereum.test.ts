import {keccak_256} from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {getAddress, hashMessage, recoverMessageAddress} from 'viem';
import {
  checksumAddress,
  eip191Digest,
  fromHex,
  isAddress,
  isChecksummed,
  sameAddress,
  toHex,
} from '../../../../src/lib/protocol/wire/ethereum.ts';
import {recoverAddress} from '../../../../src/lib/protocol/wire/key-address.ts';
import {keccak256} from '../../../../src/lib/protocol/wire/keccak.ts';
import {signText, TEST_ADDRESS} from '../../../support/envelope-signing.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('keccak256', () => {
  it.each([
    ['', 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'],
    ['abc', '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'],
  ])('of %j', (text, hash) => {
    expect(toHex(keccak256(utf8(text)))).toBe(hash);
  });

  it('agrees with @noble/hashes at every length around the block size, and around the size of its memory', () => {
    const lengths = [
      ...Array.from({length: 300}, (_, length) => length),
      64_463,
      64_464,
      64_465,
      64_600,
      200_000,
    ];
    for (const length of lengths) {
      const bytes = Uint8Array.from({length}, (_, i) => (i * 7 + length) & 0xff);
      expect(toHex(keccak256(bytes)), `${length} bytes`).toBe(toHex(keccak_256(bytes)));
    }
  });

  it('agrees on any bytes, whatever was hashed before', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 2000}), (bytes) => {
        expect(toHex(keccak256(bytes))).toBe(toHex(keccak_256(bytes)));
      }),
    );
  });

  it('gives a result of its own', () => {
    const first = keccak256(utf8('a'));
    const before = toHex(first);
    keccak256(utf8('b'));
    expect(toHex(first)).toBe(before);
  });
});

describe('EIP-191', () => {
  it('digests and recovers as viem does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({maxLength: 300}), async (message) => {
        expect(`0x${toHex(eip191Digest(message))}`).toBe(hashMessage({raw: message}));
        const signature = signText(message);
        expect(recoverAddress(eip191Digest(message), Buffer.from(signature, 'hex'))).toBe(TEST_ADDRESS);
        expect(await recoverMessageAddress({message: {raw: message}, signature: `0x${signature}`})).toBe(
          TEST_ADDRESS,
        );
      }),
      {numRuns: 30},
    );
  });

  it('gives null, and never throws, for what is no signature', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 70}), fc.uint8Array({maxLength: 33}), (signature, digest) => {
        if (signature.length !== 65 || digest.length !== 32)
          expect(recoverAddress(digest, signature)).toBeNull();
      }),
    );
    const digest = eip191Digest(utf8('x'));
    const bad = ['00', 'ff'].map((fill) => Buffer.from(fill.repeat(64) + '1b', 'hex'));
    for (const signature of bad) expect(recoverAddress(digest, signature)).toBeNull();
  });
});

describe('addresses', () => {
  it('checksums as viem does', () => {
    fc.assert(
      fc.property(fc.uint8Array({minLength: 20, maxLength: 20}), (bytes) => {
        const lower = `0x${toHex(bytes)}` as const;
        const checksummed = checksumAddress(lower);
        expect(checksummed).toBe(getAddress(lower));
        expect(checksumAddress(`0x${toHex(bytes).toUpperCase()}`)).toBe(checksummed);
        expect([checksummed, lower].every(isChecksummed)).toBe(true);
        expect(sameAddress(checksummed, lower)).toBe(true);
      }),
    );
  });

  it.each<[string, boolean, boolean]>([
    ['0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73', true, true],
    ['0xfe3b557e8fb62b89f4916b721be55ceb828dbd73', true, true],
    ['0xFE3B557E8FB62B89F4916B721BE55CEB828DBD73', true, true],
    ['0xfE3B557E8Fb62b89F4916B721be55cEb828dBd73', true, false],
    ['FE3B557E8Fb62b89F4916B721be55cEb828dBd73', false, false],
    ['0xFE3B557E8Fb62b89F4916B721be55cEb828dBd7', false, false],
    ['0xFE3B557E8Fb62b89F4916B721be55cEb828dBd733', false, false],
    ['0xGE3B557E8Fb62b89F4916B721be55cEb828dBd73', false, false],
    ['', false, false],
  ])('%s', (text, address, checksummed) => {
    expect([isAddress(text), isChecksummed(text)]).toEqual([address, checksummed]);
  });
});

describe('hex', () => {
  it('reads back what it wrote, in any letter case, with or without 0x', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const hex = toHex(bytes);
        for (const text of [hex, `0x${hex}`, hex.toUpperCase()])
          expect(toHex(fromHex(text) ?? utf8('null'))).toBe(hex);
      }),
    );
  });

  it.each(['0', '0x0', 'zz', '0x0g', ' 00', '00 ', '0x0x00', 'İ0', '\u0130\u0131'])('refuses %j', (text) => {
    expect(fromHex(text)).toBeNull();
  });
});
