import {readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import * as v from 'valibot';

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

/** @throws the system's error where nothing can be written */
export function writePointer(dir: string, pointer: Pointer): void {
  const path = join(dir, POINTER_FILE);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(pointer), {mode: 0o600});
  renameSync(draft, path);
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
  try {
    if (readPointer(dir)?.id === id) rmSync(join(dir, POINTER_FILE), {force: true});
  } catch {
    // the next start replaces it
  }
}
