import {randomBytes} from 'node:crypto';
import {existsSync} from 'node:fs';
import {lstat, open, readdir, rename, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {gzip} from 'node:zlib';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {giveFileToOwner} from '../../foundation/system/give-to-owner.ts';
import {makeDirectory} from '../../foundation/system/make-directory.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {JobKey} from '../../protocol/wire/messages.ts';
import {evidenceName, isUnfinished, keyPart, readName, unfinishedName} from './names.ts';

/** Where receipts are kept, and how many of them. */
export type EvidenceLimits = {
  dir: string;
  mostBytes: number;
  /** By the journal's age. */
  keepMs: number;
};

/** The evidence directory of the operator that runs; one call at a time. */
export type EvidenceDirectory = {
  /** Keeps the receipt of a job, unless it is there. @throws AosError EVIDENCE_UNWRITABLE */
  add(key: JobKey, receipt: string, ageMs: number): Promise<void>;
  /** Brings the names of what was added to the disk. @throws AosError EVIDENCE_UNWRITABLE */
  sync(): Promise<void>;
  /**
   * Deletes what is too old, and the oldest of what is too much.
   * @returns how many were deleted before their time
   * @throws AosError EVIDENCE_UNWRITABLE
   */
  drop(ageMs: number): Promise<number>;
};

type Kept = {name: string; bytes: number; hours: number};

const HOUR_MS = 3_600_000;
/** Files looked at at once. */
const AT_ONCE = 32;
/** More are too much, however small they are: each is remembered. */
const MOST_FILES = 100_000;
const packed = promisify(gzip);

/** Nothing is read before the first call, and nothing made before there is a receipt. */
export function evidenceDirectory({dir, mostBytes, keepMs}: EvidenceLimits): EvidenceDirectory {
  /** By what tells a job from others, the oldest first. */
  let kept: Map<string, Kept> | null = null;
  let bytes = 0;
  let isSynced = true;

  const loaded = async (): Promise<Map<string, Kept>> => {
    if (kept !== null) return kept;
    await prepare(dir);
    const files = await filesIn(dir);
    bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    kept = new Map(files.map(({key, ...file}) => [key, file]));
    return kept;
  };
  const refusable = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      kept = null; // what is there is looked at again
      throw unwritable(dir, error);
    }
  };

  return {
    add: (job, receipt, ageMs) =>
      refusable(async () => {
        const all = await loaded();
        const key = keyPart(job);
        if (all.has(key)) return;
        const hours = Math.floor(ageMs / HOUR_MS);
        const name = evidenceName(key, hours);
        const content = await packed(receipt);
        await writeWhole(dir, name, content);
        isSynced = false;
        all.set(key, {name, bytes: content.length, hours});
        bytes += content.length;
      }),

    sync: () =>
      refusable(async () => {
        if (isSynced) return;
        const handle = await open(dir, 'r');
        try {
          await handle.sync();
        } finally {
          await handle.close();
        }
        isSynced = true;
      }),

    drop: (ageMs) =>
      refusable(async () => {
        if (kept === null && !existsSync(dir)) return 0;
        const all = await loaded();
        const oldest = Math.floor((ageMs - keepMs) / HOUR_MS);
        let early = 0;
        for (const [key, file] of all) {
          const isTooMuch = bytes > mostBytes || all.size > MOST_FILES;
          if (file.hours >= oldest && !isTooMuch) continue;
          await rm(join(dir, file.name), {force: true});
          all.delete(key);
          bytes -= file.bytes;
          if (file.hours >= oldest) early += 1;
        }
        return early;
      }),
  };
}

/** A directory that is there keeps its mode: it may be one that others use too. */
async function prepare(dir: string): Promise<void> {
  makeDirectory(dir, 0o700);
  const {mode} = await stat(dir);
  if ((mode & 0o022) !== 0)
    throw new AosError(
      'EVIDENCE_UNWRITABLE',
      `others can write to ${safeText(dir)}, and could put receipts there`,
    );
}

/** The receipts in it, the oldest first; what a process that was killed left is deleted. */
async function filesIn(dir: string): Promise<(Kept & {key: string})[]> {
  const names = await readdir(dir);
  const files: (Kept & {key: string; at: number})[] = [];
  for (let from = 0; from < names.length; from += AT_ONCE)
    await Promise.all(
      names.slice(from, from + AT_ONCE).map(async (name) => {
        if (isUnfinished(name)) return rm(join(dir, name), {force: true});
        const read = readName(name);
        if (read === null) return;
        const found = await lstat(join(dir, name));
        if (!found.isFile()) return; // not one of ours
        const {size, mtimeMs} = found;
        files.push({...read, name, bytes: size, at: mtimeMs});
      }),
    );
  return files.sort((a, b) => a.at - b.at || a.hours - b.hours);
}

/** The file is there whole or not at all, with mode 0600. */
async function writeWhole(dir: string, name: string, content: Uint8Array): Promise<void> {
  const unfinished = join(dir, unfinishedName(randomBytes(16).toString('hex')));
  const handle = await open(unfinished, 'wx', 0o600);
  try {
    try {
      giveFileToOwner(handle.fd, unfinished);
      await handle.writeFile(content);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, join(dir, name));
  } catch (error) {
    await rm(unfinished, {force: true});
    throw error;
  }
}

function unwritable(dir: string, error: unknown): AosError {
  if (error instanceof AosError) return error;
  return new AosError(
    'EVIDENCE_UNWRITABLE',
    `receipts cannot be kept in ${safeText(dir)}: ${safeText(errorText(error))}`,
    {cause: error},
  );
}
