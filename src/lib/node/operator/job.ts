import {AosError} from '../../foundation/errors/error.ts';
import type {DispatchJob} from '../../protocol/wire/messages.ts';
import type {VrfProof} from '../../protocol/vrf/ecvrf.ts';
import {sample, vrfInput, type Sampling, type SamplingRange} from '../../protocol/vrf/sampling.ts';
import {answerWithoutWorker, finalAnswer, type Answer, type FinalAnswer} from './answer.ts';
import {askWorker, type EarlyRequest} from './ask-worker.ts';
import {createDeliver} from './deliver.ts';
import {jobOf, recordOf, refOf} from './job-record.ts';
import type {JobDeps} from './job-deps.ts';
import type {Worker} from './ports.ts';
import {createSequencer} from '../../foundation/async/sequencer.ts';
import type {InitialState, JobRecord, NewJob, RequestRecord} from '../journal/records.ts';
import type {JobSteps, Frame, Reservation} from './job-steps.ts';

/** A job of a frame, and how it is stored. */
type NewJobRow = {job: DispatchJob; row: NewJob};

/** A job can be sampled at once, with this range. */
type SamplingSlot = {reservation: Reservation; range: SamplingRange};

type FirstRequest = Omit<RequestRecord, 'answer'>;

/** What the VRF says of a job with a range, and the answer that follows from it; null when a worker has to be asked. */
type SamplingOutcome = {range: SamplingRange; sampling: Sampling; answer: FinalAnswer | null};

/** Of a job selected for an idle worker just now: the request put to it, and the job, which need not be read again. */
type PreparedRequest = {early: EarlyRequest; job: DispatchJob; record: JobRecord};

