import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import type {
  ChainIdentity,
  NewAttempt,
  OpenQuery,
  TxAttempt,
  TxEnd,
  TxJournal,
  TxReceipt,
} from '../../peers/chain/tx/port.ts';
import {pickDriver, type Database, type Row, type SqliteDriver} from './driver.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {Time} from '../../foundation/time/time.ts';
import {refuseDamagedLog} from './accept-damage.ts';
import {readFailure, writeFailure} from './failure.ts';
import {createPrivateDir, createPrivateFile} from './files.ts';
import {takeLock} from './lock.ts';
import {prepareSchema, type Schema} from './schema.ts';
import {attemptOf, receiptText} from './transaction-rows.ts';

/** The transaction journal's file in the state directory. */
const TX_FILE = 'tx.db';
const TX_LOCK_FILE = 'tx.lock.db';

const SCHEMA: Schema = {
  /** "aosT" */
  applicationId: 0x616f7354,
  migrations: [
    `
    CREATE TABLE transactions (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      hash TEXT NOT NULL UNIQUE,
      chain_id INTEGER NOT NULL, genesis TEXT NOT NULL, sender TEXT NOT NULL, nonce INTEGER NOT NULL,
      intent TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('send', 'speed-up', 'cancel')), title TEXT NOT NULL,
      recipient TEXT NOT NULL, data TEXT NOT NULL, value TEXT NOT NULL,
      gas TEXT NOT NULL, max_fee TEXT NOT NULL, max_tip TEXT NOT NULL, raw TEXT NOT NULL,
      state TEXT NOT NULL
        CHECK (state IN ('signed', 'sent', 'mined', 'reverted', 'replaced', 'superseded', 'abandoned')),
      signed_at INTEGER NOT NULL,
      receipt TEXT
    ) STRICT;
    CREATE INDEX transactions_by_nonce ON transactions (sender, chain_id, genesis, nonce, seq);
    -- What was signed is never changed.
    CREATE TRIGGER transactions_stand BEFORE UPDATE OF hash, sender, nonce, recipient, data, value, raw ON transactions
    BEGIN SELECT raise(ABORT, 'a signed transaction is never changed'); END;
    `,
  ],
};

export type TxJournalOptions = {
  /** State directory of one node; made with mode 0700. */
  dir: string;
  driver?: SqliteDriver;
  /** [the machine's] */
  time?: Pick<Time, 'now'>;
};

/**
 * Opens the transaction journal: a file of its own beside the journal of jobs, since `aos run` keeps every other
 * process from writing that one. Several processes may have it open; each change is one durable transaction.
 * @throws AosError JOURNAL_DAMAGED | JOURNAL_UNREADABLE | JOURNAL_DRIVER | STATE_DIR_UNWRITABLE
 */
export function openTxJournal(options: TxJournalOptions): TxJournal & {close(): void} {
  const {dir, time = systemTime} = options;
  const driver = options.driver ?? pickDriver();
  const path = join(dir, TX_FILE);
  createPrivateDir(dir);
  let database: Database | undefined;
  try {
    refuseDamagedLog(path);
    createPrivateFile(path);
    database = driver.open(path, {readOnly: false});
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON');
    database.exec('PRAGMA journal_mode = WAL');
    prepareSchema(database, {path, readOnly: false, now: time.now()}, SCHEMA);
    return txJournal(database, path, () => lockOf(driver, dir));
  } catch (error) {
    database?.close();
    throw readFailure(error, path);
  }
}

/**
 * Opens a copy in memory of the transaction journal: what a command that only reads learns of the chain is in its answer, and
 * no file is made or changed.
 * @throws as {@link openTxJournal}
 */
export function readTxJournal(options: TxJournalOptions): TxJournal & {close(): void} {
  const {dir, time = systemTime} = options;
  const driver = options.driver ?? pickDriver();
  const path = join(dir, TX_FILE);
  const copy = driver.open(':memory:', {readOnly: false});
  try {
    prepareSchema(copy, {path, readOnly: false, now: time.now()}, SCHEMA);
    for (const row of storedRows(driver, path)) {
      const names = Object.keys(row);
      const places = names.map(() => '?').join(', ');
      copy
        .prepare(`INSERT INTO transactions (${names.join(', ')}) VALUES (${places})`)
        .run(...Object.values(row));
    }
    return txJournal(copy, path, () => ({release: () => undefined}));
  } catch (error) {
    copy.close();
    throw readFailure(error, path);
  }
}

