import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import * as v from 'valibot';
import {removeQuietly, replaceOrRemove} from '../../foundation/system/replace-file.ts';

/**
 * A file beside the journal that says where the control socket of its operator is. Its `id` is a new one for each run and in
 * the greeting of the socket: only a process that may write beside the journal knows it.
 */
export type Pointer = {socket: string; id: string};

const POINTER_FILE = 'control.json';
const MOST_BYTES = 4_096;
const schema = v.object({
  socket: v.pipe(v.string(), v.startsWith('/'), v.maxLength(200)),
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
});

/**
 * Writes it in the place of one that a killed run left. Where that fails, on a full disk, none is left: an old one would name
 * another run, and the running operator would be taken for that of another journal.
 * @throws the system's error where nothing can be written
 */
export function writePointer(dir: string, pointer: Pointer): void {
  replaceOrRemove(join(dir, POINTER_FILE), JSON.stringify(pointer));
}

/** Whether a run has left one, readable or not: it ended without closing its socket. */
export function hasPointer(dir: string): boolean {
  return existsSync(join(dir, POINTER_FILE));
}

/** Null: no operator has left one, or it is not readable. */
export function readPointer(dir: string): Pointer | null {
  try {
    const read = readFileSync(join(dir, POINTER_FILE));
    if (read.length > MOST_BYTES) return null;
    const parsed = v.safeParse(schema, JSON.parse(read.toString('utf8')));
    return parsed.success ? parsed.output : null;
  } catch {
    return null; // none is there, or it is just being replaced
  }
}

/** Takes it away at the end of its operator; that of a later one stays. */
export function forgetPointer(dir: string, id: string): void {
  if (readPointer(dir)?.id === id) removeQuietly(join(dir, POINTER_FILE));
}
