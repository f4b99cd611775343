import {getAbiItem, type ContractFunctionArgs} from 'viem';
import {challengeManagerAbi} from '../../lib/peers/chain/abis-aos.ts';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {run} from '../../lib/foundation/next-step/next-step.ts';
import type {aggregatorAbi} from './abis.ts';
import type {Stage} from './stage.ts';

type Challenge = ContractFunctionArgs<typeof aggregatorAbi, 'nonpayable', 'respondToChallenge'>[0];

/** A challenge as it was recorded: the contract keeps its hash alone, so an answer needs the event. */
export type FoundChallenge = {
  index: number;
  challenge: Challenge;
  /** Blocks after the one of its creation in which an answer is accepted. */
  windowBlocks: bigint;
};

/** Reads a challenge from its event. @throws AosError USAGE when there is none of that number */
export async function findChallenge(
  {client, contracts}: Pick<Stage, 'client' | 'contracts'>,
  index: number,
): Promise<FoundChallenge> {
  const address = contracts.challenge_manager;
  const [[log], windowBlocks] = await Promise.all([
    client.getLogs({
      address,
      event: getAbiItem({abi: challengeManagerAbi, name: 'NewChallengeCreated'}),
      args: {challengeIndex: index},
      fromBlock: 0n,
      strict: true,
    }),
    client.readContract({address, abi: challengeManagerAbi, functionName: 'getChallengeResponseWindowBlock'}),
  ]);
  if (log === undefined)
    throw new AosError('USAGE', `there is no challenge ${index}`, {next: run('challenge list')});
  return {index, challenge: log.args.challenge, windowBlocks: BigInt(windowBlocks)};
}
