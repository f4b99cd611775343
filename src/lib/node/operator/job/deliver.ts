import {createBackoff} from '../../../foundation/async/backoff.ts';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {draftEnvelope} from '../../../protocol/wire/envelope.ts';
import type {Delivery as SignedDelivery, JobRecord} from '../../journal/records.ts';
import type {Reply} from '../session.ts';
import type {StepOf} from './job.ts';
import type {Clocked, Delivery, Recording} from './parts.ts';
import {recordOf, refOf} from './record.ts';

/** The dispatcher keeps another result of this node for the job. */
const CONFLICT = 409;

/**
 * The last step of a job: signs its stored answer in a new envelope and sends it. A delivery that is not accepted is
 * repeated after a pause, until the answer is accepted or, by the journal's age, older than the retention.
 */
export function createDeliver(deps: Recording & Clocked & Delivery): StepOf {
  const {journal, retryJournalWrite, time, emit, signal} = deps;

  return async (job) => {
    const {seq} = job;
    job.deliveries ??= {
      attempts: 0,
      backoff: createBackoff({firstMs: 1_000, capMs: 60_000, random: deps.random}),
    };
    for (;;) {
      const record = job.record ?? recordOf(journal, seq);
      job.record = undefined;
      // It was delivered while this delivery waited.
      if (record.state === 'accepted' || record.state === 'expired') return 'done';
      if (deps.ageNow() - record.bornAge > deps.retentionMs) {
        await retryJournalWrite(() => journal.expire(seq, time.now()));
        emit({type: 'result_expired', job: refOf(record)});
        return 'done';
      }
      job.deliveries.attempts += 1;
      try {
        await deliverOnce(record, job.deliveries.attempts);
        return 'done';
      } catch (error) {
        signal.throwIfAborted();
        // Without a connection there is nothing to wait for but the connection itself.
        if (isAosError(error, 'NOT_CONNECTED')) continue;
        if (!isAosError(error, 'DISPATCHER_TIMEOUT', 'DISPATCHER_REFUSED', 'RESULT_TAKEN')) throw error;
        const {code, message} = error;
        const retryInMs = job.deliveries.backoff.next();
        emit({type: 'result_retry', job: refOf(record), code, message, retryInMs});
        return {step: 'deliver', inMs: retryInMs};
      }
    }
  };

  /**
   * Sends the stored content once and waits for the dispatcher's reply. The signature is journalled with that reply, in
   * one write: what counts, the content, is on disk already (docs/adr/0015-fewer-writes.md).
   */
  async function deliverOnce(record: JobRecord, attempt: number): Promise<void> {
    const {seq, outcome} = record;
    if (outcome === null) throw new AosError('BUG', `job ${seq} is to be delivered without an answer`);
    const {delivery, reply} = await send(record, attempt);
    try {
      const {code, message} = await reply;
      if (code !== 200)
        throw new AosError(
          code === CONFLICT ? 'RESULT_TAKEN' : 'DISPATCHER_REFUSED',
          `the result was answered with code ${code}: ${message}`,
        );
    } catch (error) {
      await retryJournalWrite(() => journal.signed(seq, delivery));
      throw error;
    }
    const first = await retryJournalWrite(() => journal.accepted(seq, time.now(), delivery));
    const ms = Math.max(0, time.now() - record.receivedAt);
    if (first) emit({type: 'result_accepted', job: refOf(record), ms, outcome});
  }

  /** Signs and sends, in the order in which deliveries began. */
  async function send(
    record: JobRecord,
    attempt: number,
  ): Promise<{delivery: SignedDelivery; reply: Promise<Reply>}> {
    const {seq, content} = record;
    if (content === null) throw new AosError('BUG', `job ${seq} is to be delivered without content`);
    const ticket = deps.sequencer.take();
    try {
      await deps.session.whenConnected(signal);
      const id = deps.newId();
      const draft = draftEnvelope({
        id,
        method: 'job_result',
        params: `[${content}]`,
        result: 'null',
        address: deps.nodeId,
      });
      const signature = await deps.signing.sign(draft.message, signal);
      const delivery = {envelopeId: id, signature, at: time.now()};
      await ticket.ready;
      // The socket that was there at first may be gone, and the next one not introduced yet.
      if (!deps.session.connected()) throw new AosError('NOT_CONNECTED', 'the connection was lost');
      emit({type: 'result_sent', job: refOf(record), envelopeId: id, attempt});
      return {delivery, reply: deps.session.request({id, text: draft.seal(signature)}, signal)};
    } finally {
      ticket.done();
    }
  }
}
