import {createBackoff} from '../../../foundation/async/backoff.ts';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import type {JobRecord} from '../../journal/records.ts';
import type {Job, Next, SentDelivery, StepOf} from './job.ts';
import {keptReply} from './kept-reply.ts';
import {draftResult} from './late-replies.ts';
import type {Clocked, Delivery, Recording} from './parts.ts';
import {recordOf, refOf} from './record.ts';

/** The dispatcher keeps another result of this node for the job. */
const CONFLICT = 409;
/** Most characters of the dispatcher's words that are shown. */
const MOST_WORDS = 200;

/**
 * How long a delivery keeps its place while the dispatcher has not replied: a quick one replies within it, and one that takes
 * 55 s for each result gets the others meanwhile.
 */
const PLACE_MS = 250;
/** Deliveries without a reply that have left their place, at most; more keep it. */
const MOST_UNREPLIED = 4_096;

/**
 * The last step of a job: signs its stored answer in a new envelope and sends it. A delivery that is not accepted is
 * repeated after a pause, until the answer is accepted or, by the journal's age, older than the retention.
 */
export function createDeliver(deps: Recording & Clocked & Delivery): StepOf {
  const {journal, retryJournalWrite, time, emit, signal} = deps;
  let unreplied = 0;

  return async (job) => {
    const deliveries = (job.deliveries ??= {
      attempts: 0,
      backoff: createBackoff({firstMs: 1_000, capMs: 60_000, random: deps.random}),
      sent: null,
    });
    for (;;) {
      const record = job.record ?? recordOf(journal, job.seq);
      job.record = undefined;
      // It was delivered while this delivery waited.
      if (record.state === 'accepted' || record.state === 'expired') return 'done';
      if (deliveries.sent === null && deps.ageNow() - record.bornAge > deps.retentionMs) {
        await retryJournalWrite(() => journal.expire(job.seq, time.now()));
        emit({type: 'result_expired', job: refOf(record)});
        return 'done';
      }
      const next = await deliverOnce(deliveries, record);
      if (next !== 'again') return next;
    }
  };

  /** @returns 'again': without a connection there is nothing to wait for but the connection itself */
  async function deliverOnce(
    deliveries: NonNullable<Job['deliveries']>,
    record: JobRecord,
  ): Promise<Next | 'again'> {
    try {
      if (deliveries.sent === null) {
        deliveries.attempts += 1;
        const sent = await send(record, deliveries.attempts);
        if (!(await isRepliedSoon(sent)) && unreplied < MOST_UNREPLIED) {
          deliveries.sent = sent;
          unreplied += 1;
          return {step: 'deliver', replied: sent.end.finally(() => (unreplied -= 1))};
        }
        await conclude(record, sent);
      } else {
        const {sent} = deliveries;
        deliveries.sent = null;
        await conclude(record, sent);
      }
      return 'done';
    } catch (error) {
      signal.throwIfAborted();
      if (isAosError(error, 'NOT_CONNECTED')) return 'again';
      if (!isAosError(error, 'DISPATCHER_TIMEOUT', 'DISPATCHER_REFUSED', 'RESULT_TAKEN')) throw error;
      const {code, message} = error;
      const retryInMs = deliveries.backoff.next();
      emit({type: 'result_retry', job: refOf(record), code, message, retryInMs});
      return {step: 'deliver', inMs: retryInMs};
    }
  }

  /**
   * Awaits the dispatcher's reply. The signature is journalled with it, in one write: what counts, the content, is on disk
   * already (docs/adr/0015-fewer-writes.md).
   */
  async function conclude(record: JobRecord, {delivery, end}: SentDelivery): Promise<void> {
    const {seq, outcome} = record;
    if (outcome === null) throw new AosError('BUG', `job ${seq} is to be delivered without an answer`);
    const result = await end;
    if ('error' in result || result.reply.code !== 200) {
      // By an earlier delivery: the journal keeps the signature of that one.
      if (journal.get(seq)?.state === 'accepted') return;
      await retryJournalWrite(() => journal.signed(seq, delivery));
      if ('error' in result) throw result.error;
      const {code, message} = result.reply;
      throw new AosError(
        code === CONFLICT ? 'RESULT_TAKEN' : 'DISPATCHER_REFUSED',
        `the result was answered with code ${code}: ${safeText(message, MOST_WORDS)}`,
      );
    }
    const reply = keptReply(outcome, result.reply.bytes);
    const first = await retryJournalWrite(() => journal.accepted(seq, time.now(), delivery, reply));
    const ms = Math.max(0, time.now() - record.receivedAt);
    if (first) emit({type: 'result_accepted', job: refOf(record), ms, outcome});
  }

  /** Signs and sends, in the order in which deliveries began. */
  async function send(record: JobRecord, attempt: number): Promise<SentDelivery> {
    const {seq, content} = record;
    if (content === null) throw new AosError('BUG', `job ${seq} is to be delivered without content`);
    const ticket = deps.sequencer.take();
    try {
      await deps.session.whenConnected(signal);
      const id = deps.ids.make(seq, attempt);
      const draft = draftResult({id, content, nodeId: deps.nodeId});
      const signature = await deps.signing.sign(draft.message, signal);
      const delivery = {envelopeId: id, signature, at: time.now()};
      await ticket.ready;
      await deps.session.untilRoom(signal);
      // The socket that was there at first may be gone, and the next one not introduced yet.
      if (!deps.session.connected()) throw new AosError('NOT_CONNECTED', 'the connection was lost');
      emit({type: 'result_sent', job: refOf(record), envelopeId: id, attempt});
      const end = deps.session.request({id, text: draft.seal(signature)}, signal).then(
        (reply) => ({reply}),
        (error: unknown) => ({error}),
      );
      return {delivery, end};
    } finally {
      ticket.done();
    }
  }

  /** Whether the end of a delivery comes while it keeps its place. */
  function isRepliedSoon({end}: SentDelivery): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = time.after(PLACE_MS, () => resolve(false));
      void end.then(() => {
        cancel();
        resolve(true);
      });
    });
  }
}