function storedRows(driver: SqliteDriver, path: string): Row[] {
  if (!existsSync(path)) return [];
  const database = driver.open(path, {readOnly: true});
  try {
    database.exec('PRAGMA busy_timeout = 5000');
    prepareSchema(database, {path, readOnly: true}, SCHEMA);
    return database.prepare('SELECT * FROM transactions ORDER BY seq').all();
  } finally {
    database.close();
  }
}

function lockOf(driver: SqliteDriver, dir: string): {release(): void} {
  try {
    return takeLock(driver, dir, TX_LOCK_FILE);
  } catch (error) {
    if (!(error instanceof AosError) || error.code !== 'JOURNAL_LOCKED') throw error;
    throw new AosError('TX_LOCKED', 'another command is sending a transaction for this node', {cause: error});
  }
}

function txJournal(database: Database, path: string, lock: TxJournal['lock']): TxJournal & {close(): void} {
  const insert = database.prepare(
    `INSERT INTO transactions (hash, chain_id, genesis, sender, nonce, intent, kind, title, recipient, data, value,
      gas, max_fee, max_tip, raw, state, signed_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'signed', ?)`,
  );
  const markSent = database.prepare(
    "UPDATE transactions SET state = 'sent' WHERE hash = ? AND state = 'signed'",
  );
  const markEnd = database.prepare(
    `UPDATE transactions SET state = ?, receipt = ? WHERE hash = ? AND (receipt IS NULL OR ? IS NOT NULL)`,
  );
  const same = 'sender = ? AND chain_id = ? AND genesis = ?';
  const markOpen = database.prepare(
    `UPDATE transactions SET state = 'sent', receipt = NULL
     WHERE ${same} AND nonce = ? AND state IN ('mined', 'reverted', 'replaced', 'superseded')`,
  );
  const open = database.prepare(
    `SELECT * FROM transactions WHERE ${same} AND state IN ('signed', 'sent', 'abandoned') ORDER BY seq`,
  );
  const withNonce = database.prepare(`SELECT * FROM transactions WHERE ${same} AND nonce = ? ORDER BY seq`);
  const concluded = database.prepare(
    `SELECT * FROM transactions WHERE ${same} AND receipt IS NOT NULL ORDER BY seq DESC LIMIT ?`,
  );
  const newest = database.prepare('SELECT * FROM transactions ORDER BY seq DESC LIMIT ?');

  const rows = (read: () => Row[]): TxAttempt[] => {
    try {
      return read().map(attemptOf);
    } catch (error) {
      throw readFailure(error, path);
    }
  };
  const of = ({chain, sender}: OpenQuery): [string, number, string] => [
    sender.toLowerCase(),
    chain.id,
    chain.genesis,
  ];

  return {
    add: (attempt) => change(() => insert.run(...values(attempt))),
    sent: (hash) => change(() => markSent.run(hash)),
    end: (hash, end: TxEnd, receipt: TxReceipt | null) => {
      const text = receipt === null ? null : receiptText(receipt);
      return change(() => markEnd.run(end, text, hash, text));
    },
    reopen: (query) => change(() => markOpen.run(...of(query), query.nonce)),
    open: (query) => rows(() => open.all(...of(query))),
    concluded: (query) => rows(() => concluded.all(...of(query), query.limit)),
    withNonce: (query) => rows(() => withNonce.all(...of(query), query.nonce)),
    list: (limit) => rows(() => newest.all(limit)),
    lock,
    close: () => database.close(),
  };
}

function values(attempt: NewAttempt): (string | number)[] {
  const {hash, chain, sender, nonce, intent, kind, title, to, data, value, gas, raw, signedAt} = attempt;
  const {id, genesis}: ChainIdentity = chain;
  const fees = [attempt.maxFeePerGas.toString(), attempt.maxPriorityFeePerGas.toString()];
  const who = [hash.toLowerCase(), id, genesis, sender.toLowerCase(), nonce, intent, kind, title];
  return [...who, to, data, value.toString(), gas.toString(), ...fees, raw, signedAt];
}

/** One statement, durable when the promise resolves (synchronous = FULL). */
// eslint-disable-next-line @typescript-eslint/require-await -- the port lets a store wait; a throw becomes a rejection
async function change(statement: () => unknown): Promise<void> {
  try {
    statement();
  } catch (error) {
    throw writeFailure(error);
  }
}
