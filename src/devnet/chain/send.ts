import {numberToHex, type Address, type Hex} from 'viem';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {mined} from './batch.ts';
import {devRpc, devRpcBatch} from './rpc.ts';

export type DevCall = {to: Address; data: Hex};

const GAS = 3_000_000;
/** Balance that the sender gets for gas, which a contract otherwise lacks. */
const BALANCE_WEI = 10n ** 18n;

/**
 * Sends calls from any account or contract, one after another, and resolves when they are mined. The chain signs them.
 * @returns the hashes of the transactions
 * @throws AosError DEVNET_FAILED with the reason when a call reverts
 */
export async function sendAs(url: string, from: Address, calls: readonly DevCall[]): Promise<Hex[]> {
  const [balance] = await devRpcBatch(url, [
    {method: 'eth_getBalance', params: [from, 'latest']},
    {method: 'anvil_impersonateAccount', params: [from]},
  ]);
  if (typeof balance !== 'string' || BigInt(balance) < BALANCE_WEI)
    await devRpc(url, 'anvil_setBalance', [from, numberToHex(BALANCE_WEI)]);
  try {
    const hashes: Hex[] = [];
    for (const call of calls) {
      const request = {from, ...call, gas: numberToHex(GAS)};
      const hash = await devRpc(url, 'eth_sendTransaction', [request]);
      const [status] = await mined(url, [hash]);
      // An eth_call of the same transaction reports why it reverts.
      if (status !== '0x1') {
        await devRpc(url, 'eth_call', [request, 'latest']);
        throw new AosError('DEVNET_FAILED', `a call of ${call.to} was reverted`);
      }
      hashes.push(hash as Hex);
    }
    return hashes;
  } finally {
    await devRpc(url, 'anvil_stopImpersonatingAccount', [from]);
  }
}
