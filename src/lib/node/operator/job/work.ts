import {createBackoff} from '../../../foundation/async/backoff.ts';
import {AosError} from '../../../foundation/errors/error.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {sameText, workerAnswer} from './answer.ts';
import {askWorker} from './ask-worker.ts';
import {concluded, concludeText} from './conclude-text.ts';
import type {Next, StepOf} from './job.ts';
import type {Clocked, Recording, Workers} from './parts.ts';
import {dispatchOf, recordOf, refOf} from './record.ts';
import type {Load} from './scheduling.ts';
import type {JobState} from '../../events/job-states.ts';

/** How long a request that is refused for what it says is not put again: it is our own fault, or the worker's setting. */
const REFUSED_MS = {firstMs: 30_000, capMs: 600_000} as const;

/** Most characters of a failure that the reason of a job without an answer repeats. */
const MOST_FAILURE = 300;

/** Has a selected job answered by a worker, and concludes it (docs/adr/0020-an-answer-is-the-workers.md). */
export function createWork(deps: Recording & Clocked & Workers & {load: Load}): StepOf {
  const {journal, time} = deps;

  return async (job) => {
    const {seq, early} = job;
    const record = job.record ?? recordOf(journal, seq);
    if (record.state !== 'selected') return afterWork(record.state);
    const dispatch = job.dispatch ?? dispatchOf(record);
    // The work may take minutes: nothing of it is kept at hand meanwhile.
    job.record = job.dispatch = job.early = undefined;
    const {vrf} = record;
    if (vrf === null) throw new AosError('BUG', `job ${seq} was selected without a VRF`);
    if (early === undefined) {
      const {text, isAsked} = journal.others(record);
      // What is said about this (job_id, tag) under another position is said here too.
      if (text !== null) {
        await concludeText(deps, job, record, () => sameText(dispatch, {text, vrf}, deps, time.now()));
        return 'deliver';
      }
      if (isAsked) return 'listen';
      const state = journal.checks.stateOf(seq);
      // An answer waits for its checks, or for the word of the operator.
      if (state !== null && state !== 'ask_again') return 'listen';
    }
    const worker = deps.workers.find((candidate) => candidate.kind === dispatch.kind);
    // The configuration has changed since it was selected; it may change back.
    if (worker === undefined) return 'giveUp';
    // No worker can ever answer it, and it never becomes another job.
    if (worker.whyUnfit(dispatch) !== null) return 'giveUp';
    const asked = await askWorker(deps, {
      record,
      ref: refOf(record),
      job: dispatch,
      worker,
      early,
      answerBy: job.answerBy ?? time.monotonic() + worker.deadlineMs,
      failed: (message) => void (job.lastFailure = safeText(message, MOST_FAILURE)),
      make: (said, text) =>
        text === null
          ? workerAnswer(dispatch, {said, vrf}, deps, time.now())
          : sameText(dispatch, {text, vrf}, deps, time.now()),
    });
    switch (asked.end) {
      case 'answered':
        concluded(job, record, asked.answer, deps);
        return 'deliver';
      case 'spent':
      case 'checking':
        return 'listen';
      case 'overdue':
        return 'giveUp';
      case 'refused': {
        const {code, message} = asked.error;
        job.refusals ??= createBackoff({...REFUSED_MS, random: deps.random});
        const inMs = job.refusals.next();
        deps.emit({type: 'job_retry', job: refOf(record), code, message, retryInMs: inMs});
        return {step: 'work', inMs};
      }
    }
  };
}

/** What comes after the work on a job that is in this state already. */
export function afterWork(state: JobState): Next {
  return state === 'concluded' || state === 'signed' ? 'deliver' : 'done';
}
