import type {Time} from '../../../foundation/time/time.ts';
import type {WorkerKind} from '../../../protocol/wire/messages.ts';
import type {Emit} from '../../events/events.ts';
import type {JobJournal, RequestJournal} from '../../journal/journal.ts';
import type {RunChecks} from '../check-port.ts';
import {createHeldReport, type HeldReport} from '../held-report.ts';
import type {Health} from '../health.ts';
import {createReleaseAnswer, type ReleaseAnswer} from '../release-answer.ts';
import type {RetryJournalWrite} from '../retry-journal-write.ts';
import type {RootWatch} from '../root-watch.ts';
import type {Answering} from './answer.ts';
import {createChecking, type Checking} from './checking.ts';
import {createListeners, type Made} from './listeners.ts';
import type {Scheduler} from './scheduling.ts';
import {createWorkerRequests, type WorkerRequests} from './worker-requests.ts';

/** The ways of an answer from a worker to its job: at once, through its checks, or by the word of the operator. */
export type Answers = {
  requests: WorkerRequests;
  checking: Pick<Checking, 'start' | 'stop'>;
  release: ReleaseAnswer;
  held: Pick<HeldReport, 'onEvent' | 'sum'>;
};

export function createAnswers(deps: {
  journal: RequestJournal & Pick<JobJournal, 'get'>;
  retryJournalWrite: RetryJournalWrite;
  time: Time;
  random: () => number;
  signal: AbortSignal;
  emit: Emit;
  health: Pick<Health, 'failed' | 'worked'>;
  newSecretId: () => string;
  /** Kinds of worker that this operator runs. */
  kinds: readonly WorkerKind[];
  checks: RunChecks;
  node: Answering;
  roots: RootWatch;
  /** Reached when an answer changes what is to be done about a job. */
  scheduler: () => Pick<Scheduler, 'answered' | 'askAgain' | 'answerBy' | 'held'>;
}): Answers {
  const onAnswered = (seq: number): void => deps.scheduler().answered(seq);
  const listeners = createListeners({emit: deps.emit, onAnswered});
  const held = createHeldReport({
    ...deps,
    deadlineOf: (seq) => deps.scheduler().answerBy(seq),
    onHeld: (count) => deps.scheduler().held(count),
  });
  const onConcluded = (seq: number, made: Made): void => listeners.announce(seq, made);
  const checking = createChecking({
    ...deps,
    onConcluded,
    onAskAgain: (seq) => deps.scheduler().askAgain(seq, 'on'),
    onHeld: held.look,
  });
  return {
    requests: createWorkerRequests({...deps, listeners, checking}),
    checking,
    release: createReleaseAnswer({...deps, onConcluded, onHeld: held.look}),
    held,
  };
}
