import {draftEnvelope} from '../../../protocol/wire/envelope.ts';
import {errorText, isAosError} from '../../../foundation/errors/error.ts';
import type {Received} from '../responses.ts';
import type {DeliveryIds} from './delivery-ids.ts';
import {keptReply} from './kept-reply.ts';
import type {Clocked, Delivery, Recording} from './parts.ts';
import {refOf} from './record.ts';

/** Takes responses to deliveries that nothing waits for any more. Must not throw. */
export type LateReplies = (id: string, reply: Received) => void;

/**
 * An acceptance of any delivery of a job counts, whenever it comes: all of them had the same content. Anything else is
 * dropped: the job is delivered again anyway.
 * @param deps.onAccepted the job is accepted now
 */
export function createLateReplies(
  deps: Omit<Recording, 'journal'> &
    Pick<Clocked, 'time' | 'signal'> &
    Pick<Delivery, 'nodeId' | 'signing'> & {
      journal: Pick<Recording['journal'], 'get' | 'accepted'>;
      ids: DeliveryIds;
      onAccepted: (seq: number) => void;
    },
): LateReplies {
  const {journal, retryJournalWrite, time, emit, signal} = deps;
  /** A repeated response adds nothing to the first. */
  const inHand = new Set<number>();

  async function accept(seq: number, id: string, bytes: Uint8Array): Promise<void> {
    const record = journal.get(seq);
    if (record === undefined || (record.state !== 'concluded' && record.state !== 'signed')) return;
    // The journal keeps the signature of the answer's last delivery alone, so that of this one is made again.
    const {message} = draftResult({id, content: record.content ?? '', nodeId: deps.nodeId});
    const delivery = {envelopeId: id, signature: await deps.signing.sign(message, signal), at: time.now()};
    const {outcome, receivedAt} = record;
    const reply = keptReply(outcome, bytes);
    const first = await retryJournalWrite(() => journal.accepted(seq, time.now(), delivery, reply));
    if (first && outcome !== null)
      emit({type: 'result_accepted', job: refOf(record), ms: Math.max(0, time.now() - receivedAt), outcome});
    deps.onAccepted(seq);
  }

  return (id, {code, bytes}) => {
    if (code !== 200) return;
    const seq = deps.ids.seqOf(id);
    if (seq === null || inHand.has(seq)) return;
    inHand.add(seq);
    accept(seq, id, bytes)
      .catch((error: unknown) => {
        if (signal.aborted) return;
        const why = isAosError(error) ? error.code : 'BUG';
        emit({
          type: 'warning',
          code: why,
          message: `a late acceptance of job ${seq} is lost: ${errorText(error)}`,
        });
      })
      .finally(() => inHand.delete(seq));
  };
}

/** The envelope of a delivery, unsigned; the same id and content make the same text. */
export function draftResult(of: {
  id: string;
  content: string;
  nodeId: string;
}): ReturnType<typeof draftEnvelope> {
  const {id, content, nodeId} = of;
  return draftEnvelope({
    id,
    method: 'job_result',
    params: `[${content}]`,
    result: 'null',
    address: nodeId,
  });
}
