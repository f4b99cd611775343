import {onAbort} from '../../foundation/async/abort.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit, OperatorEventBody, Summary} from '../events/events.ts';
import type {CheckJournal} from '../journal/journal.ts';
import type {HeldFacts} from '../journal/verdicts.ts';
import type {Health} from './health.ts';

/** What the problem is about, beside the other problems with jobs. */
const HELD = 'held';
/** A look reads every held answer, and each job that ends causes one: with more than this it is made once a second. */
const FEW = 100;
const LOOK_EVERY_MS = 1_000;
/** After these a job waits for its answer no more, or again. */
const ENDS: ReadonlySet<string> = new Set<OperatorEventBody['type']>([
  'job_unanswered',
  'job_concluded',
  'job_asked_again',
]);

/**
 * Reports the answers that are held while their jobs wait: a problem as long as there is one, and their number when it changes;
 * with many of them within {@link LOOK_EVERY_MS}.
 */
export type HeldReport = {
  /** Something may have changed. */
  look(): void;
  /** Takes every event of the operator: an answer that is held is of no matter when its job is over. */
  onEvent(event: OperatorEventBody): void;
  /** How many there are, and the job of the last one. */
  sum(): Pick<Summary, 'held' | 'heldJob'>;
};

/** Of several deadlines the first, on the monotonic clock. */
type Due = {seq: number; by: number} | null;

export function createHeldReport({
  journal,
  emit,
  health,
  time,
  signal,
  deadlineOf,
  onHeld,
}: {
  journal: {checks: Pick<CheckJournal, 'heldFacts'>};
  emit: Emit;
  health: Pick<Health, 'failed' | 'worked'>;
  time: Pick<Time, 'after' | 'monotonic' | 'now'>;
  /** Ends it. */
  signal: AbortSignal;
  /** When a job stops waiting for an answer, on the monotonic clock; null: it is not in progress. */
  deadlineOf: (seq: number) => number | null;
  /** So many answers are held now. */
  onHeld: (count: number) => void;
}): HeldReport {
  let reported = 0;
  let reportedDue: Due = null;
  let last: number | null = null;
  let lookedAt = -Infinity;
  let cancel: (() => void) | null = null;
  // The journal is closed after the run.
  onAbort(signal, () => cancel?.());

  function look(): void {
    if (cancel !== null || signal.aborted) return;
    const waitMs = reported <= FEW ? 0 : lookedAt + LOOK_EVERY_MS - time.monotonic();
    if (waitMs <= 0) lookNow();
    else cancel = time.after(waitMs, lookNow);
  }

  function lookNow(): void {
    cancel = null;
    lookedAt = time.monotonic();
    let facts: HeldFacts | null;
    try {
      facts = journal.checks.heldFacts();
    } catch (error) {
      if (isAosError(error)) return; // the job steps report a damaged journal
      throw error;
    }
    report(facts);
    last = facts?.seq ?? null;
    if (facts === null) health.worked('jobs', HELD);
    else health.failed('jobs', heldError(facts), HELD);
    onHeld(reported);
  }

  function report(facts: HeldFacts | null): void {
    const held = facts?.count ?? 0;
    const due = firstDue(facts?.first ?? []);
    if (held === reported && due?.seq === reportedDue?.seq && due?.by === reportedDue?.by) return;
    const dueAt = due === null ? null : Math.round(time.now() + due.by - time.monotonic());
    emit({
      ...{type: 'answers_held', count: held, oldestAt: facts?.oldestAt ?? null},
      ...{dueAt, dueJob: due?.seq ?? null},
    });
    reported = held;
    reportedDue = due;
  }

  function firstDue(jobs: readonly number[]): Due {
    let first: Due = null;
    for (const seq of jobs) {
      const by = deadlineOf(seq);
      if (by !== null && (first === null || by < first.by)) first = {seq, by};
    }
    return first;
  }

  return {
    look,
    onEvent({type}) {
      if (reported > 0 && ENDS.has(type)) look();
    },
    sum: () => ({held: reported, heldJob: last}),
  };
}

function heldError({count: held, seq, code, message}: HeldFacts): AosError {
  // No number: the problem is reported once, and the number grows.
  const which =
    held === 1 ? `the answer to job #${seq} is held` : `several answers are held, one of them to job #${seq}`;
  const next =
    held === 1
      ? run('job show', [`#${seq}`], 'See what its check found, and release it or leave it')
      : run('job list', ['--held'], 'See what their checks found');
  return new AosError('ANSWER_HELD', `${which}: ${message} (${code})`, {next});
}
