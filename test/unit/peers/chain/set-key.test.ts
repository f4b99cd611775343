import {hashTypedData, type Hex} from 'viem';
import {describe, expect, it} from 'vitest';
import type {Chain} from '../../../../src/lib/peers/chain/open.ts';
import {
  ecdsaKeyRegistration,
  readBlsKeyDigest,
  type SetPlace,
} from '../../../../src/lib/peers/chain/plans/proofs.ts';

const place: SetPlace = {
  keyRegistrar: '0x00000000000000000000000000000000000000A1',
  operator: '0x00000000000000000000000000000000000000b2',
  avs: '0x00000000000000000000000000000000000000C3',
  set: 7,
};
const keyData: Hex = `0x${'01'.repeat(192)}`;

/** A chain whose KeyRegistrar answers every digest with this one. */
function saying(value: Hex): Chain {
  const read = () => Promise.resolve([{ok: true, value}]);
  return {chainId: 31337, read} as unknown as Chain;
}

const digestFor = (set: number): Hex =>
  hashTypedData({
    domain: {name: 'EigenLayer', version: '1', chainId: 31337, verifyingContract: place.keyRegistrar},
    types: {
      BN254KeyRegistration: [
        {name: 'operator', type: 'address'},
        {name: 'avs', type: 'address'},
        {name: 'operatorSetId', type: 'uint32'},
        {name: 'keyData', type: 'bytes'},
      ],
    },
    primaryType: 'BN254KeyRegistration',
    message: {operator: place.operator, avs: place.avs, operatorSetId: set, keyData},
  });

describe('keys of operator sets', () => {
  it('are signed over the digest of this registration', async () => {
    expect(await readBlsKeyDigest(saying(digestFor(7)), place, keyData)).toBe(digestFor(7));
  });

  it('sign nothing that a lying RPC makes up, a valid digest of another set neither', async () => {
    const refused = {code: 'CHAIN_DOMAIN_UNKNOWN', exitCode: 77};
    await expect(readBlsKeyDigest(saying(digestFor(8)), place, keyData)).rejects.toMatchObject(refused);
    await expect(
      ecdsaKeyRegistration(saying(digestFor(7)), {...place, key: place.operator}),
    ).rejects.toMatchObject(refused);
  });
});
