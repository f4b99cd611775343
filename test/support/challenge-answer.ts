import {createPublicClient, encodeFunctionData, http} from 'viem';
import {aggregatorAbi} from '../../src/devnet/act/abis.ts';
import {answerOf} from '../../src/devnet/act/answer.ts';
import {findChallenge} from '../../src/devnet/act/found-challenge.ts';
import type {AosContracts} from '../../src/devnet/chain/deploy.ts';
import type {ChainRig} from './chain-rig.ts';

export type AnswerArgs = Awaited<ReturnType<typeof answerOf>>;

/** The arguments of an answer with the signatures of these keys; the others of its quorums are non-signers. */
export async function answerBy(
  rig: ChainRig,
  contracts: AosContracts,
  index: number,
  secrets: readonly bigint[],
): Promise<AnswerArgs> {
  const client = createPublicClient({transport: http(rig.url, {retryCount: 0})});
  const found = await findChallenge({client, contracts}, index);
  return answerOf({client, contracts}, found, secrets);
}

/** Has the aggregator, which is the owner unless another was named, answer a challenge. */
export async function respondTo(
  rig: ChainRig,
  contracts: AosContracts,
  index: number,
  secrets: readonly bigint[],
): Promise<void> {
  const args = await answerBy(rig, contracts, index, secrets);
  const data = encodeFunctionData({abi: aggregatorAbi, functionName: 'respondToChallenge', args});
  await rig.send(contracts.owner, contracts.challenge_manager, data);
}
