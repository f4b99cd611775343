import {join} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import type {LivenessStore} from '../liveness/recorder.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {createBatch, type Batch} from './batch.ts';
import {markedReading, type MarkedReading} from './commit-mark.ts';
import {copyRules, type CopyRules} from './copy-mark.ts';
import {pickDriver, type SqliteDriver} from './driver.ts';
import {readFailure} from './failure.ts';
import {createPrivateDir} from './files.ts';
import type {AcceptedDamage} from './give-up-unsure.ts';
import {answering} from './answering.ts';
import {checkTable} from './checks.ts';
import {createAgeClock, storedAge} from './age-clock.ts';
import {factNotes} from './facts.ts';
import {frameTable} from './frames.ts';
import {frameKeeping} from './frame-keeping.ts';
import {pastTable} from './past.ts';
import {tidying} from './tidying.ts';
import {tombstoneTable} from './tombstones.ts';
import type {Activity} from './job-figures.ts';
import {textTable} from './job-texts.ts';
import {waitTable} from './job-waits.ts';
import type {JobDetailRecord} from './job-query-types.ts';
import {jobRecords} from './job-record.ts';
import {jobTable} from './jobs.ts';
import {judging} from './judging.ts';
import {inflowOf} from './inflow.ts';
import {livenessTable} from './liveness.ts';
import {takeLock, type Lock} from './lock.ts';
import {requestTable} from './requests.ts';
import {openDatabase, openToRead, type DatabaseOptions, type Opened} from './open-database.ts';
import {readingTable} from './readings.ts';
import {proofTable} from './proofs.ts';
import {seenTable, type SeenMarks} from './seen.ts';
import {emptyWal, transactionOf} from './transaction.ts';
import type {Journal, ReadingLog} from './journal.ts';

export type JournalOptions = DatabaseOptions & {
  /** State directory of one node; made with mode 0700. */
  dir: string;
  /** `node.clock_id`: the entry of the logical clock that is ours. */
  clockId: bigint;
  driver?: SqliteDriver;
  /** Read only, beside the process that writes; every change fails. */
  readOnly?: boolean;
  /** Called for an event that was stored without a clock reading (CLOCK_OVERFLOW). Must not throw. */
  onClockProblem?: (error: AosError) => void;
  /**
   * Called when the disk loses committed data (JOURNAL_WRITE_FAILED), and with null when it works again; pending callers
   * keep waiting. Must not throw.
   */
  onDisk?: ((error: AosError | null) => void) | undefined;
};

/** What the file holds beside the operator's own memory. */
export type NodeJournal = Journal &
  SeenMarks & {
    liveness: LivenessStore;
    /** The chain of clock readings. Every function throws AosError JOURNAL_UNREADABLE. */
    readings: ReadingLog;
    /**
     * Everything of one job; a frame of more than `mostFrame` bytes is not read, and is null.
     * @throws AosError JOURNAL_UNREADABLE
     */
    record(seq: number, mostFrame: number): JobDetailRecord | undefined;
    /** When something last happened. @throws AosError JOURNAL_UNREADABLE */
    activity(): Activity;
    /** What was accepted when it was opened. */
    acceptedDamage: AcceptedDamage | null;
    /** The rules of a journal that was restored from a backup. */
    copy: CopyRules;
  };
/** The journal's file in the state directory. */
export const JOURNAL_FILE = 'journal.db';

/**
 * Opens the journal in one SQLite file (WAL; each change is on disk before its promise resolves) and, unless `readOnly`, locks out
 * other writers. A journal that has lost something committed is not opened: SQLite would cut what is left of it.
 * @throws AosError JOURNAL_LOCKED | JOURNAL_DAMAGED | JOURNAL_UNREADABLE | JOURNAL_DRIVER | STATE_DIR_UNWRITABLE
 */
