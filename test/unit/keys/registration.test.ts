import fc from 'fast-check';
import {hashTypedData} from 'viem/utils';
import {describe, expect, it} from 'vitest';
import {passesRegistrationCheck, publicKeys} from '../../../src/lib/keys/bn254.ts';
import {
  registrationDigest,
  registrationMessage,
  signRegistration,
} from '../../../src/lib/keys/registration.ts';

const PLACE = {
  chainId: 31337,
  registry: '0xa82fF9aFd8f496c3d6ac40E2a0F282E47488CFc9',
  operator: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
};
const KEY = 123456789012345678901234567890n;

describe('BN254PubkeyRegistration', () => {
  it('has the digest and the point of the vector', () => {
    expect(Buffer.from(registrationDigest(PLACE)).toString('hex')).toBe(
      '8d6a573651f8f624cbb3b40bec1b15717b761285c731fc2985c8b65cc72e626c',
    );
    expect(registrationMessage(PLACE)).toEqual({
      x: 0x2ca1ba508f95b5d15b13289ee91864b64c733d62f64e670f0d879e2f163467dfn,
      y: 0x1e12f8356e83071875b5328a1f257dc8bfdc2329a7425f345296450dc0d1848fn,
    });
  });

  it('has the digest that viem computes, wherever and whoever', () => {
    const address = fc
      .uint8Array({minLength: 20, maxLength: 20})
      .map((bytes): `0x${string}` => `0x${Buffer.from(bytes).toString('hex')}`);
    fc.assert(
      fc.property(fc.integer({min: 1, max: 2 ** 40}), address, address, (chainId, registry, operator) => {
        const expected = hashTypedData({
          domain: {name: 'AVSRegistryCoordinator', version: 'v0.0.1', chainId, verifyingContract: registry},
          types: {BN254PubkeyRegistration: [{name: 'operator', type: 'address'}]},
          primaryType: 'BN254PubkeyRegistration',
          message: {operator},
        });
        const digest = registrationDigest({chainId, registry, operator});
        expect(`0x${Buffer.from(digest).toString('hex')}`).toBe(expected);
      }),
    );
  });

  it('is signed into what the contract takes and would accept', () => {
    const message = registrationMessage(PLACE);
    const params = signRegistration(KEY, message);
    const {X, Y} = params.pubkeyRegistrationSignature;
    const keys = publicKeys(KEY);
    expect(params.pubkeyG1).toEqual({X: keys.g1.x, Y: keys.g1.y});
    expect(params.pubkeyG2).toEqual({X: keys.g2.x, Y: keys.g2.y});
    expect(passesRegistrationCheck({x: X, y: Y}, keys, message)).toBe(true);
  });

  it('is not signed when the chain gave no point', () => {
    expect(() => signRegistration(KEY, {x: 5n, y: 5n})).toThrow(
      expect.objectContaining({code: 'KEY_SELF_CHECK_FAILED'}),
    );
  });
});
