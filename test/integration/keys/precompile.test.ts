import {createHash} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {type Anvil, startAnvil} from '../../../src/devnet/chain/anvil.ts';
import {devRpc} from '../../../src/devnet/chain/rpc.ts';
import {
  encodeG1,
  encodeG2,
  type G1Point,
  type G2Point,
  GROUP_ORDER,
  hashToG1,
  publicKeys,
  signPoint,
} from '../../../src/lib/keys/bn254.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(() => anvil.close());

/** What the EVM's pairing precompile says of e(a1, b1) · … = 1; rejects for points it does not take. */
async function evmPairing(pairs: readonly (readonly [G1Point, G2Point])[]): Promise<boolean> {
  const bytes = Buffer.concat(pairs.flatMap(([g1, g2]) => [encodeG1(g1), encodeG2(g2)]));
  const call = {to: '0x0000000000000000000000000000000000000008', data: `0x${bytes.toString('hex')}`};
  return BigInt((await devRpc(anvil.url, 'eth_call', [call, 'latest'])) as string) === 1n;
}

describe('the EVM', () => {
  const key = 0x2f0e_1d2c_3b4a_5968_7786n;
  const message = hashToG1(createHash('sha256').update('message').digest());
  const signature = signPoint(key, message);
  const {g2} = publicKeys(key);
  const minusG2 = publicKeys(GROUP_ORDER - 1n).g2;

  it('takes points, signature and encoding: e(H, pk2) · e(σ, −G2) = 1', async () => {
    expect(
      await evmPairing([
        [message, g2],
        [signature, minusG2],
      ]),
    ).toBe(true);
    expect(
      await evmPairing([
        [message, publicKeys(key + 1n).g2],
        [signature, minusG2],
      ]),
    ).toBe(false);
  });

  it('does not take the halves of G2 in the other order', async () => {
    const swapped: G2Point = {x: [g2.x[1], g2.x[0]], y: [g2.y[1], g2.y[0]]};
    await expect(
      evmPairing([
        [message, swapped],
        [signature, minusG2],
      ]),
    ).rejects.toThrow();
  });
});
