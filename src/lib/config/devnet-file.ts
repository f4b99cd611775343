import {existsSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import {makeDirectory} from '../foundation/system/make-directory.ts';

/** The URLs of a devnet's parts; a worker may be elsewhere. */
export type DevnetUrls = {
  chain: string;
  signer: string;
  dispatcher: string;
  dispatcherHttp: string;
  operator: string;
  /** Of the first kind that it has. */
  worker: string;
  /** Of these kinds, where there are such workers; of an opml worker only beside others. */
  opml?: string | undefined;
  tee?: string | undefined;
  zkml?: string | undefined;
  /** Where the proofs of zkml jobs are. */
  proofs?: string | undefined;
};

/** The content of `$AOS_HOME/devnet.json`: the running devnet. */
export type DevnetFile = {
  pid: number;
  /** Of its first operator. */
  config: string;
  urls: DevnetUrls;
  /** Path of the socket by which its parts are stopped and started. */
  control: string;
};

const url = v.pipe(
  v.string(),
  v.regex(/^(?:http|ws):\/\/(?:127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+(?:\/ws)?$/),
);
const workerUrl = v.pipe(v.string(), v.regex(/^https?:\/\/[^\s/?#@]+\/?$/));
const schema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  config: v.string(),
  urls: v.object({
    chain: url,
    signer: url,
    dispatcher: url,
    dispatcherHttp: url,
    operator: url,
    worker: workerUrl,
    opml: v.optional(workerUrl),
    tee: v.optional(workerUrl),
    zkml: v.optional(workerUrl),
    proofs: v.optional(url),
  }),
  control: v.string(),
});

/**
 * Writes the devnet file atomically, mode 0600.
 * @returns the previous devnet, if it still runs
 */
export function writeDevnetFile(file: string, content: DevnetFile): DevnetFile | undefined {
  const before = readDevnetFile(file);
  makeDirectory(path.dirname(file), 0o700);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, {mode: 0o600});
  renameSync(draft, file);
  return before !== undefined && isAlive(before.pid) ? before : undefined;
}

/** Removes this process's devnet from the file, and restores the previous one if it still runs. */
export function removeDevnetFile(file: string, hidden: DevnetFile | undefined): void {
  // A devnet that started later may have replaced the file.
  if (readDevnetFile(file)?.pid !== process.pid) return;
  rmSync(file, {force: true});
  // One that is ending has no socket any more, and has looked at the file already.
  if (hidden !== undefined && isAlive(hidden.pid) && existsSync(hidden.control))
    writeDevnetFile(file, hidden);
}

/** What a file says of a devnet; undefined when it is missing or damaged. */
export function readDevnetFile(file: string): DevnetFile | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // missing or damaged: no devnet is known
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
