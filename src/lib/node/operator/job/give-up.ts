import {duration} from '../../../foundation/time/duration.ts';
import {AosError} from '../../../foundation/errors/error.ts';
import {finalAnswer} from './answer.ts';
import {concludeText} from './conclude-text.ts';
import type {StepOf} from './job.ts';
import type {Clocked, Recording, Workers} from './parts.ts';
import {dispatchOf, recordOf, refOf} from './record.ts';
import type {Load} from './scheduling.ts';
import {afterWork} from './work.ts';

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
    const worker = deps.workers.find(({kind}) => kind === record.kind);
    const why =
      worker === undefined
        ? `this node runs no ${record.kind} worker any more`
        : `no ${record.kind} worker answered within ${duration(worker.deadlineMs)}`;
    if (worker?.onFailure === 'empty') {
      const {vrf} = record;
      if (vrf === null) throw new AosError('BUG', `job ${seq} was selected without a VRF`);
      const failed = {outcome: 'failed', result: '', reason: why, vrf} as const;
      await concludeText(deps, job, record, () => finalAnswer(dispatchOf(record), failed, deps, time.now()));
      return 'deliver';
    }
    const isLeft = await retryJournalWrite(() => journal.leave(seq, why, time.now()));
    if (!isLeft) return afterWork(recordOf(journal, seq).state);
    deps.emit({type: 'job_unanswered', job: refOf(record), reason: why});
    return 'done';
  };
}
