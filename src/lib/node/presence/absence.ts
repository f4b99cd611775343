import {accessSync, constants, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import {run, say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {ago, duration} from '../../foundation/time/duration.ts';
import {hasPointer} from '../control/pointer.ts';
import {lockOwner} from '../../foundation/system/lock-owner.ts';
import {readHolding} from '../journal/holding.ts';
import {LOCK_FILE} from '../journal/lock.ts';
import {ALIVE_EVERY_MS} from '../liveness/spans.ts';
import {visibleOwner} from './owner.ts';

/** What a look for the socket of an operator found. */
export type Search = {
  /** The directory of the journal; null: not known. */
  storeDir: string | null;
  /** Why sockets were not asked. */
  refusals: readonly string[];
  /** Operators that work with another journal. */
  others: readonly string[];
  /** Of a socket that was asked, and did not speak as an operator does. */
  failure: AosError | null;
  /** Of the user who asks. */
  uid: number;
  /** Unix ms. */
  now: number;
};

/** An operator writes every {@link ALIVE_EVERY_MS}; after so long without a write it hangs. */
const HANGS_MS = 6 * ALIVE_EVERY_MS;
/** Where the lock cannot be read, a write within this time is a sign of life. */
const RECENT_MS = 4 * ALIVE_EVERY_MS;
const MOST_PATH = 200;

/**
 * Why an operator could not be asked: the lock of its journal says whether one runs, and the age of the last write whether it
 * works. One that cannot be reached is never taken for one that does not run.
 */
export function absence(search: Search): AosError {
  const {storeDir, refusals, others, failure} = search;
  if (storeDir === null) return withoutJournal(search);
  const dir = safeText(storeDir, MOST_PATH);
  if (isClosed(storeDir)) {
    const message = `it is not known whether an operator runs: ${dir} cannot be entered by this user`;
    return new AosError('CONTROL_UNREACHABLE', message, {next: asOwner(storeDir, search.uid)});
  }
  const {lock, lastWriteAt} = readHolding(storeDir);
  const quiet = lastWriteAt === null ? null : search.now - lastWriteAt;
  const wrote = lastWriteAt === null ? '' : `; it last wrote ${ago(lastWriteAt, search.now)}`;
  const runs = lock === 'held' || (lock === 'unknown' && quiet !== null && quiet <= RECENT_MS);
  if (lock === 'held' && quiet !== null && quiet > HANGS_MS) return hangs(storeDir, quiet);
  if (refusals.length > 0) return untrusted(refusals);
  if (runs) {
    const seen = lock === 'held' ? `it holds the journal in ${dir}` : `the journal in ${dir} is written`;
    const why =
      failure !== null
        ? `its control socket did not answer: ${failure.message}`
        : isHere(search, storeDir)
          ? `it has no control socket now: it starts, ends, or could not open one${othersText(others)}`
          : `its control socket cannot be reached from here${othersText(others)}`;
    return new AosError('CONTROL_UNREACHABLE', `an operator runs (${seen}${wrote}), but ${why}`, {
      next: nextFor(search, storeDir),
    });
  }
  if (failure !== null) return failure;
  const ended = hasPointer(storeDir) ? 'ended without closing it (killed, or a crash)' : 'stopped';
  const last =
    lastWriteAt === null
      ? ''
      : `; the last one ${ended}, and wrote to the journal ${ago(lastWriteAt, search.now)}`;
  return new AosError('CONTROL_ABSENT', `${NONE}${othersText(others)}${last}`);
}

function nextFor(search: Search, storeDir: string): NextStep {
  if (search.failure !== null) return say('Try again in a moment: it may be busy.');
  if (isHere(search, storeDir)) return say('Try again in a moment; if it stays so, look at its log.');
  return asOwner(storeDir, search.uid);
}

/** Whether the operator is of this user and sees the files that we see: then its socket would be found, if it had one. */
function isHere({uid}: Search, storeDir: string): boolean {
  const pid = ownerOf(storeDir);
  if (pid === null || visibleOwner(storeDir) !== uid) return false;
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`) === readlinkSync('/proc/self/ns/mnt');
  } catch {
    return false; // it has just ended, or is another user's
  }
}

const NONE = 'no operator runs for this node on this machine';

function withoutJournal({refusals, failure}: Search): AosError {
  if (refusals.length > 0) return untrusted(refusals);
  return failure ?? new AosError('CONTROL_ABSENT', NONE);
}

function untrusted(refusals: readonly string[]): AosError {
  const shown = refusals.map((why) => safeText(why, MOST_PATH)).join('; ');
  return new AosError('CONTROL_UNTRUSTED', `the control socket is not asked: ${shown}`);
}

function hangs(storeDir: string, quiet: number): AosError {
  const pid = ownerOf(storeDir);
  const who = pid === null ? '' : ` (pid ${pid})`;
  return new AosError(
    'OPERATOR_HANGS',
    `an operator${who} holds the journal in ${safeText(storeDir, MOST_PATH)}, answers nothing, and has written nothing for ${duration(quiet)}`,
    {
      next: say(
        pid === null
          ? 'End its process where it runs (in another container, or on another machine), then start it again.'
          : `End it, then start it again: kill -TERM ${pid}, and kill -KILL ${pid} if it stays`,
      ),
    },
  );
}

function othersText(others: readonly string[]): string {
  return others.length === 0
    ? ''
    : `; the one at ${safeText(others.join(', '), MOST_PATH)} works with another journal`;
}

/** By the lock itself: the number that it wrote down may be that of another process here, if it runs in a container. */
function ownerOf(storeDir: string): number | null {
  return lockOwner(join(storeDir, LOCK_FILE));
}

function asOwner(storeDir: string, uid: number): NextStep {
  const owner = visibleOwner(storeDir);
  const pid = ownerOf(storeDir);
  const inside = pid === null ? 'in its container' : `in its container, or by nsenter -m -t ${pid}`;
  if (owner === null || owner === uid) return run('status', [], `Ask it where it runs (${inside})`);
  const elsewhere = uid === 0 ? `, or ask it where it runs (${inside})` : '';
  return say(`Ask as its user, with the same -c FILE: sudo -u '#${owner}' aos status${elsewhere}`);
}

function isClosed(dir: string): boolean {
  try {
    accessSync(dir, constants.X_OK);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
  }
}
