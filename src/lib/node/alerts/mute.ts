import {randomBytes} from 'node:crypto';
import {closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import * as v from 'valibot';
import {giveFileToOwner} from '../../foundation/system/give-to-owner.ts';
import {makeDirectory} from '../../foundation/system/make-directory.ts';

/** A time of planned work in which problems make no alert; Unix ms. */
export type Mute = {since: number; until: number};

const MUTE_FILE = 'alert-mute.json';
const MOST_BYTES = 1_024;
/** The longest mute: what lasts longer is not planned work. */
export const MOST_MUTE_MS = 24 * 3_600_000;
/** The clocks of two processes may differ by so much when one of them was just set. */
const CLOCK_MS = 5 * 60_000;

const time = v.pipe(v.number(), v.integer(), v.minValue(0));
const schema = v.object({schema: v.literal('aos.mute/v1'), since: time, until: time});

/**
 * Reads until when alerts are muted, for this and later processes of the node. A file that cannot be read, or that has times
 * which a mute never has, mutes nothing.
 * @param dir the directory of the journal
 * @returns null: they are not muted at `now`
 */
export function readMute(dir: string, now: number): Mute | null {
  try {
    const bytes = readFileSync(join(dir, MUTE_FILE));
    if (bytes.length > MOST_BYTES) return null;
    const read = v.safeParse(schema, JSON.parse(bytes.toString('utf8')));
    if (!read.success) return null;
    const {since, until} = read.output;
    // A clock that was set back must not make a mute longer.
    return until - since <= MOST_MUTE_MS && now >= since - CLOCK_MS && now < until ? {since, until} : null;
  } catch {
    return null; // none is there
  }
}

/** Writes it: 0600, on the disk, whole or not at all. @throws the system's error */
export function writeMute(dir: string, {since, until}: Mute): void {
  makeDirectory(dir, 0o700);
  const path = join(dir, MUTE_FILE);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, JSON.stringify({schema: 'aos.mute/v1', since, until}));
    giveFileToOwner(file, draft);
    fsyncSync(file);
  } catch (error) {
    rmSync(draft, {force: true});
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}

/** Ends it. @throws the system's error */
export function endMute(dir: string): void {
  rmSync(join(dir, MUTE_FILE), {force: true});
}
