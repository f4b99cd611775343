import {linkedAbort} from '../../../foundation/async/abort.ts';
import {createBackoff, type Backoff} from '../../../foundation/async/backoff.ts';
import {createWorkQueue, type WorkQueue} from '../../../foundation/async/work-queue.ts';
import {AosError, errorText, isAosError} from '../../../foundation/errors/error.ts';
import type {Time} from '../../../foundation/time/time.ts';
import {WORKER_KINDS, type WorkerKind} from '../../../protocol/wire/messages.ts';
import {readWorkerAnswer} from '../../../protocol/wire/worker-answers.ts';
import type {Emit} from '../../events/events.ts';
import type {JobJournal, MakeAnswer, NoAnswer, RequestJournal} from '../../journal/journal.ts';
import type {JobRecord} from '../../journal/records.ts';
import type {HeldThen} from '../../events/job-states.ts';
import type {CheckName, Judgement, WaitingAnswer} from '../../journal/verdicts.ts';
import type {AnswerCheck, AnswerToCheck, RunChecks} from '../check-port.ts';
import type {Health} from '../health.ts';
import type {RetryJournalWrite} from '../retry-journal-write.ts';
import {answerFor, checkedAnswer, type Answering, type FinalAnswer} from './answer.ts';
import {watchReadiness} from './check-readiness.ts';
import {reportJudged, watchSecond} from './judged.ts';
import type {Made} from './listeners.ts';
import {dispatchOf, refOf} from './record.ts';
import {runChecks} from './run-checks.ts';

/** Has the answers checked that are to be, beside the steps of their jobs (docs/adr/0056-the-held-answer.md). */
export type Checking = {
  /** Whether the answers to jobs of this kind may have to be checked. */
  has(kind: string): boolean;
  /** Whether the answers to this job are checked [by the check of this name]. */
  wants(record: JobRecord, by?: CheckName): boolean;
  /** Whether a check of this kind judges answers without an attestation that can be read. */
  takesUnattested(kind: string): boolean;
  /** The answer to this request of a job of this kind is on disk. */
  add(requestId: string, kind: string): void;
  /** Begins with the answers that the last run left. */
  start(): void;
  /** Begins no more checks; the next run has them. */
  stop(): void;
};

export type CheckingDeps = {
  journal: Pick<JobJournal, 'get'> & Pick<RequestJournal, 'checks'>;
  retryJournalWrite: RetryJournalWrite;
  time: Time;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Ends every wait of the run. */
  signal: AbortSignal;
  emit: Emit;
  health: Pick<Health, 'failed' | 'worked'>;
  checks: RunChecks;
  node: Answering;
  /** A job has its answer: of a check, or of another position of it. */
  onConcluded: (seq: number, made: Made) => void;
  /** A worker may be asked about the job again, within its deadline. */
  onAskAgain: (seq: number) => void;
  /** What is held may have become other. */
  onHeld: () => void;
};

/** Pauses before an answer is checked again that could not be. */
const PAUSES = {firstMs: 30_000, capMs: 600_000} as const;
/** Numbers of answers read at once when a run begins. */
const PAGE = 500;

/** An answer that is to be checked: of what kind, and its pauses. */
type Waiting = {requestId: string; kind: string; pauses?: Backoff};

/** Answers that are checked again at once, of a kind: what keeps these from a verdict must not hold up those that are new. */
const AGAIN_AT_ONCE = 2;

