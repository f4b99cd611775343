import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {
  addressFault,
  isPublicSecret,
  refusePublicAddress,
  refusePublicSecret,
} from '../../../src/lib/protocol/known-keys/known-keys.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

describe('an address that anyone can use', () => {
  it.each([
    ['Web3Signer’s documentation', '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73'],
    ['the same in lower case', '0xfe3b557e8fb62b89f4916b721be55ceb828dbd73'],
    ['anvil 0', '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'],
    ['anvil 19', '0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199'],
    ['truffle 0', '0x627306090abaB3A6e1400e9345bC60c78a8BEf57'],
    ['ganache 0', '0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1'],
    ['private key 1', '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf'],
  ])('of %s is refused on mainnet with the reason, and not on a devnet', (_name, address) => {
    expect(addressFault(address)).toBe('public');
    expect(() => refusePublicAddress('node.node_id', address, 1)).toThrow(
      expect.objectContaining({
        code: 'KEY_PUBLIC',
        exitCode: 77,
        message: expect.stringContaining('private key is published') as string,
      }),
    );
    for (const devnet of [31337, 1337])
      expect(() => refusePublicAddress('node.node_id', address, devnet)).not.toThrow();
    expect(() => refusePublicAddress('node.node_id', address, 13370)).toThrow();
    expect(() => refusePublicAddress('node.node_id', address, null)).not.toThrow();
  });

  it.each([
    '0x1111111111111111111111111111111111111111',
    '0x0000000000000000000000000000000000000000',
    '0x000000000000000000000000000000000000dEaD',
    '0x1234567890123456789012345678901234567890',
    '0xdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef',
    '0xdeadbeef00000000000000000000000000000000',
    '0x1234567890abcdef1234567890abcdef12345678',
  ])('%s is the example of a document', (address) => {
    expect(addressFault(address)).toBe('placeholder');
    expect(() => refusePublicAddress('node.node_id', address, 560_048)).toThrow(
      expect.objectContaining({code: 'KEY_PUBLIC'}),
    );
  });

  it.each([
    '0xbB1923B9b05eE12538331fcf4C0aE28CF61a061C',
    '0x6469494b4e3Da71d68AD7e8a2bC08460df25C421',
    // Their owners had them made with these beginnings.
    '0xdeadbeef5eE12538331fcf4C0aE28CF61a061C9b',
    '0x1234567890e12538331fcf4c0ae28cf61a061c9b',
    '0x00000000000e12538331fcf4c0ae28cf61a061c9',
  ])('%s is a person’s', (address) => {
    expect(addressFault(address)).toBeNull();
  });
});

describe('a secret that anyone has', () => {
  it.each([
    ['of anvil', 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'],
    ['of RFC 8032', '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'],
    ['of one byte', 'ab'.repeat(32)],
    ['that is a small number', '2a'.padStart(64, '0')],
    ['that counts', '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'],
  ])('%s is refused outside a devnet, and not repeated', (_name, hex) => {
    expect(isPublicSecret(bytes(hex))).toBe(true);
    const refused = (): void => refusePublicSecret('the VRF seed', bytes(hex), 1);
    expect(refused).toThrow(expect.objectContaining({code: 'KEY_PUBLIC', exitCode: 77}));
    expect(refused).not.toThrow(hex.slice(0, 12));
    for (const devnet of [31337, 1337])
      expect(() => refusePublicSecret('the VRF seed', bytes(hex), devnet)).not.toThrow();
  });

  it('is none that was made at random', () => {
    expect(isPublicSecret(bytes('5d0c2e7a91b34f68c0a7d9e1f23b4856978a6c5d4e3f21b0a9f8e7d6c5b4a392'))).toBe(
      false,
    );
  });
});

it('no document has an address whose key is published', () => {
  const root = join(import.meta.dirname, '../../..');
  const documents = [
    'README.md',
    'SECURITY.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...readdirSync(join(root, 'docs'), {recursive: true, encoding: 'utf8'})
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name)),
  ];
  const found = documents.flatMap((name) =>
    [...readFileSync(join(root, name), 'utf8').matchAll(/0x[0-9a-f]{40}(?![0-9a-f])/gi)]
      .filter(([address]) => addressFault(address) === 'public')
      .map(([address]) => `${name}: ${address}`),
  );
  expect(found).toEqual([]);
});
