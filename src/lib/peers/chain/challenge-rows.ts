import {challengeManagerAbi} from './abis-aos.ts';
import {blocksLeft, deadlineOf} from './challenge-window.ts';
import {decodeLogs} from './event-decode.ts';
import type {ChainLog} from './log-port.ts';

/** `unanswered`: the window has ended without an answer. */
export type ChallengeState = 'open' | 'answered' | 'unanswered';

/** One challenge of the AVS (docs/protocol.md#challenges). Hex is lower case. */
export type Challenge = {
  /** Its number in the contract. */
  index: number;
  /** The clock number of the attestation. */
  clockNumber: bigint;
  attestationHash: string;
  signature: string;
  quorumThresholdPercentage: number;
  quorumNumbers: string;
  createdBlock: number;
  createdTx: string;
  /** The last block that accepts an answer; null when the contract names no window. */
  deadlineBlock: number | null;
  /** Blocks until the deadline; null unless the challenge is open and has one. */
  blocksLeft: number | null;
  state: ChallengeState;
  /** Null when unanswered, or when only the contract knows the answer. */
  answeredBlock: number | null;
  answeredTx: string | null;
  /** False while a reorganisation may remove the challenge. */
  isFinal: boolean;
};

/** Reads the challenges from the manager's logs, by number, and the logs that are none of its two events. */
export function challengesIn(
  logs: readonly ChainLog[],
  {windowBlocks, latest, finalBlock}: {windowBlocks: number | null; latest: number; finalBlock: number},
): {challenges: Challenge[]; unreadable: ChainLog[]} {
  const {events, unreadable} = decodeLogs(challengeManagerAbi, logs);
  const answers = new Map<number, ChainLog>();
  for (const {log, event} of events)
    if (event.eventName === 'ChallengeResponded')
      answers.set(event.args.challengeResponse.referenceChallengeIndex, log);
  const challenges = events.flatMap(({log, event}): Challenge[] => {
    if (event.eventName !== 'NewChallengeCreated') return [];
    const {challengeIndex: index, challenge} = event.args;
    const {clockNumber, attestationHash, signature, quorumThresholdPercentage, quorumNumbers} = challenge;
    const answer = answers.get(index) ?? null;
    // The contract counts from the block number in the event, which differs from the log's on some chains.
    const deadline =
      windowBlocks === null
        ? null
        : deadlineOf(BigInt(challenge.challengeCreatedBlock), BigInt(windowBlocks));
    const left = deadline === null ? null : Number(blocksLeft(deadline, BigInt(latest)));
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
        deadlineBlock: deadline === null ? null : Number(deadline),
        blocksLeft: state === 'open' ? left : null,
        state,
        answeredBlock: answer?.block ?? null,
        answeredTx: answer?.txHash ?? null,
        isFinal: log.block <= finalBlock,
      },
    ];
  });
  return {challenges: challenges.sort((a, b) => a.index - b.index), unreadable};
}
