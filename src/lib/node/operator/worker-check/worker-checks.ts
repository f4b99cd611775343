import {linkedAbort} from '../../../foundation/async/abort.ts';
import {AosError} from '../../../foundation/errors/error.ts';
import type {WatchedWorker, Worker} from '../ports.ts';
import {createCheckAnswers, type CheckAnswers} from './answers.ts';
import {checkWorkers, type CheckQuestion, type WorkerCheckDeps} from './check.ts';
import type {CheckedWorker} from './report.ts';

/** Checks of the workers of one operator. */
export type WorkerChecks = {
  /**
   * Checks the workers of a kind.
   * @throws AosError USAGE for a kind that this operator does not run, or the signal's reason
   */
  ofKind(kind: string, question: CheckQuestion, signal: AbortSignal): Promise<CheckedWorker[]>;
  /** Takes a callback; null: it answers no request of a check. */
  take: CheckAnswers['take'];
  isKnown: CheckAnswers['isKnown'];
};

/** @param deps.signal ends every check */
export function createWorkerChecks(
  deps: Omit<WorkerCheckDeps, 'answers'> & {
    workers: readonly (Worker & WatchedWorker)[];
    signal: AbortSignal;
  },
): WorkerChecks {
  const answers = createCheckAnswers();
  return {
    take: answers.take,
    isKnown: answers.isKnown,
    async ofKind(kind, question, signal) {
      const worker = deps.workers.find((one) => one.kind === kind);
      if (worker === undefined) throw new AosError('USAGE', `this operator runs no ${kind} worker`);
      const {controller, unlink} = linkedAbort(signal, deps.signal);
      try {
        return await checkWorkers(worker, question, {...deps, answers}, controller.signal);
      } finally {
        unlink();
      }
    },
  };
}
