import {duration} from '../../../foundation/time/duration.ts';
import {AosError} from '../../../foundation/errors/error.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import type {CheckJournal} from '../../journal/journal.ts';
import type {JobRecord} from '../../journal/records.ts';
import type {Worker} from '../ports.ts';
import {finalAnswer, sameText} from './answer.ts';
import {concludeText} from './conclude-text.ts';
import type {StepOf} from './job.ts';
import type {Clocked, Recording, Workers} from './parts.ts';
import {dispatchOf, recordOf, refOf} from './record.ts';
import type {Load} from './scheduling.ts';
import {afterWork} from './work.ts';

/** Most characters of a kind that are shown: it is the dispatcher's word. */
const MOST_KIND = 100;

/**
 * Ends a selected job that no worker answered: nothing is signed or sent, and an answer that comes later still concludes it.
 * Where the network wants it (`workers.<kind>.on_failure: empty`) the empty result is the answer.
 */
export function createGiveUp(deps: Recording & Clocked & Workers & {load: Load}): StepOf {
  const {journal, retryJournalWrite, time} = deps;

  return async (job) => {
    const {seq} = job;
    const record = recordOf(journal, seq);
    if (record.state !== 'selected') return afterWork(record.state);
    const {vrf} = record;
    if (vrf === null) throw new AosError('BUG', `job ${seq} was selected without a VRF`);
    const {text} = journal.others(record);
    // Another position was answered while a worker had the request of this one.
    if (text !== null) {
      await concludeText(deps, job, record, () =>
        sameText(dispatchOf(record), {text, vrf}, deps, time.now()),
      );
      return 'deliver';
    }
    const worker = deps.workers.find(({kind}) => kind === record.kind);
    const unfit = worker?.whyUnfit(dispatchOf(record)) ?? null;
    const checked = whyNotDelivered(journal.checks, seq);
    const why = checked ?? reasonOf(record, worker, unfit);
    // There is an answer, so the empty one would be another.
    if (worker?.onFailure === 'empty' && checked === null) {
      const failed = {outcome: 'failed', result: '', reason: why, vrf} as const;
      await concludeText(deps, job, record, () => finalAnswer(dispatchOf(record), failed, deps, time.now()));
      return 'deliver';
    }
    // What a worker said names its host: it is kept here, and not sent.
    const reason =
      job.lastFailure === undefined || checked !== null
        ? why
        : `${why}; the last failure: ${job.lastFailure}`;
    const isLeft = await retryJournalWrite(() => journal.leave(seq, reason, time.now()));
    const {state} = recordOf(journal, seq);
    // It was asked about again in the same write.
    if (state === 'selected') return 'work';
    if (!isLeft) return afterWork(state);
    deps.emit({
      type: 'job_unanswered',
      job: refOf(record),
      reason,
      ...(unfit === null ? {} : {unfit: true}),
    });
    return 'done';
  };
}

/** Why an answer that came is not delivered; null: none came, or it was none. */
function whyNotDelivered(checks: CheckJournal, seq: number): string | null {
  if (checks.stateOf(seq) === 'checking') return 'its answer is still being checked';
  const held = checks.held(seq);
  return held === null ? null : `its answer is held: ${held.message ?? ''} (${held.code ?? ''})`;
}

function reasonOf(record: JobRecord, worker: Worker | undefined, unfit: string | null): string {
  if (worker === undefined) return `this node runs no ${safeText(record.kind, MOST_KIND)} worker`;
  if (unfit !== null) return `no ${record.kind} worker can answer it: ${unfit}`;
  return `no ${record.kind} worker answered within ${duration(worker.deadlineMs)}`;
}
