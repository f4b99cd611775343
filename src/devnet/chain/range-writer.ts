import {encodeFunctionData, parseAbi, type Hex} from 'viem';
import type {Time} from '../../lib/foundation/time/time.ts';
import {firstAccount, toAddress} from './batch.ts';
import {devRpc} from './rpc.ts';

const ABI = parseAbi([
  'function registerOperator(address operator, uint256 start, uint256 end)',
  'function updateOperatorRange(address operator, uint256 start, uint256 end)',
]);

export type RangeWriterOptions = {
  /** JSON-RPC of an anvil whose first account owns the contract. */
  url: string;
  contract: string;
  time: Time;
  /** Between two looks for the receipt, ms: the published dispatcher's library looks every 7 s, on loopback every 250 ms. */
  pollMs: number;
};

/**
 * Writes an operator's range as the published dispatcher does: it registers, or changes the range of one that is there,
 * and waits until the transaction is in a block, which it does not hasten.
 * @returns throws AosError DEVNET_FAILED, or the signal's reason; what was sent stays sent
 */
export function createRangeWriter(
  options: RangeWriterOptions,
): (operator: string, range: {start: bigint; end: bigint}, signal: AbortSignal) => Promise<void> {
  const {url, contract, time, pollMs} = options;

  /** The published dispatcher's library estimates the gas first, which fails for a call that would revert. */
  const send = async (from: Hex, data: Hex): Promise<unknown> => {
    const transaction = {from, to: contract, data};
    const gas = await devRpc(url, 'eth_estimateGas', [transaction]);
    return devRpc(url, 'eth_sendTransaction', [{...transaction, gas}]);
  };

  return async (operator, {start, end}, signal) => {
    const args = [toAddress(operator), start, end] as const;
    const from = await firstAccount(url);
    const hash = await send(
      from,
      encodeFunctionData({abi: ABI, functionName: 'registerOperator', args}),
    ).catch(() => send(from, encodeFunctionData({abi: ABI, functionName: 'updateOperatorRange', args})));
    for (;;) {
      await time.sleep(pollMs, signal);
      const receipt = await devRpc(url, 'eth_getTransactionReceipt', [hash]);
      // Whether it was reverted is not asked.
      if (receipt !== null) return;
    }
  };
}
