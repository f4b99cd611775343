import {AosError} from '../../foundation/errors/error.ts';
import type {Database, Row} from './driver.ts';
import {HELD_THEN, type HeldThen} from '../events/job-states.ts';
import {maybeNumberOf, maybeTextOf, numberOf, oneOf, textOf} from './rows.ts';
import {
  CHECK_NAMES,
  CHECK_STATES,
  type CheckedAnswer,
  type CheckFacts,
  type CheckResult,
  type DueCheck,
  type HeldFacts,
  type Judgement,
  type WaitingAnswer,
} from './verdicts.ts';

/** Most bytes of what the checks said that are kept. */
const MOST_RESULTS = 256 * 1024;
/** Most jobs of held answers that are named, beside their number. */
const MOST_FIRST = 100;
const VERDICTS = [
  'ok',
  'not_checked',
  'held',
  'refused',
] as const satisfies readonly CheckResult['verdict'][];

/** The answers that are checked before they are delivered. Those that write run inside a transaction. */
export function checkTable(database: Database) {
  const add = database.prepare(
    `INSERT INTO checks (request_id, seq, at, body, state) VALUES (?, ?, ?, ?, 'checking')`,
  );
  const one = database.prepare(
    `SELECT c.*, q.asked_at, q.worker_url, q.attempt FROM checks c LEFT JOIN questions q ON q.request_id = c.request_id
     WHERE c.request_id = ? AND c.state IN ('checking', 'held')`,
  );
  const heldOf = database.prepare(
    `SELECT c.*, q.asked_at, q.worker_url, q.attempt FROM checks c LEFT JOIN questions q ON q.request_id = c.request_id
     WHERE c.seq = ? AND c.state = 'held' ORDER BY c.n DESC LIMIT 1`,
  );
  const states = database.prepare(
    `SELECT state, then_do FROM checks WHERE seq = ? AND state IN ('checking', 'held') ORDER BY n`,
  );
  const due = database.prepare(
    `SELECT c.n, c.request_id, c.state, j.kind FROM checks c JOIN jobs j ON j.seq = c.seq
     WHERE c.n > ? AND c.state IN ('checking', 'held') AND (c.state = 'checking' OR c.then_do = 'check_again')
       AND j.state IN ('received', 'selected', 'unanswered')
     ORDER BY c.n LIMIT ?`,
  );
  // By the index of those that wait, and not by all open jobs: hence both conditions, and the order of the tables.
  const held = database.prepare(
    `SELECT count(*) AS held, min(c.at) AS oldest, max(c.n) AS last FROM checks c CROSS JOIN jobs j ON j.seq = c.seq
     WHERE c.state IN ('checking', 'held') AND c.state = 'held' AND j.state IN ('received', 'selected')`,
  );
  const first = database.prepare(
    `SELECT c.seq FROM checks c CROSS JOIN jobs j ON j.seq = c.seq
     WHERE c.state IN ('checking', 'held') AND c.state = 'held' AND j.state IN ('received', 'selected')
     ORDER BY c.n LIMIT ?`,
  );
  const byNumber = database.prepare('SELECT seq, code, message FROM checks WHERE n = ?');
  const {hold, pass, release, askAgain, endHeld, drop} = prepareChanges(database);
  const ofJob = database.prepare('SELECT * FROM checks WHERE seq = ? ORDER BY n');

  return {
    add({requestId, seq, body, at}: Pick<WaitingAnswer, 'requestId' | 'seq' | 'body' | 'at'>): void {
      add.run(requestId, seq, at, body);
    },

    /** An answer that is to be checked, or is held. */
    waiting(requestId: string): WaitingAnswer | null {
      const row = one.get(requestId);
      return row === undefined ? null : waitingOf(row);
    },

    /** The answer of a job that is held; of several the newest. */
    held(seq: number): WaitingAnswer | null {
      const row = heldOf.get(seq);
      return row === undefined ? null : waitingOf(row);
    },

    /**
     * What a job waits for because of its checks: their verdict, or what its held answer says; null: nothing, so a worker
     * is asked.
     */
    stateOf(seq: number): 'checking' | HeldThen | null {
      const rows = states.all(seq);
      if (rows.some((row) => row['state'] === 'checking')) return 'checking';
      const last = rows.at(-1);
      return last === undefined ? null : thenOf(last);
    },

    /** Answers that are to be checked now, or again, in order of arrival, after number `after`. */
    due: (after: number, limit: number): DueCheck[] =>
      due.all(after, limit).map((row) => ({
        n: numberOf(row, 'n'),
        requestId: textOf(row, 'request_id'),
        kind: textOf(row, 'kind'),
        isHeld: row['state'] === 'held',
      })),

    /** Of jobs that still wait for their answer; null: none is held. */
    heldFacts(): HeldFacts | null {
      const all = held.get();
      const last = all === undefined ? null : maybeNumberOf(all, 'last');
      const row = last === null ? undefined : byNumber.get(last);
      if (all === undefined || row === undefined) return null;
      return {
        count: numberOf(all, 'held'),
        oldestAt: numberOf(all, 'oldest'),
        first: first.all(MOST_FIRST).map((job) => numberOf(job, 'seq')),
        seq: numberOf(row, 'seq'),
        code: textOf(row, 'code'),
        message: textOf(row, 'message'),
      };
    },

    hold(requestId: string, judgement: Judgement & {verdict: 'held'}, at: number): void {
      const {then, code, message} = judgement;
      hold.run(then, code ?? 'BUG', message, at, resultsText(judgement.results), requestId);
    },

    /** It is the answer of its request now. */
    pass(requestId: string, judgement: Judgement & {verdict: 'ok' | 'not_checked'}, at: number): void {
      const {verdict, code, message, results} = judgement;
      pass.run(verdict, code, message, at, resultsText(results), requestId);
    },

    /** What the checks said stays: it was released in spite of it. */
    release: (requestId: string, at: number): void => void release.run(at, requestId),

    /** A worker is asked again, beside the answer that is held: its request is over, and never put again. */
    askAgain(seq: number): void {
      endHeld.run(seq);
      askAgain.run(seq);
    },

    drop: (requestId: string): void => void drop.run(requestId),

    ofJob: (seq: number): CheckedAnswer[] => ofJob.all(seq).map(checkedOf),
  };
}

