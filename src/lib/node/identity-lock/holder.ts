import {readFileSync, readlinkSync} from 'node:fs';
import * as v from 'valibot';
import {removeQuietly, replaceOrRemove} from '../../foundation/system/replace-file.ts';

/** The operator that has a lock, as it says of itself. */
export type Holder = {
  /** Null: not known, or that of another container, which means another process here. */
  pid: number | null;
  /** It runs in another container: its process ids are not those of this one. */
  elsewhere?: true;
  version: string;
  network: string;
  /** Directory of its journal. */
  store: string;
  /** Unix ms. */
  startedAt: number | null;
  /** It stops, and finishes its jobs for at most so long, ms; null: it works. */
  stoppingMs: number | null;
};

/** Beside the journal too: another container has other directories of locks, and may have the same journal. */
export const OWNER_FILE = 'owner.json';

const MOST_BYTES = 4_096;
const text = v.pipe(v.string(), v.maxLength(2_000));
const schema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  version: text,
  network: text,
  store: text,
  startedAt: v.pipe(v.number(), v.integer(), v.minValue(0)),
  stoppingMs: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(86_400_000))),
  /** Absent in files of earlier versions, and where /proc does not say it. */
  pidSpace: v.optional(text),
});

/** Says beside a lock who holds it. */
export function writeHolder(path: string, holder: Holder): void {
  try {
    replaceOrRemove(path, JSON.stringify({...holder, pidSpace: pidSpace()}));
  } catch {
    // The lock alone keeps others out: these are only words for them.
  }
}

/** The process of a holder, as it is named here. */
export function processName({pid, elsewhere}: Holder): string {
  return elsewhere === true ? 'in another container' : `pid ${pid ?? '?'}`;
}

/** Takes those words away. */
export function forgetHolder(path: string): void {
  removeQuietly(path);
}

/** Reads who holds a lock; null: not known, or that process has ended. */
export function readHolder(path: string, isAlive: (pid: number) => boolean): Holder | null {
  try {
    const read = readFileSync(path);
    if (read.length > MOST_BYTES) return null;
    const parsed = v.safeParse(schema, JSON.parse(read.toString('utf8')));
    if (!parsed.success) return null;
    const {pidSpace: space, ...holder} = parsed.output;
    // Whether it lives cannot be seen from here: the lock says that.
    if (space !== undefined && space !== pidSpace()) return {...holder, pid: null, elsewhere: true};
    return isAlive(holder.pid) ? holder : null;
  } catch {
    return null; // not written yet
  }
}

/** The name of the space that process ids of this process are of; undefined: not known. */
function pidSpace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined; // /proc is not there, or hidden
  }
}

/** Whether a process of this id lives; one of another user counts. */
export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
