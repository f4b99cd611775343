import {advance, mergeClocks, type Clock} from '../../lib/protocol/clock/vlc.ts';
import type {JobKey, VrfFields} from '../../lib/protocol/wire/messages.ts';

/** A job as one (job_id, tag, position): what is sent to every operator. */
export type Work = {
  /** Order of submission, from 0; also its place in {@link Book.works}. */
  readonly seq: number;
  readonly key: JobKey;
  /** 64 hex digits. */
  readonly user: string;
  /** The job member as raw JSON: its spelling of numbers is what gets signed. */
  readonly job: string;
  readonly prompt: string;
  /** opml, tee, zkml, or whatever was submitted. */
  readonly kind: string;
  readonly clock: Clock;
  /** Unix ms. */
  readonly submittedAt: number;
};

/** The first element of a `job_result`'s params. The wire names no position: see {@link matchResult}. */
export type OperatorResult = {
  readonly jobId: string;
  readonly tag: string;
  readonly result: string;
  readonly reason: string;
  readonly vrf: VrfFields;
  readonly clock: Clock;
  /** The whole element as compact JSON; what "the same content" is judged by. */
  readonly content: string;
};

/** A result as it was accepted. */
export type AcceptedResult = OperatorResult & {
  readonly operator: string;
  readonly work: Work;
  readonly acceptedAt: number;
};

/** All the dispatcher knows of its jobs and their results. Plain data, changed only by the functions below. */
export type Book = {
  readonly works: Work[];
  /** job_id → its works, in order of submission. */
  readonly byJob: Map<string, Work[]>;
  /** operator (lower case) → seq → what was accepted from it. */
  readonly accepted: Map<string, Map<number, AcceptedResult>>;
  /** Operators that ever connected, lower case. */
  readonly known: Set<string>;
  /** Every work with a lower seq was sent to an operator. */
  unsent: number;
  /** The dispatcher's own logical clock, id "1", merged with the clocks of results. */
  clock: Clock;
};

/** The dispatcher's clock id. */
const DISPATCHER_CLOCK_ID = 1n;

export function createBook(): Book {
  return {
    works: [],
    byJob: new Map(),
    accepted: new Map(),
    known: new Set(),
    unsent: 0,
    clock: new Map(),
  };
}

export type NewWork = Omit<Work, 'seq' | 'clock'> & {
  /** Null: the dispatcher's clock, advanced by one. A given clock is sent as it is and leaves the own one alone. */
  readonly clock: Clock | null;
};

/**
 * Adds a job; one that is there already under the same (job_id, tag, position) is returned unchanged.
 * @throws AosError CLOCK_OVERFLOW
 */
export function addWork(book: Book, work: NewWork): Work {
  const works = book.byJob.get(work.key.jobId) ?? [];
  const known = works.find((other) => sameKey(other.key, work.key));
  if (known !== undefined) return known;
  if (work.clock === null) book.clock = advance(book.clock, DISPATCHER_CLOCK_ID);
  const added: Work = {...work, seq: book.works.length, clock: work.clock ?? book.clock};
  book.works.push(added);
  works.push(added);
  book.byJob.set(added.key.jobId, works);
  return added;
}

/**
 * Returns the first job to send to an operator that has just connected: with `redeliver` the first of all (accepted ones
 * are skipped later); without it, like the public dispatcher, the first that no operator was sent.
 */
export function firstToSend(book: Book, redeliver: boolean): number {
  return redeliver ? 0 : book.unsent;
}

/** The next job at or after `from` that `operator` has no accepted result for; undefined when there is none. */
export function nextToSend(book: Book, operator: string, from: number): Work | undefined {
  const accepted = book.accepted.get(operator.toLowerCase());
  for (let seq = from; seq < book.works.length; seq += 1) {
    if (accepted?.has(seq) !== true) return book.works[seq];
  }
  return undefined;
}

/** Records that a job was sent. */
export function markSent(book: Book, work: Work): void {
  book.unsent = Math.max(book.unsent, work.seq + 1);
}

type Match =
  | {readonly verdict: 'open'; readonly work: Work}
  | {readonly verdict: 'repeated'; readonly work: Work}
  | {readonly verdict: 'conflict'; readonly work: Work}
  | {readonly verdict: 'unknown'};

/**
 * Which job a result answers. The wire names job_id and tag but no position, so among works that differ in position
 * alone the one with this very content is a repeat; else the one whose clock the result's clock follows is meant;
 * else the first without an accepted result.
 */
export function matchResult(book: Book, operator: string, result: OperatorResult): Match {
  const works = (book.byJob.get(result.jobId) ?? []).filter((work) => work.key.tag === result.tag);
  const accepted = book.accepted.get(operator.toLowerCase());
  const repeated = works.find((work) => accepted?.get(work.seq)?.content === result.content);
  if (repeated !== undefined) return {verdict: 'repeated', work: repeated};
  const open = works.filter((work) => accepted?.has(work.seq) !== true);
  const meant = works.length > 1 ? works.find((work) => follows(work.clock, result.clock)) : undefined;
  const work = meant ?? open[0] ?? works[0];
  if (work === undefined) return {verdict: 'unknown'};
  return {verdict: open.includes(work) ? 'open' : 'conflict', work};
}

/** Records a result for a work that {@link matchResult} called open. */
export function acceptResult(
  book: Book,
  operator: string,
  {work, result}: {work: Work; result: OperatorResult},
  at: number,
): AcceptedResult {
  const accepted = book.accepted.get(operator.toLowerCase()) ?? new Map<number, AcceptedResult>();
  const entry: AcceptedResult = {...result, operator, work, acceptedAt: at};
  accepted.set(work.seq, entry);
  book.accepted.set(operator.toLowerCase(), accepted);
  book.clock = mergeClocks(book.clock, result.clock);
  return entry;
}

/** Accepted results of one job, by work, then by operator in order of connection. */
export function resultsOf(book: Book, jobId: string): AcceptedResult[] {
  return (book.byJob.get(jobId) ?? []).flatMap((work) =>
    [...book.accepted.values()].flatMap((results) => results.get(work.seq) ?? []),
  );
}

/** True when `answer` has only entries of `job`, one of them advanced by 1 (docs/protocol.md#clock-of-a-result). */
function follows(job: Clock, answer: Clock): boolean {
  let advanced = 0;
  for (const [id, counter] of answer) {
    const step = counter - (job.get(id) ?? 0);
    if (step === 1) advanced += 1;
    else if (step !== 0) return false;
  }
  return advanced === 1;
}

function sameKey(a: JobKey, b: JobKey): boolean {
  return a.jobId === b.jobId && a.tag === b.tag && a.position === b.position;
}