export function createJobSteps(deps: JobDeps): JobSteps {
  const {journal, time, emit, options, signal, ranges} = deps;
  const prepared = new Map<number, PreparedRequest>();
  /** Concluded and about to be delivered: they need not be read again. */
  const concludedNow = new Map<number, JobRecord>();
  /** Jobs that are sampled before they are stored: one that comes twice must not be put to a worker twice. */
  const samplingKeys = new Set<string>();
  /** Jobs on their way into the journal that are sampled later: what comes after them must not go before them. */
  let unsampled = 0;
  /** Jobs enter the journal as they came, also when one is sampled meanwhile and the next is not. */
  const entry = createSequencer();

  return {
    async receive(jobs, frame) {
      const respond = deps.session.responder();
      const acknowledge = (): void => respond(frame.id, {code: 200, message: 'success'});
      const rows = jobs.map((job, index) => newJob(job, index, frame));
      const [first] = rows;
      // Many jobs of one frame, sampled as they come, would keep the acknowledgement waiting.
      const slot = first !== undefined && rows.length === 1 ? samplingSlot(first.job) : null;
      if (first !== undefined && slot !== null) {
        await receiveSampled(first, slot, acknowledge);
        return;
      }
      const stored = await receiveUnsampled(rows);
      // Sampled first: then the selection is written before the signer's answer to the acknowledgement comes in.
      for (const {seq} of stored) deps.next(seq, 'received');
      acknowledge();
    },

    async sample(seq) {
      const record = recordOf(journal, seq);
      const job = jobOf(record);
      const sampled = await sampleJob(job, ranges.known() ?? (await ranges.get(deps.stopping)));
      emitSampled(record, sampled);
      const {answer, sampling} = sampled;
      if (answer !== null) {
        await deps.retryJournalWrite(() => journal.conclude(seq, answer));
        concluded(record, answer);
        deps.next(seq, 'concluded');
        return;
      }
      let early = sendEarly(job);
      let first = firstRequest(seq, job.kind, early);
      await deps.retryJournalWrite(
        () => journal.select(seq, sampling.vrf, first, sampled.range),
        () => {
          early = undefined;
          first = firstRequest(seq, job.kind, early);
        },
      );
      selected({...record, state: 'selected', vrf: sampling.vrf, range: sampled.range}, job, first, early);
      deps.next(seq, 'selected');
    },

    async work(seq) {
      const mine = prepared.get(seq);
      prepared.delete(seq);
      const record = mine?.record ?? recordOf(journal, seq);
      const job = mine?.job ?? jobOf(record);
      const {vrf} = record;
      const worker = workerFor(job.kind);
      if (vrf === null) throw new AosError('BUG', `job ${seq} was selected without a VRF`);
      if (worker === undefined) {
        // The configuration has changed since it was selected.
        const answer = finished(job, {outcome: 'unsupported', result: '', reason: unsupported(job), vrf});
        await deps.retryJournalWrite(() => journal.conclude(seq, answer));
        concluded(record, answer);
      } else {
        const finish = (answer: Answer): FinalAnswer => finished(job, answer);
        const task = {record, ref: refOf(record), job, vrf, worker, early: mine?.early, finish};
        const {answer, stored} = await askWorker(deps, task);
        if (!stored) await deps.retryJournalWrite(() => journal.conclude(seq, answer));
        concluded(record, answer);
      }
      deps.next(seq, 'concluded');
    },

    deliver: createDeliver(deps, (seq) => {
      const record = concludedNow.get(seq);
      concludedNow.delete(seq);
      return record ?? recordOf(journal, seq);
    }),
  };

  /** Room to sample a job before it is stored, and the range for it. What is known already is not sampled again. */
  function samplingSlot(job: DispatchJob): SamplingSlot | null {
    const range = ranges.known();
    if (unsampled > 0 || range === undefined) return null;
    if (samplingKeys.has(keyText(job.key)) || journal.knows(job.key)) return null;
    const reservation = deps.reserve();
    return reservation === null ? null : {reservation, range};
  }

  /** Samples a job, stores it with what came of that, and has it acknowledged: in this order. */
  async function receiveSampled(
    {job, row}: NewJobRow,
    {reservation, range}: SamplingSlot,
    acknowledge: () => void,
  ): Promise<void> {
    const turn = entry.take();
    const key = keyText(job.key);
    samplingKeys.add(key);
    try {
      const sampled = await sampleJob(job, range);
      const {answer, sampling} = sampled;
      let early = answer === null ? sendEarly(job) : undefined;
      let first: FirstRequest | undefined;
      const initialState = (seq: number): InitialState => {
        if (answer !== null) return {state: 'concluded', answer};
        first = firstRequest(seq, job.kind, early);
        return {state: 'selected', vrf: sampling.vrf, range, first};
      };
      await turn.ready;
      const receiving = deps.retryJournalWrite(
        () => journal.receive(row, initialState),
        () => {
          early = undefined;
        },
      );
      turn.done();
      const {known, record} = await receiving;
      emitReceived(known, record, row);
      if (known) {
        acknowledge();
        return;
      }
      emitSampled(record, sampled);
      if (answer === null) {
        selected(record, job, first, early);
        reservation.claim(record.seq, 'selected', job.kind);
        acknowledge();
      } else {
        concluded(record, answer);
        acknowledge();
        reservation.claim(record.seq, 'concluded', job.kind);
      }
    } finally {
      samplingKeys.delete(key);
      turn.done();
      reservation.release();
    }
  }

  /** @returns those that were new */
  async function receiveUnsampled(rows: readonly NewJobRow[]): Promise<JobRecord[]> {
    const stored: JobRecord[] = [];
    const turn = entry.take();
    unsampled += 1;
    try {
      await turn.ready;
      for (const {row} of rows) {
        const receiving = deps.retryJournalWrite(() => journal.receive(row));
        turn.done();
        const {known, record} = await receiving;
        emitReceived(known, record, row);
        if (!known) stored.push(record);
      }
      return stored;
    } finally {
      turn.done();
      unsampled -= 1;
    }
  }

  function newJob(job: DispatchJob, index: number, {text, signer}: Frame): NewJobRow {
    const {key, kind, model, clock} = job;
    return {job, row: {key, receivedAt: time.now(), frame: text, index, kind, model, signer, clock}};
  }

  /** Draws a job that comes alone at once, one of many in its turn: what comes later is sampled later. */
  function sampleJob(job: DispatchJob, range: SamplingRange): SamplingOutcome | Promise<SamplingOutcome> {
    const proof = deps.prover.prove(vrfInput(job.prompt).alpha, deps.isCrowded());
    return proof instanceof Promise
      ? proof.then((proved) => sampleWith(proved, job, range))
      : sampleWith(proof, job, range);
  }

  function sampleWith(proof: VrfProof, job: DispatchJob, range: SamplingRange): SamplingOutcome {
    const prover = {publicKey: deps.prover.publicKey, prove: () => proof};
    const sampling = sample(prover, {prompt: job.prompt, ...job.key}, range, options.vrfSortPrecision);
    const answer = answerWithoutWorker(job, sampling, options.kinds);
    return {range, sampling, answer: answer === null ? null : {...finished(job, answer), range}};
  }

  function firstRequest(
    seq: number,
    name: string,
    early: EarlyRequest | undefined,
  ): FirstRequest | undefined {
    const kind = options.kinds.find((candidate) => candidate === name);
    return kind === undefined ? undefined : deps.requests.first(seq, kind, early?.requestId);
  }

  /**
   * Sends the first request to an idle worker while the journal writes the selection. The journal applies changes in
   * order, so the callback finds its request. When the write fails, a new request follows the write that succeeds; the
   * first answer, and one that a crash interrupts, is wasted work of the worker.
   */
  function sendEarly({kind, model, prompt}: DispatchJob): EarlyRequest | undefined {
    const worker = workerFor(kind);
    if (worker === undefined || !deps.isIdle(kind)) return undefined;
    const requestId = deps.newSecretId();
    const {nodeId, callbackUrl} = options;
    const ready = worker.ready(signal);
    const asked = ready.then(() => worker.ask({requestId, nodeId, model, prompt, callbackUrl}, signal));
    // askWorker handles these rejections; avoid an unhandledRejection before it awaits them.
    ready.catch(() => undefined);
    asked.catch(() => undefined);
    return {requestId, ready, asked};
  }

  /** A job's selection is on disk, and its first request. */
  function selected(
    record: JobRecord,
    job: DispatchJob,
    first: FirstRequest | undefined,
    early: EarlyRequest | undefined,
  ): void {
    if (first !== undefined) deps.requests.journalled(first);
    if (early !== undefined) prepared.set(record.seq, {early, job, record});
  }

  /** The answer of a job is on disk. */
  function concluded(record: JobRecord, {outcome, reason, content}: FinalAnswer): void {
    if (deps.deliversNow()) concludedNow.set(record.seq, {...record, state: 'concluded', outcome, content});
    emit({type: 'job_concluded', job: refOf(record), outcome, reason});
  }

  function emitReceived(known: boolean, record: JobRecord, {signer}: NewJob): void {
    const job = refOf(record);
    if (known) emit({type: 'job_duplicate', job, state: record.state});
    else emit({type: 'job_received', job, signer});
  }

  function emitSampled(record: JobRecord, {sampling: {r, threshold, vrf, valid}}: SamplingOutcome): void {
    emit({type: 'job_sampled', job: refOf(record), selected: valid && vrf.selected, r, threshold});
  }

  function workerFor(kind: string): Worker | undefined {
    return deps.workers.find((candidate) => candidate.kind === kind);
  }

  function finished(job: DispatchJob, answer: Answer): FinalAnswer {
    return finalAnswer(job, answer, {id: options.nodeId, clockId: options.clockId}, time.now());
  }

  function unsupported(job: DispatchJob): string {
    return `unsupported worker type, need ${options.kinds.join(',')}, got ${job.kind}`;
  }
}

function keyText({jobId, tag, position}: DispatchJob['key']): string {
  return JSON.stringify([jobId, tag, position]);
}
