import {expect, it, onTestFinished, vi} from 'vitest';
import {startAnvil} from '../../../../src/devnet/chain/anvil.ts';
import {mineOnArrival} from '../../../../src/devnet/chain/blocks.ts';
import {firstAccount} from '../../../../src/devnet/chain/batch.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {PATIENT} from '../../../support/patient.ts';

const NEVER_S = 3_600;

/** A chain whose own next block is an hour away. */
async function sleepingChain(): Promise<string> {
  const anvil = await startAnvil({blockTime: NEVER_S});
  onTestFinished(() => anvil.close());
  return anvil.url;
}

it('mines a transaction when it arrives', async () => {
  const url = await sleepingChain();
  const end = await mineOnArrival(url, NEVER_S * 1_000);
  const from = await firstAccount(url);
  const hash = await devRpc(url, 'eth_sendTransaction', [{from, to: from, value: '0x1'}]);
  await vi.waitFor(
    async () => expect(await devRpc(url, 'eth_getTransactionReceipt', [hash])).toMatchObject({status: '0x1'}),
    PATIENT,
  );
  end();
});

it('makes blocks without transactions too', async () => {
  const url = await sleepingChain();
  const end = await mineOnArrival(url, 20);
  const height = async (): Promise<number> => Number(await devRpc(url, 'eth_blockNumber'));
  await vi.waitFor(async () => expect(await height()).toBeGreaterThanOrEqual(2), PATIENT);
  end();
});
