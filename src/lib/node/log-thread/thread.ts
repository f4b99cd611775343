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

function copy(): LogThreadAnswer {
  try {
    database ??= open();
    const row = database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get();
    return {frames: numberIn(row?.['log']), copied: numberIn(row?.['checkpointed'])};
  } catch {
    // A disk that refuses: the writer meets that by itself.
    return {frames: 1, copied: 0};
  }
}

parentPort?.on('message', (request: LogThreadRequest) => {
  if (request === 'copy') {
    parentPort?.postMessage(copy());
    return;
  }
  database?.close();
  parentPort?.close();
});
