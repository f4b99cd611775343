import {AosError} from '../../../foundation/errors/error.ts';
import {finalAnswer, type Answer, type FinalAnswer} from './answer.ts';
import {askWorker} from './ask-worker.ts';
import type {StepOf} from './job.ts';
import type {Clocked, Recording, Workers} from './parts.ts';
import {concluded, dispatchOf, recordOf, refOf} from './record.ts';
import type {Load} from './scheduler.ts';

/** Has a selected job answered by a worker, and concludes it. */
export function createWork(deps: Recording & Clocked & Workers & {load: Load}): StepOf {
  const {journal, retryJournalWrite, time} = deps;

  return async (job) => {
    const {seq, early} = job;
    const record = job.record ?? recordOf(journal, seq);
    const dispatch = job.dispatch ?? dispatchOf(record);
    // The work may take minutes: nothing of it is kept at hand meanwhile.
    job.record = job.dispatch = job.early = undefined;
    const {vrf} = record;
    if (vrf === null) throw new AosError('BUG', `job ${seq} was selected without a VRF`);
    const finish = (answer: Answer): FinalAnswer => finalAnswer(dispatch, answer, deps, time.now());
    const worker = deps.workers.find((candidate) => candidate.kind === dispatch.kind);
    let answer: FinalAnswer;
    if (worker === undefined) {
      // The configuration has changed since it was selected.
      const reason = `unsupported worker type, need ${deps.kinds.join(',')}, got ${dispatch.kind}`;
      answer = finish({outcome: 'unsupported', result: '', reason, vrf});
      await retryJournalWrite(() => journal.conclude(seq, answer));
    } else {
      const task = {record, ref: refOf(record), job: dispatch, vrf, worker, early, finish};
      const asked = await askWorker(deps, task);
      answer = asked.answer;
      if (!asked.stored) await retryJournalWrite(() => journal.conclude(seq, answer));
    }
    concluded(job, record, answer, deps);
    return 'deliver';
  };
}
