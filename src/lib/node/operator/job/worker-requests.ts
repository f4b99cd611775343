import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import type {WorkerKind} from '../../../protocol/wire/messages.ts';
import {CALLBACK_ID, readWorkerAnswer, type WorkerAnswer} from '../../../protocol/wire/worker-answers.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {Emit} from '../../events/events.ts';
import type {JobRecord, NewRequest} from '../../journal/records.ts';
import type {MakeAnswer, NoAnswer, RequestJournal, ToCheck} from '../../journal/journal.ts';
import type {SignedText} from '../../journal/job-texts.ts';
import {answerFor, checkedAnswer, type Answering, type FinalAnswer, type Said} from './answer.ts';
import type {DirectReply} from '../ports.ts';
import type {RetryJournalWrite} from '../retry-journal-write.ts';
import type {RootWatch} from '../root-watch.ts';
import {createKeptCallbacks, KEPT} from './kept-callbacks.ts';
import type {Checking} from './checking.ts';
import type {Listeners, Made} from './listeners.ts';
import {refOf} from './record.ts';

/** What our HTTP server answers a worker's callback with. */
export type CallbackReply = {status: number; code: number; message: string};

/** Requests to workers and their answers, which come by HTTP callback (docs/protocol.md#request-ids). */
export type WorkerRequests = Pick<Listeners, 'expect' | 'forget' | 'listen'> & {
  /** A first request for a job, to be journalled with its selection; `requestId` when it has one already. */
  first(seq: number, kind: WorkerKind, requestId?: string): NewRequest;
  /** Takes a callback: durable before the worker gets its reply. */
  take(kind: WorkerKind, body: Uint8Array): Promise<CallbackReply>;
  /**
   * Takes what a worker says in its reply to a request, in place of a callback; resolves when it is durable, or kept.
   * @throws AosError JOURNAL_WRITE_FAILED: it could not be kept; WORKER_BAD_ANSWER: it is no answer to a request
   */
  replied(kind: WorkerKind, requestId: string, reply: DirectReply): Promise<void>;
};

type Refuse = (why: 'unknown' | 'invalid', status: number, message: string) => CallbackReply;

/** No callback came, so none is refused: the step that asked reports what the worker said. */
const notTaken: Refuse = (_why, status, message) => ({status, code: status, message});

/** What a worker said, and why it may not be delivered, at all or without a check of proofs, where that was found out beside it. */
type Heard = WorkerAnswer & {doubt: string | null; doubtUnchecked: string | null};

const TAKEN: CallbackReply = {status: 200, code: 200, message: 'success'};

