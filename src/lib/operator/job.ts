import {createBackoff, type Backoff} from '../backoff.ts';
import {AosError, isAosError} from '../errors.ts';
import {draftEnvelope, parseEnvelope} from '../protocol/envelope.ts';
import {readDispatch, type DispatchJob} from '../protocol/messages.ts';
import {sample, type SamplingRange} from '../vrf/sampling.ts';
import {answerWithoutWorker, finalAnswer, type Answer, type FinalAnswer} from './answer.ts';
import type {JobRef} from './events.ts';
import {askWorker} from './ask-worker.ts';
import type {Delivery, JobRecord, Worker} from './ports.ts';
import type {PipelineDeps} from './pipeline.ts';

/**
 * What a job goes through, in this order. Each step leaves its mark in the journal before the next begins, so that after
 * a crash a job goes on where it was; a step may be repeated, but the content of an answer is made once.
 */
export type JobSteps = {
  /** Journals the jobs of one frame and acknowledges it. */
  receive(
    jobs: readonly DispatchJob[],
    frame: {id: string; text: string; signer: string | null},
  ): Promise<void>;
  /** Samples a received job by VRF: concludes it, or selects it for a worker. */
  sample(seq: number): Promise<void>;
  /** Has a selected job answered by a worker, and concludes it. */
  work(seq: number): Promise<void>;
  /** Signs and sends a concluded job's answer, and has it sent again until it is accepted or too old. */
  deliver(seq: number): Promise<void>;
};

