import {type RenderNext, run} from '../../foundation/next-step/next-step.ts';
import {duration} from '../../foundation/time/duration.ts';
import {middle, wrap} from '../../foundation/text/cells.ts';
import type {Challenge} from '../../peers/chain/challenge-rows.ts';
import type {Challenges} from '../../peers/chain/challenges.ts';
import {EXIT, type ExitCode} from '../../foundation/errors/table.ts';
import type {OutputWarning} from '../../cli/envelope.ts';
import {fitTable} from '../../foundation/text/table.ts';

/** Returns the exit code for some challenges: 4 while one is open, or where an event could not be decoded. */
export function challengeExit(
  challenges: readonly Challenge[],
  unreadable: Challenges['unreadable'] = [],
): ExitCode {
  const isOpen = challenges.some(({state}) => state === 'open');
  return isOpen || unreadable.length > 0 ? EXIT.warnings : EXIT.ok;
}

/** Returns the warnings that logs are missing or cannot be decoded, for `warnings`. */
export function challengeWarnings({challenges, count, endpoint, unreadable}: Challenges): OutputWarning[] {
  const [first] = unreadable;
  const missing = (count ?? 0) - challenges.length - unreadable.length;
  return [
    ...(first === undefined
      ? []
      : [
          {
            code: 'EVENT_UNREADABLE',
            message: `${unreadable.length === 1 ? 'an event' : `${unreadable.length} events`} of the challenge manager cannot be decoded, the first in transaction ${first}`,
          } as const,
        ]),
    ...(missing <= 0
      ? []
      : [
          {
            code: 'CHAIN_BAD_ANSWER',
            message: `the contract counts ${count ?? 0} challenges, ${endpoint} gave the logs of ${challenges.length + unreadable.length}`,
          } as const,
        ]),
  ];
}

/** Cells of a clock number in the table: a number that an attestation really has is shorter. */
const CLOCK_CELLS = 20;

/** Formats a sentence with the covered blocks, and a table of challenges, newest last. */
export function challengeTable(book: Challenges, shown: readonly Challenge[], width: number): string {
  const column = (head: string, below: number, cell: (challenge: Challenge) => string, right = false) => ({
    head,
    below,
    cells: shown.map(cell),
    right,
  });
  const table = fitTable(
    [
      column('NO', 9, ({index}) => String(index), true),
      {
        ...column('CLOCK', 8, ({clockNumber}) => middle(clockNumber.toString(), CLOCK_CELLS), true),
        whole: shown.map(({clockNumber}) => clockNumber.toString()),
      },
      column('STATE', 7, stateText),
      column('LEFT TO ANSWER', 6, (challenge) => leftText(challenge, book)),
      column('CREATED', 5, ({createdBlock}) => String(createdBlock), true),
      column('DEADLINE', 4, ({deadlineBlock}) => (deadlineBlock === null ? '' : String(deadlineBlock)), true),
      {
        ...column('ATTESTATION', 3, ({attestationHash}) => middle(attestationHash, 17)),
        whole: shown.map(({attestationHash}) => attestationHash),
      },
      column('TX', 2, ({createdTx}) => createdTx),
    ],
    width,
  );
  const parts = [wrap(statement(book), width), ...(shown.length === 0 ? [] : [table])];
  return parts.map((lines) => lines.join('\n')).join('\n\n');
}

