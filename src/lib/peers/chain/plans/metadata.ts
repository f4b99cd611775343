import {encodeFunctionData, getAbiItem, keccak256, stringToHex, type Hex} from 'viem';
import {delegationManagerAbi} from '../abis-core.ts';
import {firstBlocks} from '../first-blocks.ts';
import type {Chain} from '../open.ts';
import {intentKey, type TxPlan} from '../tx/plan.ts';
import type {AsOperator} from './as-operator.ts';

/** Returns the intent of {@link planMetadataUrl}; another URL is another intent. */
export function metadataIntent({delegationManager, operator, metadataUrl}: AsOperator): string {
  return intentKey('metadata', delegationManager, operator, keccak256(stringToHex(metadataUrl)));
}

/** Plans `updateOperatorMetadataURI` of DelegationManager (core ≥ 1.0), which may be called at any time. */
export function planMetadataUrl(params: AsOperator): TxPlan {
  const {delegationManager, operator, metadataUrl} = params;
  return {
    intent: metadataIntent(params),
    title: 'update the metadata URL of the operator',
    to: delegationManager,
    data: encodeFunctionData({
      abi: delegationManagerAbi,
      functionName: 'updateOperatorMetadataURI',
      args: [operator, metadataUrl],
    }),
    value: 0n,
    mostGas: 1_000_000n,
    relies: ['delegation_manager'],
    signing: null,
    facts: [['metadata', metadataUrl]],
  };
}

/**
 * Reads the metadata URL that the operator gave last, which EigenLayer keeps in events only.
 * @returns null when there is none, or when the endpoint does not serve the logs of all blocks
 * @throws the reason of the chain's signal
 */
export async function readMetadataUrl(
  {client, chainId, blockNumber, signal}: Chain,
  delegationManager: Hex,
  operator: Hex,
): Promise<string | null> {
  try {
    const logs = await client.getLogs({
      address: delegationManager,
      event: getAbiItem({abi: delegationManagerAbi, name: 'OperatorMetadataURIUpdated'}),
      args: {operator},
      fromBlock: BigInt(firstBlocks(chainId).delegationManager),
      toBlock: blockNumber,
      strict: true,
    });
    return logs.at(-1)?.args.metadataURI ?? null;
  } catch {
    signal.throwIfAborted();
    return null; // Most public endpoints refuse so long a range: the update is then sent.
  }
}
