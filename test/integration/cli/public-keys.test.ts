import {beforeAll, describe, expect, it, onTestFinished} from 'vitest';
import {refusePublicKeysOnChain} from '../../../src/lib/cli/public-keys.ts';
import type {SignerConfig} from '../../../src/lib/config/config.ts';
import {startRpcShim} from '../../support/rpc-shim.ts';

/** The first account of anvil. */
const PUBLISHED = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const OWN = '0x6469494b4e3Da71d68AD7e8a2bC08460df25C421';
const AWAY = 'http://127.0.0.1:1';
const BLOCK = {number: '0x10', timestamp: '0x65000000', transactions: []};

// What is loaded late is loaded by now: its limit of time is not for that.
beforeAll(() => import('../../../src/lib/peers/chain/open.ts'));

/** An RPC of a chain, and how often it was asked. */
async function rpcOf(chainId: string): Promise<{url: string; asked: () => number}> {
  let asked = 0;
  const shim = await startRpcShim(AWAY, ({id, method}) => {
    asked += 1;
    const result = method === 'eth_chainId' ? chainId : BLOCK;
    return {status: 200, body: JSON.stringify({jsonrpc: '2.0', id, result})};
  });
  onTestFinished(() => shim.close());
  return {url: shim.url, asked: () => asked};
}

const config = (id: string, rpcUrls: readonly string[], chainId: number | null = null): SignerConfig => ({
  network: 'custom',
  chainId,
  node: {id, signerUrl: AWAY, otherSigners: [], signerTls: null},
  chain: {rpcUrls},
});

describe('a published key where the configuration names no chain', () => {
  it.each([
    ['0x1', 'is refused'],
    ['0x88bb0', 'is refused'],
    ['0x7a69', 'is what a devnet uses'],
  ])('on chain %s %s', async (chainId, what) => {
    const {url} = await rpcOf(chainId);
    const judged = refusePublicKeysOnChain(config(PUBLISHED, [url]));
    if (what !== 'is refused') await expect(judged).resolves.toBeUndefined();
    else
      await expect(judged).rejects.toMatchObject({
        code: 'KEY_PUBLIC',
        exitCode: 77,
        message: expect.stringContaining(`on chain ${Number(chainId)} too`) as string,
      });
  });

  it('is refused when no RPC says which one, unless everything is on this machine', async () => {
    await expect(
      refusePublicKeysOnChain(config(PUBLISHED, ['http://rpc.invalid', AWAY])),
    ).rejects.toMatchObject({
      code: 'KEY_PUBLIC',
      exitCode: 77,
      message: expect.stringMatching(/no RPC says which chain it is for$/) as string,
      next: {say: expect.stringContaining('For a devnet, set chain.chain_id: 31337.') as string},
    });
    await expect(refusePublicKeysOnChain(config(PUBLISHED, [AWAY]))).resolves.toBeUndefined();
  });
});

it('asks no RPC for a key of one’s own, nor where the chain is named', async () => {
  const {url, asked} = await rpcOf('0x1');
  await refusePublicKeysOnChain(config(OWN, [url]));
  await refusePublicKeysOnChain(config(PUBLISHED, [url], 31337));
  await expect(refusePublicKeysOnChain(config(PUBLISHED, [url], 1))).rejects.toMatchObject({
    code: 'KEY_PUBLIC',
  });
  expect(asked()).toBe(0);
});