export function createJobSteps(deps: PipelineDeps): JobSteps {
  const {journal, time, emit, options, signal} = deps;
  /** Answers that were sent and not accepted, until they are. */
  const refused = new Map<number, {attempts: number; backoff: Backoff}>();
  /** Whether the worker is ready for a job that was just selected; it is being asked. */
  const readiness = new Map<number, Promise<void>>();

  return {
    async receive(jobs, frame) {
      const respond = deps.session.responder();
      const fresh: JobRecord[] = [];
      for (const [index, job] of jobs.entries()) {
        const stored = await deps.durably(() =>
          journal.receive({
            key: job.key,
            receivedAt: time.now(),
            frame: frame.text,
            index,
            kind: job.kind,
            model: job.model,
            signer: frame.signer,
            clock: job.clock,
          }),
        );
        if (stored.known)
          emit({type: 'job_duplicate', job: refOf(stored.record), state: stored.record.state});
        else {
          fresh.push(stored.record);
          emit({type: 'job_received', job: refOf(stored.record), signer: frame.signer});
        }
      }
      // Sampled first: then the selection is written before the signer's answer to the acknowledgement comes in.
      for (const record of fresh) deps.next(record.seq, 'received');
      respond(frame.id, {code: 200, message: 'success'});
    },

    async sample(seq) {
      const record = recordOf(seq);
      const job = jobOf(record);
      const range = deps.ranges.known() ?? (await deps.ranges.get(signal));
      const sampling = sample(deps.prover, {prompt: job.prompt, ...job.key}, range, options.vrfSortPrecision);
      const {r, threshold, vrf, valid} = sampling;
      emit({type: 'job_sampled', job: refOf(record), selected: valid && vrf.selected, r, threshold});
      const answer = answerWithoutWorker(job, sampling, options.kinds);
      if (answer !== null) {
        await conclude(record, job, answer, range);
        return;
      }
      const kind = options.kinds.find((candidate) => candidate === job.kind);
      const first = kind === undefined ? undefined : deps.questions.prepare(seq, kind);
      const worker = workerFor(job);
      // A worker that has nothing to do is asked whether it is ready while the selection is being written.
      if (worker !== undefined && deps.isIdle(worker.kind)) {
        const ready = worker.ready(signal);
        ready.catch(() => undefined); // whoever puts the question looks at it
        readiness.set(seq, ready);
      }
      await deps.durably(() => journal.select(seq, vrf, first, range));
      deps.next(seq, 'selected');
    },

    async work(seq) {
      const record = recordOf(seq);
      const job = jobOf(record);
      const {vrf} = record;
      const worker = workerFor(job);
      const ready = readiness.get(seq);
      readiness.delete(seq);
      if (vrf === null) throw new AosError('BUG', `job ${seq} was selected without a VRF`);
      if (worker === undefined) {
        // The configuration has changed since it was selected.
        await conclude(record, job, {outcome: 'unsupported', result: '', reason: unsupported(job), vrf});
        return;
      }
      const finish = (answer: Answer): FinalAnswer => finished(job, answer);
      const {answer, stored} = await askWorker(deps, {
        record,
        ref: refOf(record),
        job,
        vrf,
        worker,
        ready,
        finish,
      });
      if (!stored) await deps.durably(() => journal.conclude(seq, answer));
      concluded(record, answer);
    },

    async deliver(seq) {
      const tries = refused.get(seq) ?? {
        attempts: 0,
        backoff: createBackoff({firstMs: 1_000, capMs: 60_000, random: deps.random}),
      };
      for (;;) {
        const record = recordOf(seq);
        if (time.now() - record.receivedAt > options.retentionMs) {
          await deps.durably(() => journal.expire(seq, time.now()));
          emit({type: 'result_expired', job: refOf(record)});
          over(seq);
          return;
        }
        tries.attempts += 1;
        try {
          await deliverOnce(record, tries.attempts);
          return;
        } catch (error) {
          signal.throwIfAborted();
          // Without a connection there is nothing to wait for but the connection itself.
          if (isAosError(error, 'NOT_CONNECTED')) continue;
          if (!isAosError(error, 'DISPATCHER_TIMEOUT', 'DISPATCHER_REFUSED')) throw error;
          const {code, message} = error;
          const retryInMs = tries.backoff.next();
          emit({type: 'result_retry', job: refOf(record), code, message, retryInMs});
          refused.set(seq, tries);
          tryLater(seq, retryInMs);
          return;
        }
      }
    },
  };

  /** Waits outside the lane: results that are refused for days must not stand in the way of the others. */
  function tryLater(seq: number, ms: number): void {
    time.sleep(ms, deps.stopping).then(
      () => deps.next(seq, 'concluded'),
      () => undefined, // told to stop: it waits in the journal
    );
  }

  function over(seq: number): void {
    refused.delete(seq);
    deps.finished(seq);
  }

  /**
   * Signs the stored content in a new envelope, sends it and waits for the dispatcher's word. The signature is journalled
   * with that word, in one write: what counts, the content, is on disk already (docs/adr/0015-fewer-writes.md).
   */
  async function deliverOnce(record: JobRecord, attempt: number): Promise<void> {
    const {seq, outcome} = record;
    if (outcome === null) throw new AosError('BUG', `job ${seq} is to be delivered without an answer`);
    const {delivery, reply} = await send(record, attempt);
    try {
      const {code, message} = await reply;
      if (code !== 200)
        throw new AosError('DISPATCHER_REFUSED', `the result was answered with code ${code}: ${message}`);
    } catch (error) {
      await deps.durably(() => journal.signed(seq, delivery));
      throw error;
    }
    const first = await deps.durably(() => journal.accepted(seq, time.now(), delivery));
    const ms = Math.max(0, time.now() - record.receivedAt);
    if (first) emit({type: 'result_accepted', job: refOf(record), ms, outcome});
    over(seq);
  }

  async function send(
    record: JobRecord,
    attempt: number,
  ): Promise<{delivery: Delivery; reply: Promise<{code: number; message: string}>}> {
    const {seq, content} = record;
    if (content === null) throw new AosError('BUG', `job ${seq} is to be delivered without content`);
    const turn = deps.turns.take();
    try {
      await deps.session.whenConnected(signal);
      const id = deps.newId();
      const draft = draftEnvelope({
        id,
        method: 'job_result',
        params: `[${content}]`,
        result: 'null',
        address: options.nodeId,
      });
      const signature = await deps.signing.sign(draft.message, signal);
      const delivery = {envelopeId: id, signature, at: time.now()};
      await turn.ours;
      // The socket that was there at first may be gone, and the next one not introduced yet.
      if (!deps.session.connected()) throw new AosError('NOT_CONNECTED', 'the connection was lost');
      emit({type: 'result_sent', job: refOf(record), envelopeId: id, attempt});
      return {delivery, reply: deps.session.request({id, text: draft.seal(signature)}, signal)};
    } finally {
      turn.done();
    }
  }

  function workerFor(job: DispatchJob): Worker | undefined {
    return deps.workers.find((candidate) => candidate.kind === job.kind);
  }

  function finished(job: DispatchJob, answer: Answer): FinalAnswer {
    return finalAnswer(job, answer, {id: options.nodeId, clockId: options.clockId}, time.now());
  }

  async function conclude(
    record: JobRecord,
    job: DispatchJob,
    answer: Answer,
    range?: SamplingRange,
  ): Promise<void> {
    const final = finished(job, answer);
    await deps.durably(() => journal.conclude(record.seq, range === undefined ? final : {...final, range}));
    concluded(record, final);
  }

  /** The answer of a job is on disk. */
  function concluded(record: JobRecord, {outcome, reason}: Answer): void {
    emit({type: 'job_concluded', job: refOf(record), outcome, reason});
    deps.next(record.seq, 'concluded');
  }

  function recordOf(seq: number): JobRecord {
    const record = journal.get(seq);
    if (record === undefined) throw new AosError('BUG', `job ${seq} is not in the journal`);
    return record;
  }

  function unsupported(job: DispatchJob): string {
    return `unsupported worker type, need ${options.kinds.join(',')}, got ${job.kind}`;
  }
}

/** The job in a stored frame; it was checked before it was stored. */
function jobOf(record: JobRecord): DispatchJob {
  const job = readDispatch(parseEnvelope(Buffer.from(record.frame)).params)[record.index];
  if (job === undefined) throw new AosError('BUG', `job ${record.seq} is not in its frame`);
  return job;
}

function refOf({seq, key, kind, model}: JobRecord): JobRef {
  return {seq, ...key, kind, model};
}