export async function openJournal(options: JournalOptions): Promise<NodeJournal> {
  const {dir, readOnly = false} = options;
  const driver = options.driver ?? pickDriver();
  const path = join(dir, JOURNAL_FILE);
  if (readOnly) {
    return withTables(await openToRead(driver, path, options), options);
  }
  createPrivateDir(dir);
  const lock = takeLock(driver, dir);
  try {
    return withTables(openDatabase(driver, path, options), options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function withTables(opened: Opened, options: JournalOptions, lock?: Lock): NodeJournal {
  try {
    return sqliteJournal(opened, options, lock);
  } catch (error) {
    opened.close();
    throw readFailure(error, opened.path);
  }
}

// eslint-disable-next-line max-lines-per-function -- one line or two for each function of the journal, over the tables of its file
function sqliteJournal(opened: Opened, options: JournalOptions, lock?: Lock): NodeJournal {
  const {database, path, writer} = opened;
  const notes = factNotes(database);
  const tables = {
    frames: frameTable(database),
    past: pastTable(database),
    tombstones: tombstoneTable(database),
    seen: seenTable(database),
    age: (): number => age.now(),
  };
  const jobs = jobTable(database, tables);
  const requests = requestTable(database);
  const checks = checkTable(database);
  const proofs = proofTable(database);
  const texts = textTable(database);
  const waits = waitTable(database, tables.age);
  const liveness = livenessTable(database);
  const records = jobRecords(database);
  const readings = readingTable(database, options.clockId, options.onClockProblem ?? (() => {}));
  const answers = answering({jobs, requests, checks, texts, readings});
  const {select, withInitialState, concludeAlone, concludeText, answer} = answers;
  const {judge, release} = judging({jobs, requests, checks, proofs, texts, answers});
  const lastMarked = (): MarkedReading | null => {
    const last = readings.last();
    return last === null ? null : markedReading(last);
  };
  const batch =
    writer === null
      ? null
      : createBatch(
          transactionOf(
            database,
            writer.marks.over(writer.wal, lastMarked),
            [jobs, readings],
            writer.log?.emptying,
          ),
          options,
        );
  let closed = false;

  const writing = (): Batch => {
    if (batch !== null) return batch;
    throw new AosError('JOURNAL_WRITE_FAILED', 'the journal was opened for reading only');
  };
  const change = async <T>(work: () => T): Promise<T> => writing().run(work);
  /** For what is only a memory of what happened: were it lost, it would happen again and be recorded then. */
  const changeLater = async <T>(work: () => T): Promise<T> => writing().runLater(work);
  const readOrFail = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw readFailure(error, path);
    }
  };

  const remember = (name: string, value: string): Promise<void> => change(() => notes.set(name, value));
  const recall = (name: string): string | null => readOrFail(() => notes.get(name));
  const age =
    writer === null
      ? storedAge({recall})
      : createAgeClock({remember, recall}, options.time ?? systemTime, readOrFail(jobs.newestBorn));

  return {
    receive: (job, initialState) =>
      change(() => {
        const received = jobs.receive(job);
        if (received.known) return received;
        const {key, clock, receivedAt} = job;
        readings.append(
          {event: 'job_received', ref: key.jobId, merge: clock},
          receivedAt,
          received.record.seq,
        );
        return {
          known: false,
          record:
            initialState === undefined ? received.record : withInitialState(received.record, initialState),
        };
      }),
    knows(key) {
      try {
        return texts.isKnown(key) || jobs.wasPruned(key);
      } catch {
        return true; // a job that is taken for known takes the long way
      }
    },
    select: (seq, vrf, first, range) => change(() => select(seq, {vrf, first, range})),
    others: (job) => readOrFail(() => texts.others(job)),
    conclude: (seq, answer) => change(() => concludeAlone(seq, answer)),
    concludeText: (seq, make) => change(() => concludeText(seq, make)),
    leave: (seq, why, at) => change(() => waits.leave(seq, why, at)),
    retry: (seq) =>
      change(() => {
        checks.askAgain(seq);
        return waits.retry(seq);
      }),
    signed: (seq, delivery) => change(() => jobs.signed(seq, delivery)),
    accepted: (seq, at, delivery, reply = null) =>
      changeLater(() => {
        const {jobId, changed} = jobs.accepted(seq, {at, delivery, reply});
        if (changed) readings.append({event: 'result_accepted', ref: jobId, merge: null}, at, seq);
        return changed;
      }),
    expire: (seq, at) => change(() => jobs.expire(seq, at)),

    list: (query) => readOrFail(() => jobs.list(query)),
    get: (seq) => readOrFail(() => jobs.get(seq)),
    queued: (...which) => readOrFail(() => jobs.queued(...which)),
    oldestOpenAt: () => readOrFail(() => jobs.oldestOpenAt()),
    frameOf: (seq) => readOrFail(() => jobs.frameOf(seq)),
    keepFrame: frameKeeping(tables.frames, change),
    newest: () => readOrFail(() => jobs.newest()),
    counts: () => readOrFail(() => jobs.counts()),
    pending: () => readOrFail(() => jobs.pending()),
    withoutAnswer: (waitingSince, leftSince) => readOrFail(() => jobs.withoutAnswer(waitingSince, leftSince)),

    ask: (request) => change(() => requests.add(request)),
    taken: (requestId, worker, at) => changeLater(() => requests.taken(requestId, worker, at)),
    ended: (requestId, worker, end, at) =>
      change(() => {
        requests.taken(requestId, worker, at);
        requests.ended(requestId, end, at);
      }),
    answer: (requestId, body, at, make) => change(() => answer(requestId, body, at, make)),
    knowsRequest: (requestId) => change(() => requests.find(requestId) !== null),
    failed: (seq) => readOrFail(() => requests.failed(seq)),
    requests: (seq) => readOrFail(() => requests.ofJob(seq)),
    checks: {
      waiting: (requestId) => readOrFail(() => checks.waiting(requestId)),
      held: (seq) => readOrFail(() => checks.held(seq)),
      stateOf: (seq) => readOrFail(() => checks.stateOf(seq)),
      due: (after, limit) => readOrFail(() => checks.due(after, limit)),
      heldFacts: () => readOrFail(() => checks.heldFacts()),
      judge: (requestId, judgement, at, make) => change(() => judge(requestId, judgement, at, make)),
      release: (seq, shown, at, make) => change(() => release(seq, shown, at, make)),
    },

    read: (event, at) => change(() => readings.append(event, at)),
    lastReading: () => (writer === null ? readOrFail(() => readings.stored()) : readings.last()),

    remember,
    recall,
    age,

    liveness: {
      spans: () => readOrFail(() => liveness.spans()),
      put: (span) => change(() => liveness.put(span)),
      forget: () => change(() => liveness.forget()),
    },
    readings: {
      of: (jobId) => readOrFail(() => readings.of(jobId)),
      between: (from, to) => readOrFail(() => readings.between(from, to)),
      standingAt: (counter) => readOrFail(() => readings.standingAt(counter)),
    },
    inflow: inflowOf(database, {change, read: readOrFail}),
    record: (seq, mostFrame) => readOrFail(() => records.one(seq, mostFrame)),
    activity: () => readOrFail(() => jobs.activity()),
    openByKind: () => readOrFail(() => jobs.openByKind()),

    claim: (mark, owner, at) => change(() => tables.seen.claim(mark, owner, at)),
    copy: copyRules(database, {change, read: readOrFail}),
    tidy: tidying(database, tables, {change, read: readOrFail}),
    close: async () => {
      if (closed) return;
      closed = true;
      await batch?.close();
      await writer?.log?.close();
      if (writer !== null && emptyWal(database)) writer.marks.emptied(lastMarked());
      opened.close();
      lock?.release();
    },
    acceptedDamage: writer?.damage ?? null,
  };
}
