import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import type {LivenessStore} from '../liveness/recorder.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {Time} from '../../foundation/time/time.ts';
import {createBatch, type Batch, type Transaction} from './batch.ts';
import {pickDriver, type Database, type SqliteDriver} from './driver.ts';
import {readFailure} from './failure.ts';
import {createPrivateDir, createPrivateFile} from './files.ts';
import {answering} from './answering.ts';
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
import {jobTable} from './jobs.ts';
import {inflowOf} from './inflow.ts';
import {livenessTable} from './liveness.ts';
import {takeLock, type Lock} from './lock.ts';
import {requestTable} from './requests.ts';
import {readingTable} from './readings.ts';
import {prepareSchema} from './schema.ts';
import {BUSY_TIMEOUT_MS, openWal, type Wal} from './wal.ts';
import type {Journal, ReadingLog} from './journal.ts';
import {run} from '../../foundation/next-step/next-step.ts';

export type JournalOptions = {
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
  /** By which writes wait for one another and are tried again, and the journal grows older [the machine's]. */
  time?: Time;
};

/** What the file holds beside the operator's own memory. */
export type NodeJournal = Journal & {
  liveness: LivenessStore;
  /** The chain of clock readings. Every function throws AosError JOURNAL_UNREADABLE. */
  readings: ReadingLog;
  /** When something last happened. @throws AosError JOURNAL_UNREADABLE */
  activity(): Activity;
};
/** The journal's file in the state directory. */
export const JOURNAL_FILE = 'journal.db';

/**
 * Opens the journal in one SQLite file (WAL; each change is on disk before its promise resolves) and, unless `readOnly`, locks out
 * other writers.
 * @throws AosError JOURNAL_LOCKED | JOURNAL_UNREADABLE | JOURNAL_DRIVER | STATE_DIR_UNWRITABLE
 */
// async because another store may have to wait; a throw becomes a rejection
// eslint-disable-next-line @typescript-eslint/require-await -- see above
export async function openJournal(options: JournalOptions): Promise<NodeJournal> {
  const {dir, readOnly = false} = options;
  const driver = options.driver ?? pickDriver();
  const path = join(dir, JOURNAL_FILE);
  if (readOnly) {
    if (!existsSync(path))
      throw new AosError('JOURNAL_UNREADABLE', `there is no journal in ${dir}`, {
        next: run('run', [], 'Start the operator once; it makes the journal'),
      });
    return openTables(driver, path, options, null);
  }
  createPrivateDir(dir);
  const lock = takeLock(driver, dir);
  try {
    createPrivateFile(path);
    return openTables(driver, path, options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openTables(
  driver: SqliteDriver,
  path: string,
  options: JournalOptions,
  lock: Lock | null,
): NodeJournal {
  let database: Database | undefined;
  let wal: Wal | undefined;
  try {
    database = driver.open(path, {readOnly: lock === null});
    // fullfsync matters on macOS only: its fsync does not reach the disk.
    database.exec(
      `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON`,
    );
    // Of use in a file that is made now: its free pages can be given back.
    if (lock !== null) database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    if (lock !== null) wal = openWal(database, path);
    prepareSchema(database, {path, readOnly: lock === null});
    return sqliteJournal(
      {database, path, writer: lock !== null && wal !== undefined ? {lock, wal} : null},
      options,
    );
  } catch (error) {
    wal?.close();
    database?.close();
    throw readFailure(error, path);
  }
}

/** An open journal; `writer` is null when it is only looked at. */
type Opened = {database: Database; path: string; writer: {lock: Lock; wal: Wal} | null};

// eslint-disable-next-line max-lines-per-function -- one line or two for each function of the journal, over the tables of its file
function sqliteJournal({database, path, writer}: Opened, options: JournalOptions): NodeJournal {
  const notes = factNotes(database);
  const tables = {
    frames: frameTable(database),
    past: pastTable(database),
    tombstones: tombstoneTable(database),
    age: (): number => age.now(),
  };
  const jobs = jobTable(database, tables);
  const requests = requestTable(database);
  const texts = textTable(database);
  const waits = waitTable(database, tables.age);
  const liveness = livenessTable(database);
  const readings = readingTable(database, options.clockId, options.onClockProblem ?? (() => {}));
  const {select, withInitialState, concludeAlone, concludeText, answer} = answering({
    jobs,
    requests,
    texts,
    readings,
  });
  const batch =
    writer === null ? null : createBatch(transactionOf(database, writer.wal, [jobs, readings]), options);
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
        readings.append({event: 'job_received', ref: job.key.jobId, merge: job.clock}, job.receivedAt);
        return {
          known: false,
          record:
            initialState === undefined ? received.record : withInitialState(received.record, initialState),
        };
      }),
    knows: (key) => readOrFail(() => texts.isKnown(key) || jobs.wasPruned(key)),
    select: (seq, vrf, first, range) => change(() => select(seq, {vrf, first, range})),
    others: (job) => readOrFail(() => texts.others(job)),
    conclude: (seq, answer) => change(() => concludeAlone(seq, answer)),
    concludeText: (seq, make) => change(() => concludeText(seq, make)),
    leave: (seq, why, at) => change(() => waits.leave(seq, why, at)),
    retry: (seq) => change(() => waits.retry(seq)),
    signed: (seq, delivery) => change(() => jobs.signed(seq, delivery)),
    accepted: (seq, at, delivery) =>
      changeLater(() => {
        const {jobId, changed} = jobs.accepted(seq, at, delivery);
        if (changed) readings.append({event: 'result_accepted', ref: jobId, merge: null}, at);
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
    activity: () => readOrFail(() => jobs.activity()),

    tidy: tidying(database, tables, {change, read: readOrFail}),
    close: async () => {
      if (closed) return;
      closed = true;
      await batch?.close();
      if (writer !== null) emptyWal(database);
      writer?.wal.close();
      database.close();
      writer?.lock.release();
    },
  };
}

/** Brings everything into the one file, so that it can be copied or moved. */
function emptyWal(database: Database): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // The WAL itself is durable: the next start reads it.
  }
}

/** One transaction on the file, with what the tables keep in memory beside it. */
function transactionOf(
  database: Database,
  wal: Wal,
  memory: readonly {keep?(): void; undo(): void}[],
): Transaction {
  return {
    begin: () => database.exec('BEGIN IMMEDIATE'),
    commit: () => {
      database.exec('COMMIT');
      for (const part of memory) part.keep?.();
    },
    rollback: () => {
      try {
        database.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself already, as it does when the disk is full; or BEGIN was refused.
      }
      for (const part of memory) part.undo();
    },
    sync: () => wal.sync(),
    resync: () => wal.checkpoint(),
  };
}