export function createChecking(deps: CheckingDeps): Checking {
  const {journal, checks, time, emit, signal} = deps;
  const queues = new Map<string, WorkQueue<Waiting>>();
  let isStopped = false;
  /** Aborted when other checks take the place of these. One that takes any number of listeners. */
  let changed = linkedAbort().controller;

  const readiness = watchReadiness(deps);

  const ofKind = (kind: string): AnswerCheck[] => checks.now().filter((check) => check.kind === kind);

  function queueOf(kind: string, turn: 'first' | 'again'): WorkQueue<Waiting> {
    const key = `${kind} ${turn}`;
    const known = queues.get(key);
    if (known !== undefined) return known;
    const atOnce = (): number => Math.max(1, ...ofKind(kind).map((check) => check.atOnce));
    const most = turn === 'first' ? atOnce : () => Math.min(AGAIN_AT_ONCE, atOnce());
    const queue = createWorkQueue<Waiting>({most, work: look, onFailure});
    queues.set(key, queue);
    return queue;
  }

  function onFailure({requestId, kind, pauses}: Waiting, error: unknown): void {
    if (signal.aborted) return;
    const code = isAosError(error) ? error.code : 'BUG';
    emit({type: 'warning', code, message: `an answer could not be checked: ${errorText(error)}`});
    lookAgain({requestId, kind, ...(pauses === undefined ? {} : {pauses})});
  }

  function lookAgain(waiting: Waiting): void {
    const pauses = (waiting.pauses ??= createBackoff({...PAUSES, random: deps.random}));
    const {controller, unlink} = linkedAbort(signal, changed.signal);
    const again = (): void => {
      unlink();
      // When the run ends, the next one checks it.
      if (!isStopped && !signal.aborted) queueOf(waiting.kind, 'again').push(waiting);
    };
    time.sleep(pauses.next(), controller.signal).then(again, again);
  }

  const checksOf = (record: JobRecord): AnswerCheck[] => {
    const {key, kind, model} = record;
    return ofKind(kind).filter((check) => check.wants({key, kind: check.kind, model}));
  };

  async function look(waiting: Waiting): Promise<void> {
    const {requestId} = waiting;
    const answer = journal.checks.waiting(requestId);
    const record = answer === null ? undefined : journal.get(answer.seq);
    if (answer === null || record === undefined) return;
    const judgement: Judgement =
      record.content === null
        ? await judgementOf(record, answer)
        : {verdict: 'refused', code: null, message: 'the job had its answer already', results: []};
    const made = new Map<number, Made>();
    const make = makeBy(deps, answer, made);
    const judged = await deps.retryJournalWrite(() =>
      journal.checks.judge(requestId, judgement, time.now(), make),
    );
    reportJudged(emit, {job: refOf(record), judgement, judged});
    watchSecond(deps.health, record.kind, judgement);
    if (judged.state === 'taken')
      for (const seq of judged.concluded) {
        const one = made.get(seq);
        if (one !== undefined) deps.onConcluded(seq, one);
      }
    if (judged.state === 'held' && judgement.verdict === 'held') follow(waiting, record.seq, judgement.then);
    if (judged.state === 'refused') deps.onAskAgain(record.seq);
    deps.onHeld();
  }

  /** The parts of one answer are in memory as long as its checks take. */
  async function judgementOf(record: JobRecord, answer: WaitingAnswer): Promise<Judgement> {
    const mine = checksOf(record);
    return runChecks(mine, toCheck(record, answer), signal);
  }

  function follow(waiting: Waiting, seq: number, then: HeldThen): void {
    if (then === 'check_again') lookAgain(waiting);
    if (then === 'ask_again') deps.onAskAgain(seq);
  }

  /** What could not be checked is looked at again now, and a second worker that is gone is no problem any more. */
  checks.onChange(() => {
    for (const kind of WORKER_KINDS)
      if (!ofKind(kind).some(({name}) => name === 'second')) deps.health.worked('worker', `second ${kind}`);
    const before = changed;
    changed = linkedAbort().controller;
    before.abort();
    readiness.look();
  });

  return {
    has: (kind) => ofKind(kind).length > 0,
    wants: (record, by) => checksOf(record).some(({name}) => by === undefined || name === by),
    takesUnattested: (kind) => ofKind(kind).some((check) => check.takesUnattested === true),
    add: (requestId, kind) => queueOf(kind, 'first').push({requestId, kind}),
    start() {
      for (let after: number | undefined = 0; after !== undefined;) {
        const due = journal.checks.due(after, PAGE);
        for (const {requestId, kind, isHeld} of due)
          queueOf(kind, isHeld ? 'again' : 'first').push({requestId, kind});
        after = due.length < PAGE ? undefined : due.at(-1)?.n;
      }
      deps.onHeld();
      readiness.look();
    },
    stop() {
      isStopped = true;
      for (const queue of queues.values()) queue.close();
    },
  };
}

/** Makes the content of a job of an answer that is on disk, and notes it. */
export function makeBy(
  {node, time}: {node: Answering; time: Pick<Time, 'now'>},
  {requestId, body}: Pick<WaitingAnswer, 'requestId' | 'body'>,
  made: Map<number, Made>,
): (...args: Parameters<MakeAnswer>) => FinalAnswer | NoAnswer {
  return (seq, read, text) => {
    const record = read();
    const said = {...checkedAnswer(readWorkerAnswer(kindOf(record), Buffer.from(body))), requestId};
    const answer = answerFor(record, {said, text}, node, time.now());
    if (!('noAnswer' in answer)) made.set(seq, {answer, ref: refOf(record)});
    return answer;
  };
}

function toCheck(record: JobRecord, {requestId, body, askedAt, at, workerUrl}: WaitingAnswer): AnswerToCheck {
  const {prompt, params} = dispatchOf(record);
  const kind = kindOf(record);
  const said = {...readWorkerAnswer(kind, Buffer.from(body)), requestId};
  const {seq, key, model} = record;
  return {seq, key, kind, model, requestId, prompt, params, body, said, workerUrl, askedAt, receivedAt: at};
}

/** A job whose answer is on disk was asked of a worker, so its kind is one that is known. */
function kindOf({seq, kind}: JobRecord): WorkerKind {
  if (kind === 'opml' || kind === 'tee' || kind === 'zkml') return kind;
  throw new AosError('BUG', `job ${seq} of the kind ${kind} has an answer`);
}