export function createWorkerRequests(deps: {
  journal: RequestJournal;
  retryJournalWrite: RetryJournalWrite;
  time: Time;
  emit: Emit;
  /** An unguessable id. */
  newSecretId: () => string;
  /** Kinds of worker that this operator runs. */
  kinds: readonly WorkerKind[];
  node: Answering;
  roots: RootWatch;
  listeners: Listeners;
  checking: Pick<Checking, 'has' | 'wants' | 'takesUnattested' | 'add'>;
}): WorkerRequests {
  const {journal, time, emit, listeners, checking} = deps;
  let refused = 0;
  const keep = createKeptCallbacks({
    retryJournalWrite: deps.retryJournalWrite,
    time,
    // The step that waits for it puts the request again, instead of waiting for its whole time.
    onDropped: (requestId) => listeners.invalid(requestId, 'it came while the journal could not be written'),
  });

  const refuse: Refuse = (why, status, message) => {
    refused += 1;
    emit({type: 'callback_refused', why, count: refused});
    return {status, code: status, message};
  };

  function make(said: Said, seq: number, read: () => JobRecord, text: SignedText | null): Made | NoAnswer {
    const listener = listeners.of(seq);
    if (listener !== undefined) {
      const answer = listener.make(said, text);
      return 'noAnswer' in answer ? answer : {answer, ref: listener.ref};
    }
    const record = read();
    const answer = answerFor(record, {said, text}, deps.node, time.now());
    return 'noAnswer' in answer ? answer : {answer, ref: refOf(record)};
  }

  async function store(heard: Heard, body: string, refuse: Refuse): Promise<CallbackReply> {
    const {requestId} = heard;
    const made = new Map<number, Made>();
    const makeAnswer = (...[seq, read, text]: Parameters<MakeAnswer>): FinalAnswer | NoAnswer | ToCheck => {
      // What is said under another position already was checked there.
      const isToCheck = text === null && checking.has(heard.kind) && checking.wants(read());
      const isLeft = isToCheck && checking.takesUnattested(heard.kind);
      // When the worker was asked, another configuration may have had the check of proofs that this doubt relied on.
      const relies = text === null && heard.doubtUnchecked !== null && !checking.wants(read(), 'proof');
      const said = relies ? {...heard, doubt: heard.doubtUnchecked} : heard;
      const one = make(isLeft ? checkedAnswer(said) : said, seq, read, text);
      if ('noAnswer' in one) return one;
      if (isToCheck) return {toCheck: true};
      made.set(seq, one);
      return one.answer;
    };
    const taken = await journal.answer(requestId, body, time.now(), makeAnswer);
    switch (taken.state) {
      case 'unknown':
        return refuse('unknown', 404, 'no request waits for this req_id');
      case 'already':
        return TAKEN;
      case 'invalid':
        if (heard.doubt === null) listeners.of(taken.seq)?.invalid(requestId, taken.why);
        return refuse('invalid', 422, taken.why);
      case 'checking':
        listeners.checking(taken.seq);
        checking.add(requestId, heard.kind);
        return TAKEN;
      case 'taken':
        deps.roots.see({model: heard.model, prompt: heard.prompt, state_root: heard.stateRoot});
        for (const seq of taken.concluded) {
          const one = made.get(seq);
          if (one !== undefined) listeners.announce(seq, one);
        }
        return TAKEN;
    }
  }

  return {
    first: (seq, kind, requestId = deps.newSecretId()) => ({
      requestId,
      seq,
      kind,
      attempt: 1,
      askedAt: time.now(),
    }),
    expect: listeners.expect,
    forget: listeners.forget,
    listen: listeners.listen,
    async take(kind, bytes) {
      let answer: WorkerAnswer;
      try {
        // Who knows the id of a request must not answer it by another way than its worker does.
        if (!deps.kinds.includes(kind) || CALLBACK_ID[kind] === null)
          return refuse('invalid', 404, `no ${kind} worker sends callbacks here`);
        answer = readWorkerAnswer(kind, bytes);
      } catch (error) {
        if (!isAosError(error)) throw error;
        return refuse('invalid', 400, error.message);
      }
      const body = Buffer.from(bytes).toString('utf8');
      return keep({id: answer.requestId, body, doubt: null}, () =>
        store({...answer, doubt: null, doubtUnchecked: null}, body, refuse),
      );
    },
    async replied(kind, requestId, {body, doubt, doubtUnchecked}) {
      const answer = {...readWorkerAnswer(kind, Buffer.from(body)), requestId};
      const doubts = {doubt: doubt?.message ?? null, doubtUnchecked: doubtUnchecked?.message ?? null};
      const heard = {...answer, ...doubts};
      const reply = await keep({id: requestId, body, doubt: heard.doubt}, () => store(heard, body, notTaken));
      mustBeTaken(kind, reply);
    },
  };
}

/** The worker has answered, and will not again: without an error the step that asked would wait for its whole time. */
function mustBeTaken(kind: WorkerKind, reply: CallbackReply): void {
  // What is no answer has been said to the step that asked.
  if (reply.status === 200 || reply.status === 422 || reply === KEPT) return;
  throw new AosError(
    reply.status === 503 ? 'JOURNAL_WRITE_FAILED' : 'WORKER_BAD_ANSWER',
    `the reply of the ${kind} worker is not used: ${reply.message}`,
  );
}
