/** A job as it was submitted. */
export type JobRow = {
  /** Order of submission, from 0. */
  readonly seq: number;
  readonly id: string;
  readonly user: string;
  /** As the user wrote it; any text. */
  readonly tag: string;
  /** Raw JSON: anything at all. */
  readonly job: string;
  readonly clock: Readonly<Record<string, string>>;
  /** Unix ms. */
  readonly createdAt: number;
  status: 'created' | 'dispatched';
};

/** What an operator says in the first element of a `job_result`, as far as it is read. */
export type Claim = {
  readonly jobId: string;
  readonly tag: string;
  /** '' from the published operator. */
  readonly operator: string;
  /** Raw JSON, mostly a string. */
  readonly result: string;
  /** Raw JSON. */
  readonly vrf: string;
  /** Raw JSON; null: there is none. */
  readonly clock: string | null;
  readonly signature: string;
  readonly selected: boolean;
  /** In no table of the published dispatcher; for those who watch the devnet. */
  readonly reason: string;
};

/** The result that is kept of (operator, job, tag). */
export type ResultRow = Claim & {readonly id: string; readonly createdAt: number};

export type OperatorRow = {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  /** Decimal. */
  readonly start: string;
  readonly end: string;
  readonly createdAt: number;
};

/** The tag that a user's jobs get, and the number of its jobs since it has the tag. */
export type UserRow = {readonly tag: string; readonly count: number};

/** The published dispatcher's tables. Plain data, changed only by the functions below; they survive a restart. */
export type Store = {
  readonly jobs: JobRow[];
  readonly jobById: Map<string, JobRow>;
  /** Jobs with the status `created`, oldest first. */
  readonly created: JobRow[];
  /** In order of arrival. */
  readonly results: ResultRow[];
  readonly resultsByJob: Map<string, ResultRow[]>;
  readonly operators: Map<string, OperatorRow>;
  readonly users: Map<string, UserRow>;
};

export function createStore(): Store {
  return {
    jobs: [],
    jobById: new Map(),
    created: [],
    results: [],
    resultsByJob: new Map(),
    operators: new Map(),
    users: new Map(),
  };
}

/** Adds a job with the status `created`; one with an id that is there already is returned unchanged. */
export function addJob(store: Store, job: Omit<JobRow, 'seq' | 'status'>): {row: JobRow; isNew: boolean} {
  const known = store.jobById.get(job.id);
  if (known !== undefined) return {row: known, isNew: false};
  const row: JobRow = {...job, seq: store.jobs.length, status: 'created'};
  store.jobs.push(row);
  store.created.push(row);
  store.jobById.set(row.id, row);
  return {row, isNew: true};
}

/** Takes the newest job that was never dispatched; undefined when there is none. */
export function takeNewest(store: Store): JobRow | undefined {
  const row = store.created.pop();
  if (row !== undefined) row.status = 'dispatched';
  return row;
}

/** The last jobs of a user, newest first. */
export function lastJobsOf(store: Store, user: string, most: number): JobRow[] {
  const found: JobRow[] = [];
  for (let at = store.jobs.length - 1; at >= 0 && found.length < most; at -= 1) {
    const row = store.jobs[at];
    if (row?.user === user) found.push(row);
  }
  return found;
}

/**
 * What becomes of a result: `first` is kept; `same` repeats the kept text, or one of the two is empty, as the answer of a
 * position that was not selected; `other` is a second text, which is dropped; `unknown` names no job, and is dropped.
 */
export type Fate = 'first' | 'same' | 'other' | 'unknown';

const EMPTY = '""';

/** Keeps a result, unless there is a row of its (operator, job, tag): the position is not part of it. */
export function keepResult(store: Store, claim: Claim, createdAt: number): Fate {
  if (!store.jobById.has(claim.jobId)) return 'unknown';
  const id = `${claim.operator}_${claim.jobId}_${claim.tag}`;
  const ofJob = resultsOfJob(store, claim.jobId);
  const kept = ofJob.find((row) => row.id === id);
  if (kept === undefined) {
    const row = {...claim, id, createdAt};
    store.results.push(row);
    store.resultsByJob.set(claim.jobId, [...ofJob, row]);
    return 'first';
  }
  const isSame = kept.result === claim.result || kept.result === EMPTY || claim.result === EMPTY;
  return isSame ? 'same' : 'other';
}

export function resultsOfJob(store: Store, jobId: string): readonly ResultRow[] {
  return store.resultsByJob.get(jobId) ?? [];
}

/** The results of a user's jobs, newest first. */
export function resultsOfUser(store: Store, user: string, most: number): ResultRow[] {
  return store.results
    .filter((row) => store.jobById.get(row.jobId)?.user === user)
    .reverse()
    .slice(0, most);
}

/** Adds a row; false when its id is there already, compared as text. */
export function addOperator(store: Store, row: OperatorRow): boolean {
  if (store.operators.has(row.id)) return false;
  store.operators.set(row.id, row);
  return true;
}

/** A time in the form of the tables, UTC: `2026-11-29 06:04:16`. */
export function tableTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** A result that is a text as that text, any other as its JSON. */
export function textOf(json: string): string {
  const value: unknown = JSON.parse(json);
  return typeof value === 'string' ? value : json;
}
