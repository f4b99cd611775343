import {linkedAbort} from '../../../foundation/async/abort.ts';
import {createBackoff} from '../../../foundation/async/backoff.ts';
import {AosError, errorText} from '../../../foundation/errors/error.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import type {Time} from '../../../foundation/time/time.ts';
import {sameAddress} from '../../../protocol/wire/ethereum.ts';
import type {Emit} from '../../events/events.ts';
import type {JobJournal} from '../../journal/journal.ts';
import type {Health} from '../health.ts';
import type {Job, Next, StepOf} from './job.ts';
import {recordOf, refOf} from './record.ts';
import type {ResultReader} from '../ports.ts';
import type {RetryJournalWrite} from '../retry-journal-write.ts';

/**
 * The rule of a restored journal for jobs that come: the former operator may have answered one after the copy was made, so none is
 * sampled before the dispatcher has said that it keeps no result of this node for it (docs/adr/0051-backup.md).
 */
export type ResultCheck = {
  /** Whether the rule holds now. */
  isOn(): boolean;
  /** Puts the check before the step that samples. */
  before(sample: StepOf): StepOf;
};

/** Pauses of a job while the dispatcher cannot be asked. */
const PAUSES = {firstMs: 2_000, capMs: 60_000} as const;
const LIMIT_MS = 15_000;
const USE = 'restored';
const MOST_ID = 80;

/** Whether the journal was restored, and who says what the dispatcher keeps. */
export type RestoredNode = {
  /** Absent: no job can be looked up, so while the rule holds none is answered. */
  resultReader?: ResultReader;
  isRestored?: (() => boolean) | undefined;
};

export function createResultCheck(
  deps: RestoredNode & {
    nodeId: string;
    journal: Pick<JobJournal, 'get' | 'expire' | 'others'>;
    retryJournalWrite: RetryJournalWrite;
    time: Time;
    random: () => number;
    emit: Emit;
    health: Pick<Health, 'failed' | 'worked'>;
    signal: AbortSignal;
  },
): ResultCheck {
  const {nodeId, journal, resultReader, isRestored, retryJournalWrite, time, emit, health, signal} = deps;
  /** Of the jobs that wait. */
  const pauses = new Map<number, ReturnType<typeof createBackoff>>();

  /** A row names no tag: any result of ours for this job may be the one of its (job_id, tag). */
  async function hasResult(jobId: string): Promise<boolean> {
    const {controller, unlink} = linkedAbort(signal);
    const cancel = time.after(LIMIT_MS, () =>
      controller.abort(new AosError('DISPATCHER_TIMEOUT', `no answer within ${LIMIT_MS / 1000} s`)),
    );
    try {
      if (resultReader === undefined) throw new AosError('BUG', 'no reader of results');
      const rows = await resultReader.kept(jobId, controller.signal);
      return rows.some(({operator}) => sameAddress(operator, nodeId));
    } finally {
      cancel();
      unlink();
    }
  }

  function wait({seq}: Job, error: unknown): Next {
    signal.throwIfAborted();
    const message = `after a restore no job is answered before the dispatcher says what it keeps of this node, and it cannot be asked: ${errorText(error)}`;
    health.failed('jobs', new AosError('RESTORED_UNCHECKED', message), USE);
    const pause = pauses.get(seq) ?? createBackoff({...PAUSES, random: deps.random});
    pauses.set(seq, pause);
    return {step: 'sample', inMs: pause.next()};
  }

  return {
    isOn: () => isRestored?.() ?? false,
    before: (sample) => async (job) => {
      if (isRestored?.() !== true) return sample(job);
      const record = job.record ?? recordOf(journal, job.seq);
      job.record = record;
      // A text of its (job_id, tag) is known here, and the same is said again.
      if (journal.others(record).text !== null) return sample(job);
      let isTaken: boolean;
      try {
        isTaken = await hasResult(record.key.jobId);
      } catch (error) {
        return wait(job, error);
      }
      health.worked('jobs', USE);
      pauses.delete(job.seq);
      if (!isTaken) return sample(job);
      await retryJournalWrite(() => journal.expire(job.seq, time.now()));
      emit({
        type: 'warning',
        code: 'RESTORED_ANSWERED',
        message: `job ${safeText(record.key.jobId, MOST_ID)}: the dispatcher keeps a result of this node from before the restore, so it is not answered again`,
      });
      emit({type: 'result_expired', job: refOf(record)});
      return 'done';
    },
  };
}
