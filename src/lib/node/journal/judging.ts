import type {answering} from './answering.ts';
import type {checkTable} from './checks.ts';
import type {jobTable} from './jobs.ts';
import type {textTable} from './job-texts.ts';
import type {MakeAnswer, NoAnswer} from './journal.ts';
import type {Conclusion, JobRecord} from './records.ts';
import type {proofTable} from './proofs.ts';
import type {requestTable} from './requests.ts';
import type {Judged, Judgement, Released, ShownAnswer, WaitingAnswer} from './verdicts.ts';

/** The tables that a judgement touches, and how an answer becomes the content of its job. */
type Tables = {
  jobs: ReturnType<typeof jobTable>;
  requests: ReturnType<typeof requestTable>;
  checks: ReturnType<typeof checkTable>;
  proofs: ReturnType<typeof proofTable>;
  texts: ReturnType<typeof textTable>;
  answers: Pick<ReturnType<typeof answering>, 'recordOf' | 'answerBy'>;
};

/** How checked answers get to where their checks, or the operator, send them. Every function runs inside a transaction. */
export function judging({jobs, requests, checks, proofs, texts, answers}: Tables) {
  const {recordOf, answerBy} = answers;

  const isOpen = ({content, state}: JobRecord): boolean =>
    content === null && (state === 'received' || state === 'selected' || state === 'unanswered');

  /** It is no answer of its job any more: its beginning stays as evidence. */
  function setAside({requestId, seq, body, at}: WaitingAnswer, why: string): void {
    checks.drop(requestId);
    proofs.drop(requestId);
    requests.keep(seq, {requestId, body, at, why});
  }

  function judge(
    requestId: string,
    judgement: Judgement,
    at: number,
    make: (...args: Parameters<MakeAnswer>) => Conclusion | NoAnswer,
  ): Judged {
    const waiting = checks.waiting(requestId);
    if (waiting === null) return {state: 'over'};
    const {seq, body} = waiting;
    const record = recordOf(seq);
    if (!isOpen(record)) {
      setAside(waiting, 'the job had its answer already');
      return {state: 'over'};
    }
    if (judgement.verdict === 'held') {
      const before = checks.held(seq);
      // One answer is held for a job, so that it is certain which one a release delivers.
      if (before !== null && before.requestId !== requestId) {
        // Else its request, which no note says was taken, would be put once more.
        requests.ended(before.requestId, 'invalid', at);
        setAside(before, 'a later answer of the job is held in its place');
      }
      checks.hold(requestId, judgement, at);
      proofs.keep(requestId, seq, judgement.proof);
      if (judgement.then === 'ask_again') requests.ended(requestId, 'invalid', at);
      return {state: 'held'};
    }
    const made =
      judgement.verdict === 'refused'
        ? {noAnswer: judgement.message}
        : make(seq, () => record, texts.text(record));
    if ('noAnswer' in made) {
      requests.ended(requestId, 'invalid', at);
      setAside(waiting, made.noAnswer);
      return {state: 'refused', why: made.noAnswer};
    }
    const answered = {requestId, body, at, answeredAt: waiting.at};
    const concluded = answerBy(record, answered, {isAlone: false, answer: made}, make);
    if (judgement.verdict === 'ok' || judgement.verdict === 'not_checked') {
      checks.pass(requestId, {...judgement, verdict: judgement.verdict}, at);
      proofs.keep(requestId, seq, judgement.proof);
    }
    return {state: 'taken', concluded};
  }

  /** @param shown null: whichever is held */
  function release(
    seq: number,
    shown: ShownAnswer | null,
    at: number,
    make: (body: string, ...args: Parameters<MakeAnswer>) => Conclusion | NoAnswer,
  ): Released {
    const record = jobs.get(seq);
    if (record === undefined) return {state: 'none'};
    if (record.content !== null) return {state: 'answered'};
    const held = checks.held(seq);
    if (held === null || !isOpen(record)) return {state: 'none'};
    if (shown !== null && (shown.at !== held.at || shown.attempt !== (held.attempt ?? 0)))
      return {state: 'other'};
    const {requestId, body} = held;
    const say = (...args: Parameters<MakeAnswer>): Conclusion | NoAnswer => make(body, ...args);
    const made = say(seq, () => record, texts.text(record));
    if ('noAnswer' in made) return {state: 'none'};
    const answered = {requestId, body, at, answeredAt: held.at};
    const concluded = answerBy(record, answered, {isAlone: false, answer: made}, say);
    checks.release(requestId, at);
    return {state: 'released', concluded};
  }

  return {judge, release};
}
