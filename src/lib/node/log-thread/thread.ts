import {closeSync, fsyncSync, openSync, realpathSync} from 'node:fs';
import {parentPort, workerData} from 'node:worker_threads';
import {sqliteDriver, type Database, type SqlValue} from '../journal/driver.ts';
import type {LogThreadAnswer, LogThreadData, LogThreadRequest} from './client.ts';

// Entry of the thread: `copy` comes in, how much was copied goes out.
const {path, driver} = workerData as LogThreadData;
let database: Database | null = null;

function open(): Database {
  const opened = sqliteDriver(driver).open(path, {readOnly: false});
  // As the writer's own. A log is copied by who asks for it, here and nowhere else.
  opened.exec('PRAGMA busy_timeout = 0; PRAGMA fullfsync = ON; PRAGMA wal_autocheckpoint = 0');
  return opened;
}

const numberIn = (value: SqlValue | undefined): number =>
  typeof value === 'number' ? Math.max(0, value) : 0;

function copy(empties: boolean): LogThreadAnswer {
  try {
    database ??= open();
    const row = database.prepare(`PRAGMA wal_checkpoint(${empties ? 'TRUNCATE' : 'PASSIVE'})`).get();
    const isEmptied = empties && row?.['busy'] === 0;
    if (isEmptied) syncLog();
    return {frames: numberIn(row?.['log']), copied: numberIn(row?.['checkpointed']), isEmptied};
  } catch {
    // A disk that refuses: the writer meets that by itself.
    return {frames: 1, copied: 0, isEmptied: false};
  }
}

/** That it is empty. SQLite keeps no POSIX lock on the log, so closing it drops none. */
function syncLog(): void {
  const log = openSync(`${realpathSync(path)}-wal`, 'r');
  try {
    fsyncSync(log);
  } finally {
    closeSync(log);
  }
}

parentPort?.on('message', (request: LogThreadRequest) => {
  if (request !== 'close') {
    parentPort?.postMessage(copy(request === 'empty'));
    return;
  }
  database?.close();
  parentPort?.close();
});
