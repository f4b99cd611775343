import type {CommitPoint, Mark, MarkedReading} from './commit-mark.ts';
import type {Log, LogPoint} from './wal-format.ts';

/** Why a journal is not opened. */
export type Damage = {
  message: string;
  /** What is left can be read: the operator may continue knowingly without what is lost. */
  isReadable: boolean;
};

/** What is known of a journal before SQLite opens it for writing, which would cut a damaged log. */
export type Evidence = {
  /** Bytes of the database file; null: there is none. */
  databaseBytes: number | null;
  log: Log;
  mark: Mark | null;
  /** The present boot of the machine. */
  boot: string;
  /** What SQLite reads: the first reading from number `from` on; null: there is none. */
  readingFrom: (from: number) => MarkedReading | null;
};

const HARMLESS = null;

/** What the files must hold by the mark: after another boot only what was on the disk; null: the mark promises nothing. */
export function promised({mark, boot}: Pick<Evidence, 'mark' | 'boot'>): CommitPoint | null {
  if (mark === null) return null;
  return mark.boot !== '' && mark.boot === boot ? mark.written : mark.synced;
}

/**
 * Judges whether something committed is lost. A torn end of the log, which was not synced before a power cut, is none: it is
 * behind what the mark promises (docs/adr/0030-damage-is-seen.md).
 */
export function judge(evidence: Evidence): Damage | null {
  const {databaseBytes, log} = evidence;
  const point = promised(evidence);
  if (databaseBytes === null || databaseBytes === 0) {
    if (log.state === 'empty' && evidence.mark === null) return HARMLESS;
    const how = databaseBytes === null ? 'gone' : 'empty';
    const left = log.state === 'empty' ? 'a mark of its last commit' : 'its log';
    return {message: `the file is ${how}, but ${left} is there`, isReadable: false};
  }
  const inLog = judgeLog(log, point?.log ?? null);
  if (inLog !== HARMLESS) return inLog;
  const pages = missingPages(databaseBytes, log);
  if (pages > 0)
    return {message: `the file was cut: ${pages} pages are neither in it nor in its log`, isReadable: false};
  if (log.state === 'empty' && point !== null && databaseBytes < point.fileBytes)
    return {message: `the file was cut from ${point.fileBytes} bytes to ${databaseBytes}`, isReadable: false};
  return judgeReading(evidence, point?.reading ?? null);
}

function judgeLog(log: Log, promise: LogPoint | null): Damage | null {
  if (log.state === 'empty') return HARMLESS; // whether it was emptied into the file, the reading says
  if (log.state === 'unreadable')
    return promise === null ? {message: 'the beginning of its log is damaged', isReadable: true} : HARMLESS; // the reading says whether it was needed
  if (promise === null)
    return log.isBroken
      ? {message: `its log is damaged at frame ${log.frames + 1}, before others`, isReadable: true}
      : HARMLESS;
  // Of another log the mark says nothing: the log began anew after it, when all was in the file.
  if (promise.frames === 0 || log.salts !== promise.salts) return HARMLESS;
  if (log.frames >= promise.frames && log.sum === promise.sum) return HARMLESS;
  return log.frames < promise.frames
    ? {
        message: `its log is damaged or cut at frame ${log.frames + 1} of ${promise.frames} that were committed`,
        isReadable: true,
      }
    : {message: 'its log is not the one that was committed', isReadable: true};
}

/** Pages of the last commit in the log that are in neither file. */
function missingPages(databaseBytes: number, log: Log): number {
  if (log.state !== 'walked' || log.committed === 0) return 0;
  let missing = 0;
  for (let page = Math.floor(databaseBytes / log.pageSize) + 1; page <= log.pages; page += 1)
    if (!log.written.has(page)) missing += 1;
  return missing;
}

/** Commits are read in order: a journal with the reading of one has all that was committed before it. */
function judgeReading({readingFrom}: Evidence, promise: MarkedReading | null): Damage | null {
  if (promise === null) return HARMLESS;
  const found = readingFrom(promise.n);
  if (found === null)
    return {
      message: `its last commits are gone: clock reading ${promise.n} is not in it; the log was removed or cut, or the file is an older one`,
      isReadable: true,
    };
  // A later one: those before it were cleaned up.
  if (found.n > promise.n || found.hash === promise.hash) return HARMLESS;
  return {
    message: `it is another journal than the one of its mark: clock reading ${promise.n} differs`,
    isReadable: true,
  };
}
