import type {checkTable} from './checks.ts';
import type {MakeAnswer, NoAnswer, TakenCallback, ToCheck} from './journal.ts';
import type {jobTable} from './jobs.ts';
import type {textTable, SignedText} from './job-texts.ts';
import type {Conclusion, InitialState, JobRecord, Selection} from './records.ts';
import type {requestTable} from './requests.ts';
import type {readingTable} from './readings.ts';
import {AosError} from '../../foundation/errors/error.ts';

/** The tables that an answer touches. */
type Tables = {
  jobs: ReturnType<typeof jobTable>;
  requests: ReturnType<typeof requestTable>;
  checks: ReturnType<typeof checkTable>;
  texts: ReturnType<typeof textTable>;
  readings: ReturnType<typeof readingTable>;
};

/** How jobs are selected and get their answers, over several tables. Every function runs inside a transaction. */
export function answering({jobs, requests, checks, texts, readings}: Tables) {
  function conclude(seq: number, answer: Conclusion, fresh?: JobRecord): void {
    const {jobId, changed} = jobs.conclude(seq, answer, fresh);
    if (changed) readings.append({event: 'result_concluded', ref: jobId, merge: null}, answer.at, seq);
  }

  function concludeAlone(seq: number, answer: Conclusion, fresh?: JobRecord): boolean {
    if (answer.vrf.selected && texts.isShared(seq)) return false;
    conclude(seq, answer, fresh);
    return true;
  }

  function select(seq: number, {vrf, range, first}: Selection, fresh = false): void {
    if (jobs.select(seq, vrf, range, fresh) && first !== undefined) requests.add(first);
  }

  /** Moves a job that was just stored to its first state. */
  function withInitialState(record: JobRecord, initialState: (seq: number) => InitialState): JobRecord {
    const initial = initialState(record.seq);
    if (initial.state === 'selected') {
      const {vrf, range = null} = initial;
      select(record.seq, initial, true);
      return {...record, state: 'selected', vrf, range};
    }
    const {outcome, vrf, content, range} = initial.answer;
    if (!concludeAlone(record.seq, initial.answer, record)) {
      select(record.seq, {vrf, range, first: undefined}, true);
      return {...record, state: 'selected', vrf, range: range ?? null};
    }
    return {...record, state: 'concluded', vrf, range: range ?? null, outcome, content};
  }

  function recordOf(seq: number): JobRecord {
    const record = jobs.get(seq);
    if (record === undefined) throw new AosError('BUG', `the journal has no job ${seq}`);
    return record;
  }

  /** Concludes those of the same (job_id, tag) that wait, with the text that one of them has now. */
  function concludeOthers(place: Pick<JobRecord, 'seq' | 'key'>, make: MakeAnswer): number[] {
    const open = texts.open(place);
    for (const seq of open)
      conclude(
        seq,
        make(seq, () => recordOf(seq), texts.text(recordOf(seq))),
      );
    return open;
  }

  function concludeText(seq: number, make: MakeAnswer): readonly number[] {
    const record = recordOf(seq);
    if (record.content !== null || (record.state !== 'selected' && record.state !== 'unanswered')) return [];
    conclude(
      seq,
      make(seq, () => record, texts.text(record)),
    );
    return [seq, ...concludeOthers(record, make)];
  }

  /** Makes the body of a request the answer of its job, and its text that of those that share it. */
  function answerBy(
    found: Pick<JobRecord, 'seq' | 'key'>,
    {
      requestId,
      body,
      at,
      answeredAt = at,
    }: {requestId: string; body: string; at: number; answeredAt?: number},
    made: {isAlone: boolean; answer: Conclusion},
    make: (...args: Parameters<MakeAnswer>) => Conclusion | NoAnswer | ToCheck,
  ): readonly number[] {
    const {seq, key} = found;
    requests.answer(requestId, body, answeredAt);
    readings.append({event: 'answer_taken', ref: key.jobId, merge: null}, at, seq);
    conclude(seq, made.answer);
    if (made.isAlone) return [seq];
    // What one of them was answered with is the text of all: no other answer is possible from here on.
    const same: MakeAnswer = (other, read, known) => {
      const answer = make(other, read, known);
      if ('noAnswer' in answer || 'toCheck' in answer)
        throw new AosError('BUG', `job ${other} cannot have the text of job ${seq}`);
      return answer;
    };
    return [seq, ...concludeOthers(found, same)];
  }

  function answer(
    requestId: string,
    body: string,
    at: number,
    make: (...args: Parameters<MakeAnswer>) => Conclusion | NoAnswer | ToCheck,
  ): TakenCallback {
    const found = requests.find(requestId);
    if (found === null) return {state: 'unknown'};
    const {seq} = found;
    if (!found.isWanted) {
      // The same again is no second answer.
      if (found.answer !== body)
        requests.keep(seq, {requestId, body, at, why: 'the job had its answer already'});
      return {state: 'already'};
    }
    const isAlone = !texts.hasOthers(found);
    const text: SignedText | null = isAlone ? null : texts.text(found);
    const made = make(seq, () => recordOf(seq), text);
    if ('noAnswer' in made) {
      if (made.mayComeAgain !== true) requests.ended(requestId, 'invalid', at);
      requests.keep(seq, {requestId, body, at, why: made.noAnswer});
      return {state: 'invalid', seq, why: made.noAnswer};
    }
    if ('toCheck' in made) {
      checks.add({requestId, seq, body, at});
      return {state: 'checking', seq};
    }
    const concluded = answerBy(found, {requestId, body, at}, {isAlone, answer: made}, make);
    return {state: 'taken', concluded};
  }

  return {select, withInitialState, concludeAlone, concludeText, answer, recordOf, answerBy};
}
