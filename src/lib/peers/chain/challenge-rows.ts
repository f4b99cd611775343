import {decodeEventLog, type Hex} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {challengeManagerAbi} from './abis-aos.ts';
import type {ChainLog} from './log-port.ts';

/** `unanswered`: the window went by without an answer. */
export type ChallengeState = 'open' | 'answered' | 'unanswered';

/** One challenge of the AVS (docs/protocol.md#challenges). Hex is lower case. */
export type Challenge = {
  /** Its number in the contract. */
  index: number;
  /** The clock number it is about. */
  clockNumber: bigint;
  attestationHash: string;
  signature: string;
  quorumThresholdPercentage: number;
  quorumNumbers: string;
  createdBlock: number;
  createdTx: string;
  /** The last block in which an answer is taken; null when the contract names no window. */
  deadlineBlock: number | null;
  /** In which an answer can still be mined; null unless open, and where there is no deadline. */
  blocksLeft: number | null;
  state: ChallengeState;
  /** Null when unanswered, or when the answer is known from the contract only. */
  answeredBlock: number | null;
  answeredTx: string | null;
  /** False while a reorganisation may still take it away. */
  isFinal: boolean;
};

/**
 * Reads the challenges from the manager's logs, by number.
 * @throws AosError CHAIN_BAD_ANSWER for a log that is none of the manager's two events
 */
export function challengesIn(
  logs: readonly ChainLog[],
  {windowBlocks, latest, finalBlock}: {windowBlocks: number | null; latest: number; finalBlock: number},
): Challenge[] {
  const events = logs.map((log) => ({log, event: decoded(log)}));
  const answers = new Map<number, ChainLog>();
  for (const {log, event} of events)
    if (event.eventName === 'ChallengeResponded')
      answers.set(event.args.challengeResponse.referenceChallengeIndex, log);
  const challenges = events.flatMap(({log, event}): Challenge[] => {
    if (event.eventName !== 'NewChallengeCreated') return [];
    const {challengeIndex: index, challenge} = event.args;
    const {clockNumber, attestationHash, signature, quorumThresholdPercentage, quorumNumbers} = challenge;
    const answer = answers.get(index) ?? null;
    // The contract counts from the block it wrote down, which on some chains is not the log's own.
    const deadlineBlock = windowBlocks === null ? null : challenge.challengeCreatedBlock + windowBlocks;
    const left = deadlineBlock === null ? null : deadlineBlock - latest;
    const state = answer !== null ? 'answered' : left === null || left > 0 ? 'open' : 'unanswered';
    return [
      {
        index,
        clockNumber,
        attestationHash,
        signature,
        quorumThresholdPercentage,
        quorumNumbers,
        createdBlock: log.block,
        createdTx: log.txHash,
        deadlineBlock,
        blocksLeft: state === 'open' ? left : null,
        state,
        answeredBlock: answer?.block ?? null,
        answeredTx: answer?.txHash ?? null,
        isFinal: log.block <= finalBlock,
      },
    ];
  });
  return challenges.sort((a, b) => a.index - b.index);
}

function decoded({topics, data, txHash}: ChainLog) {
  try {
    // viem refuses topics that are not those of the event.
    return decodeEventLog({abi: challengeManagerAbi, topics: topics as [Hex, ...Hex[]], data: data as Hex});
  } catch {
    throw new AosError('CHAIN_BAD_ANSWER', `a challenge in transaction ${txHash} cannot be decoded`);
  }
}
