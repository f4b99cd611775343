import {isAosError} from '../../foundation/errors/error.ts';
import {known, unknown, type Fact} from '../../foundation/fact.ts';
import {readRangeState, type RangeState} from '../../peers/chain/plans/range.ts';
import type {RangeRequest} from '../../peers/chain/plans/range-request.ts';
import {rangeText, sameRange, type SetRange} from '../../peers/dispatcher/row-range.ts';
import {MAX_WHEN_ABSENT, numbersOf, shareText} from '../../protocol/vrf/share.ts';
import {checksumAddress} from '../../protocol/wire/ethereum.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import type {TxSession} from '../tx/session.ts';
import type {Hex} from './key.ts';
import type {CallReport, StepCall} from './call.ts';
import {step, type Outcome, type StepReport} from './report.ts';

/** The chain at its newest block, as far as it could be read. */
export type ChainLook = {block: bigint | null; range: Fact<SetRange>};

/** The newest block and the range in it; what cannot be read is unknown, since the step of the dispatcher needs neither. */
export async function lookAtRange(
  session: Pick<TxSession, 'refresh' | 'tx'>,
  contract: Hex | null,
  operator: Hex,
  signal: AbortSignal,
): Promise<ChainLook> {
  try {
    const chain = await session.refresh(signal);
    const block = chain.blockNumber;
    if (contract === null) return {block, range: unknown('no range contract is configured')};
    const {range} = await readRangeState(chain, contract, operator);
    return {block, range: known(range, session.tx.time.now())};
  } catch (error) {
    signal.throwIfAborted();
    if (!isAosError(error)) throw error;
    return {block: null, range: unknown(error.message)};
  }
}

/** What the step of the dispatcher came to, and the range on chain before it. */
export type RangeContext = {
  dispatcher: Outcome;
  before: Fact<SetRange>;
  /** `chain.vrf_sort_precision`. */
  precision: number;
};

/** The sampling range, which the dispatcher sets on chain when it registers an operator: it owns the contract. */
export function rangeStep({range, max, owner, request}: RangeState, context: RangeContext): StepReport {
  const {dispatcher, before, precision} = context;
  if (range !== null) {
    const numbers = numbersOf(max ?? MAX_WHEN_ABSENT, precision);
    const found = `${range.start} to ${range.end} of ${numbers}: ${shareText({...range, numbers})}`;
    if (before.state === 'unknown' || sameRange(before.value, range)) return step('range', 'already', found);
    const was = before.value === null ? '' : `; it was ${rangeText(before.value)}`;
    return step('range', 'done', `${found}, set by the dispatcher${was}`);
  }
  if (dispatcher !== 'done' && dispatcher !== 'already')
    return step(
      'range',
      'waiting',
      'not set; the dispatcher sets it when it registers this operator, and no job is selected before',
      dispatcher === 'failed'
        ? {
            next: say(
              'Repeat the step of the dispatcher: run the command again. If it stays away, the owner of the range contract can set it by this call.',
            ),
            call: ownersCall(request, owner),
          }
        : {},
    );
  const who = owner === null ? 'the owner of its contract' : `the owner of its contract, ${owner},`;
  return step(
    'range',
    'waiting',
    `not set, although the dispatcher has registered this operator: only ${who} can set it, and no job is selected before`,
    {
      next: say(
        'Ask the operator of the dispatcher for it, or send the owner this call with the range you agree on.',
      ),
      call: ownersCall(request, owner),
    },
  );
}

function ownersCall(request: RangeRequest | null, owner: string | null): StepCall | null {
  if (request === null) return null;
  return {...requestReport(request), from: owner === null ? null : checksumAddress(owner), validUntil: null};
}

/** The owner's call as a report. */
export function requestReport({to, data, functionName}: RangeRequest): CallReport {
  return {title: functionName, to: checksumAddress(to), data, valueWei: 0n};
}
