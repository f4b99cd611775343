import type {AosError} from '../../foundation/errors/error.ts';
import type {Fact} from '../../foundation/fact.ts';
import {type NextStep, say} from '../../foundation/next-step/next-step.ts';
import type {DispatcherOperator} from '../../peers/dispatcher/rest-rows.ts';
import {rangeText, sameRange, type SetRange} from '../../peers/dispatcher/row-range.ts';
import {step, type StepReport} from './report.ts';

/** What is known after the dispatcher did not confirm a registration that was sent. */
type Aftermath = {
  host: string;
  error: AosError;
  /** The dispatcher's row of the operator, asked for afterwards. */
  row: Fact<DispatcherOperator | null>;
  /** The range on chain before the request and after it. */
  before: Fact<SetRange>;
  after: Fact<SetRange>;
};

const LATER = say('Wait a few minutes and run the command again: it asks for the row before it registers.');
const ONCE_MORE = say('Run the command again: it registers once more for the row, which moves the range.');
const QUEUE = say('Run the command again later: it then waits in the queue of the dispatcher once more.');

/**
 * Says what became of a registration whose answer did not come, or was an error. The dispatcher first writes to the chain
 * and then makes its row, so each may be there without the other.
 */
export function judgeAftermath(aftermath: Aftermath): StepReport {
  const {host, error, row, before, after} = aftermath;
  if (row.state === 'known' && row.value !== null)
    return step(
      'dispatcher',
      'done',
      `registered: ${host} has a row of this operator, although ${error.message}`,
    );
  const rowWords =
    row.state === 'known'
      ? 'it has no row of this operator'
      : `whether it has a row is not known (${row.reason})`;
  const found = `${error.message} (${error.code}); ${rowWords}; ${chainWords(before, after)}`;
  return step('dispatcher', 'failed', found, {next: nextOf(aftermath)});
}

function chainWords(before: Fact<SetRange>, after: Fact<SetRange>): string {
  if (after.state === 'unknown') return `the range on chain could not be read (${after.reason})`;
  if (after.value === null) return 'no range is set on chain so far';
  const now = rangeText(after.value);
  if (before.state === 'unknown') return `the range on chain is ${now}`;
  if (sameRange(before.value, after.value)) return `the range on chain is ${now}, as before`;
  return before.value === null
    ? `the range ${now} was set on chain`
    : `the range on chain moved from ${rangeText(before.value)} to ${now}`;
}

function nextOf({error, row, before, after}: Aftermath): NextStep {
  if (row.state === 'unknown') return LATER;
  if (error.code !== 'DISPATCHER_TIMEOUT') return error.next;
  const isMoved =
    before.state === 'known' && after.state === 'known' && !sameRange(before.value, after.value);
  return isMoved ? ONCE_MORE : QUEUE;
}
