import {type RenderNext, run} from '../../foundation/next-step/next-step.ts';
import {duration} from '../../foundation/time/duration.ts';
import {wrap} from '../../foundation/text/cells.ts';
import type {Challenge} from '../../peers/chain/challenge-rows.ts';
import type {Challenges} from '../../peers/chain/challenges.ts';
import {EXIT, type ExitCode} from '../../foundation/errors/table.ts';
import type {OutputWarning} from '../../cli/envelope.ts';
import {fitTable} from '../../foundation/text/table.ts';

/** Returns the exit code for some challenges: 4 while one is open. */
export function challengeExit(challenges: readonly Challenge[]): ExitCode {
  return challenges.some(({state}) => state === 'open') ? EXIT.warnings : EXIT.ok;
}

/** Returns the warning that logs are missing, for `warnings`. */
export function challengeWarnings({challenges, count, endpoint}: Challenges): OutputWarning[] {
  if (count === null || count <= challenges.length) return [];
  return [
    {
      code: 'CHAIN_BAD_ANSWER',
      message: `the contract counts ${count} challenges, ${endpoint} gave the logs of ${challenges.length}`,
    },
  ];
}

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
      column('CLOCK', 8, ({clockNumber}) => clockNumber.toString(), true),
      column('STATE', 7, stateText),
      column('LEFT TO ANSWER', 6, (challenge) => leftText(challenge, book)),
      column('CREATED', 5, ({createdBlock}) => String(createdBlock), true),
      column('DEADLINE', 4, ({deadlineBlock}) => (deadlineBlock === null ? '' : String(deadlineBlock)), true),
      column('ATTESTATION', 3, ({attestationHash}) => attestationHash.slice(0, 18)),
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
  const window = windowBlocks === null ? '' : ` An answer is due within ${windowBlocks} blocks.`;
  const all = challenges.length === 1 ? '1 challenge' : `${challenges.length} challenges`;
  return `${all} of the AVS at ${contract} up to block ${latestBlock}, ${open === 0 ? 'none' : open} open; they name no operator.${window}`;
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