/** Formats all facts of one challenge, a line each. */
export function challengeDetail(book: Challenges, challenge: Challenge, next: RenderNext): string {
  const {windowBlocks, contract, endpoint, latestBlock} = book;
  const window = windowBlocks === null ? 'not said by the contract' : `${windowBlocks} blocks`;
  const lines: [string, string][] = [
    ['challenge', `${challenge.index} of ${contract}`],
    ['state', stateText(challenge)],
    ...(challenge.state === 'open' ? [['left', leftText(challenge, book)] as [string, string]] : []),
    ['clock', challenge.clockNumber.toString()],
    ['attestation', challenge.attestationHash],
    ['signature', challenge.signature],
    ['quorums', `${challenge.quorumNumbers}, threshold ${challenge.quorumThresholdPercentage} %`],
    ['created', `block ${challenge.createdBlock}, ${challenge.createdTx}`],
    ['window', window],
    ['deadline', challenge.deadlineBlock === null ? 'unknown' : `block ${challenge.deadlineBlock}`],
    ...(challenge.answeredBlock === null
      ? []
      : [
          ['answered', `block ${challenge.answeredBlock}, ${challenge.answeredTx ?? ''}`] as [string, string],
        ]),
    ['read', `to block ${latestBlock} of ${endpoint}`],
    ['concerns', 'the whole AVS: a challenge names no operator, and its aggregator answers'],
    ['evidence', `→ ${next(run('challenge evidence', [`${challenge.clockNumber}`]))}`],
  ];
  return lines.map(([name, value]) => `${name.padEnd(12)}${value}`).join('\n');
}

/** Returns the challenges for `--json`. */
export function challengesJson(book: Challenges, shown: readonly Challenge[]) {
  const {contract, chainId, endpoint, latestBlock, windowBlocks, count} = book;
  return {
    contract,
    chainId,
    endpoint,
    latestBlock: String(latestBlock),
    windowBlocks,
    msPerBlock: book.msPerBlock === null ? null : Math.round(book.msPerBlock),
    count,
    unreadable: [...book.unreadable],
    open: book.challenges.filter(({state}) => state === 'open').length,
    challenges: shown.map((challenge) => challengeJson(challenge, book)),
  };
}

/** Returns one challenge for `--json`. */
export function challengeJson(challenge: Challenge, {msPerBlock}: Challenges) {
  return {
    index: challenge.index,
    clockNumber: challenge.clockNumber.toString(),
    state: challenge.state,
    attestationHash: challenge.attestationHash,
    signature: challenge.signature,
    quorumThresholdPercentage: challenge.quorumThresholdPercentage,
    quorumNumbers: challenge.quorumNumbers,
    createdBlock: String(challenge.createdBlock),
    createdTx: challenge.createdTx,
    deadlineBlock: textOf(challenge.deadlineBlock),
    blocksLeft: challenge.blocksLeft,
    msLeft: msLeft(challenge, msPerBlock),
    answeredBlock: textOf(challenge.answeredBlock),
    answeredTx: challenge.answeredTx,
    final: challenge.isFinal,
  };
}

const textOf = (block: number | null): string | null => (block === null ? null : String(block));

function statement({challenges, contract, latestBlock, windowBlocks}: Challenges): string {
  const open = challenges.filter(({state}) => state === 'open').length;
  const where = `of the AVS at ${contract} up to block ${latestBlock}`;
  if (challenges.length === 0) return `No challenges ${where}.`;
  const window = windowBlocks === null ? '' : `, and must be answered within ${windowBlocks} blocks`;
  const all = challenges.length === 1 ? '1 challenge' : `${challenges.length} challenges`;
  return `${all} ${where}, ${open === 0 ? 'none' : open} open. Challenges name no operator${window}.`;
}

function stateText({state, isFinal}: Challenge): string {
  return isFinal ? state : `${state} (not final)`;
}

function leftText(challenge: Challenge, {msPerBlock}: Challenges): string {
  if (challenge.state !== 'open') return '';
  if (challenge.blocksLeft === null) return 'unknown';
  const ms = msLeft(challenge, msPerBlock);
  const blocks = `${challenge.blocksLeft} block${challenge.blocksLeft === 1 ? '' : 's'}`;
  return ms === null ? blocks : `${blocks}, about ${duration(ms)}`;
}

function msLeft({blocksLeft}: Challenge, msPerBlock: number | null): number | null {
  return blocksLeft === null || msPerBlock === null ? null : Math.round(blocksLeft * msPerBlock);
}
