import {readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import {AosError} from '../foundation/errors/error.ts';
import {makeDirectory} from '../foundation/system/make-directory.ts';

/** Where everything of a devnet is reached. */
export type DevnetUrls = {
  chain: string;
  signer: string;
  dispatcher: string;
  dispatcherHttp: string;
  operator: string;
  worker: string;
};

/** What `$AOS_HOME/devnet.json` says of the running devnet. */
export type DevnetFile = {pid: number; config: string; urls: DevnetUrls};

const url = v.pipe(
  v.string(),
  v.regex(/^(?:http|ws):\/\/(?:127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+(?:\/ws)?$/),
);
const schema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  config: v.string(),
  urls: v.object({
    chain: url,
    signer: url,
    dispatcher: url,
    dispatcherHttp: url,
    operator: url,
    worker: url,
  }),
});

/**
 * Notes a devnet, mode 0600, whole or not at all.
 * @returns the one that was noted before, if it still runs
 */
export function writeDevnetFile(file: string, content: DevnetFile): DevnetFile | undefined {
  const before = readFile(file);
  makeDirectory(path.dirname(file), 0o700);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, {mode: 0o600});
  renameSync(draft, file);
  return before !== undefined && isAlive(before.pid) ? before : undefined;
}

/** Forgets this process's devnet, and notes the one again that it hid, if that still runs. */
export function removeDevnetFile(file: string, hidden: DevnetFile | undefined): void {
  // A devnet started later may have taken the file over.
  if (readFile(file)?.pid !== process.pid) return;
  rmSync(file, {force: true});
  if (hidden !== undefined && isAlive(hidden.pid)) writeDevnetFile(file, hidden);
}

/**
 * The running devnet; a file left behind by one that has ended is ignored.
 * @throws AosError DEVNET_NOT_RUNNING
 */
export function findDevnet(file: string): DevnetFile {
  const content = readFile(file);
  if (content === undefined || !isAlive(content.pid)) {
    throw new AosError('DEVNET_NOT_RUNNING', `no running devnet is noted in ${file}`);
  }
  return content;
}

function readFile(file: string): DevnetFile | undefined {
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
