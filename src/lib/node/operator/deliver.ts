import {createBackoff, type Backoff} from '../../foundation/async/backoff.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {draftEnvelope} from '../../protocol/wire/envelope.ts';
import {refOf} from './job-record.ts';
import type {JobDeps} from './job-deps.ts';
import type {Delivery, JobRecord} from '../journal/records.ts';
import type {JobSteps} from './job-steps.ts';

/**
 * The last step of a job: its stored answer goes out until the dispatcher takes it, or it is too old.
 * @param recordOf the job with its answer, as it is in the journal
 */
export function createDeliver(deps: JobDeps, recordOf: (seq: number) => JobRecord): JobSteps['deliver'] {
  const {journal, time, emit, options, signal} = deps;
  /** Answers that were sent and not accepted, until they are. */
  const refused = new Map<number, {attempts: number; backoff: Backoff}>();

  return async (seq) => {
    const tries = refused.get(seq) ?? {
      attempts: 0,
      backoff: createBackoff({firstMs: 1_000, capMs: 60_000, random: deps.random}),
    };
    for (;;) {
      const record = recordOf(seq);
      if (time.now() - record.receivedAt > options.retentionMs) {
        await deps.retryJournalWrite(() => journal.expire(seq, time.now()));
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
  };

  /** Waits outside the queue: results that are refused for days must not stand in the way of the others. */
  function tryLater(seq: number, ms: number): void {
    time.sleep(ms, deps.stopping).then(
      () => deps.next(seq, 'concluded'),
      () => undefined, // the operator stops: the result waits in the journal
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
      await deps.retryJournalWrite(() => journal.signed(seq, delivery));
      throw error;
    }
    const first = await deps.retryJournalWrite(() => journal.accepted(seq, time.now(), delivery));
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
    const turn = deps.sequencer.take();
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
      await turn.ready;
      // The socket that was there at first may be gone, and the next one not introduced yet.
      if (!deps.session.connected()) throw new AosError('NOT_CONNECTED', 'the connection was lost');
      emit({type: 'result_sent', job: refOf(record), envelopeId: id, attempt});
      return {delivery, reply: deps.session.request({id, text: draft.seal(signature)}, signal)};
    } finally {
      turn.done();
    }
  }
}