/** The statements by which an answer gets from one state to another. */
function prepareChanges(database: Database) {
  return {
    hold: database.prepare(
      `UPDATE checks SET state = 'held', then_do = ?, code = ?, message = ?, judged_at = ?, results = ? WHERE request_id = ?`,
    ),
    pass: database.prepare(
      `UPDATE checks SET state = ?, then_do = NULL, code = ?, message = ?, judged_at = ?, results = ?, body = NULL
     WHERE request_id = ?`,
    ),
    release: database.prepare(
      `UPDATE checks SET state = 'released', then_do = NULL, judged_at = ?, body = NULL WHERE request_id = ?`,
    ),
    askAgain: database.prepare(`UPDATE checks SET then_do = 'ask_again' WHERE seq = ? AND state = 'held'`),
    endHeld: database.prepare(
      `UPDATE questions SET ended = 'invalid', ended_at = (SELECT judged_at FROM checks c WHERE c.request_id = questions.request_id)
     WHERE ended IS NULL AND request_id IN (SELECT request_id FROM checks WHERE seq = ? AND state = 'held')`,
    ),
    drop: database.prepare('DELETE FROM checks WHERE request_id = ?'),
  };
}

/** The facts are what may be large, and are left out when all of it is too much. */
function resultsText(results: readonly CheckResult[]): string {
  const text = JSON.stringify(results);
  if (Buffer.byteLength(text) <= MOST_RESULTS) return text;
  return JSON.stringify(results.map((result) => ({...result, facts: {}})));
}

function waitingOf(row: Row): WaitingAnswer {
  const at = numberOf(row, 'at');
  return {
    requestId: textOf(row, 'request_id'),
    seq: numberOf(row, 'seq'),
    body: textOf(row, 'body'),
    at,
    askedAt: maybeNumberOf(row, 'asked_at') ?? at,
    workerUrl: maybeTextOf(row, 'worker_url'),
    attempt: maybeNumberOf(row, 'attempt'),
    code: maybeTextOf(row, 'code'),
    message: maybeTextOf(row, 'message'),
  };
}

/** @throws AosError JOURNAL_UNREADABLE */
export function checkedOf(row: Row): CheckedAnswer {
  const results = maybeTextOf(row, 'results');
  return {
    state: oneOf(CHECK_STATES, textOf(row, 'state'), 'state'),
    at: numberOf(row, 'at'),
    judgedAt: maybeNumberOf(row, 'judged_at'),
    code: maybeTextOf(row, 'code'),
    message: maybeTextOf(row, 'message'),
    then: row['then_do'] === null ? null : thenOf(row),
    results: results === null ? [] : resultsOf(results),
  };
}

function thenOf(row: Row): HeldThen {
  return oneOf(HELD_THEN, textOf(row, 'then_do'), 'then_do');
}

function resultsOf(text: string): CheckResult[] {
  const parsed = parsedJson(text);
  if (!Array.isArray(parsed)) throw unreadable();
  return parsed.map(resultOf);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(error);
  }
}

function resultOf(value: unknown): CheckResult {
  if (typeof value !== 'object' || value === null) throw unreadable();
  const fields = new Map<string, unknown>(Object.entries(value));
  const check = CHECK_NAMES.find((name) => name === fields.get('check'));
  const verdict = VERDICTS.find((word) => word === fields.get('verdict'));
  const code = fields.get('code');
  const message = fields.get('message');
  if (check === undefined || verdict === undefined || typeof message !== 'string') throw unreadable();
  return {
    check,
    verdict,
    code: typeof code === 'string' ? code : null,
    message,
    facts: factsOf(fields.get('facts')),
  };
}

function factsOf(value: unknown): CheckFacts {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  );
}

function unreadable(cause?: unknown): AosError {
  return new AosError('JOURNAL_UNREADABLE', 'the journal holds verdicts that no aos writes', {cause});
}
