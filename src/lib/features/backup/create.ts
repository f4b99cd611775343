import {readdirSync, rmSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {openPrivateOutput, refuseOutput} from '../../cli/private-output.ts';
import {noConfiguration} from '../../config/no-configuration.ts';
import type {UsableConfig} from '../../config/usable.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {OPEN_STATES, type JobState} from '../../node/events/job-states.ts';
import {copyJournal} from '../../node/journal/copy-journal.ts';
import {encrypted} from './age-file.ts';
import {hashOfFile, packed} from './archive.ts';
import {manifestOf, readNodeFiles} from './contents.ts';
import {FORMAT, MANIFEST_NAME, README_NAME, readmeText, type Manifest} from './manifest.ts';

/** A backup that was made, or looked into. */
export type BackupResult = {
  file: string;
  /** Of the file; null: it was only read. */
  bytes: number | null;
  id: string;
  createdAt: string;
  nodeId: string;
  network: string;
  /** Of the program that made it. */
  aos: string;
  journalBytes: number;
  /** Jobs in the journal, and those of them that were open. */
  jobs: number;
  openJobs: number;
  /** Keys of the configuration whose files are in it. */
  files: string[];
};

export type CreateOptions = {
  /** The configuration's file and what it says. */
  file: string | null;
  config: UsableConfig;
  out: string;
  force: boolean;
  passphrase: string;
  version: string;
  id: string;
  /** Unix ms. */
  now: number;
  signal: AbortSignal;
  /** Of scrypt, log2 [as age]. */
  workFactor?: number;
};

const UNFINISHED = /^backup-(\d+)\.tmp$/;

/**
 * Writes a backup of the node: configuration, the files that it names, and the journal as it is at one moment, beside an operator
 * that works. The file is there whole or not at all.
 * @throws AosError OUT_* | BACKUP_FAILED | JOURNAL_* | CONFIG_MISSING, or the signal's reason
 */
export async function createBackup(options: CreateOptions): Promise<BackupResult> {
  const {config, file, out, force, signal, id, now} = options;
  const {nodeId, network, storeDir, outerUrl} = config;
  if (file === null || nodeId === null || storeDir === null)
    throw config.error ?? noConfiguration(process.env);
  refuseOutput(out, force);
  const files = readNodeFiles(file, config);
  dropUnfinished(storeDir);
  const copy = join(storeDir, `backup-${process.pid}.tmp`);
  try {
    const {bytes, jobs} = await copyJournal(storeDir, copy, {id, at: now});
    signal.throwIfAborted();
    const manifest: Manifest = {
      ...FORMAT,
      id,
      createdAt: now,
      aos: options.version,
      nodeId,
      network,
      outerUrl,
      ...manifestOf(files),
      journal: {bytes, sha256: await hashOfFile(copy), jobs},
    };
    const small = [
      {name: MANIFEST_NAME, bytes: Buffer.from(JSON.stringify(manifest, null, 2))},
      {name: README_NAME, bytes: Buffer.from(readmeText(manifest))},
      files.config,
      ...files.keys,
    ];
    const written = await write(packed(small, {path: copy, bytes}), options);
    return {...resultOf(resolve(out), manifest), bytes: written};
  } finally {
    rmSync(copy, {force: true});
  }
}

async function write(
  archive: Parameters<typeof encrypted>[0],
  {out, force, passphrase, workFactor, signal}: CreateOptions,
): Promise<number> {
  const output = openPrivateOutput(out, {force});
  let written = 0;
  try {
    for await (const chunk of await encrypted(archive, passphrase, workFactor)) {
      signal.throwIfAborted();
      output.write(chunk);
      written += chunk.length;
    }
    output.commit();
    return written;
  } finally {
    output.abort();
  }
}

/** Copies that a killed backup left; that of one that works stays. */
function dropUnfinished(dir: string): void {
  try {
    for (const name of readdirSync(dir)) {
      const pid = UNFINISHED.exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(dir, name), {force: true});
    }
  } catch {
    // the copy itself says what is wrong with the directory
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** What is said of a backup, from its manifest. */
export function resultOf(file: string, manifest: Manifest): BackupResult {
  const {id, createdAt, nodeId, network, aos, journal, keys} = manifest;
  return {
    ...{file, bytes: null, id, nodeId, network, aos},
    createdAt: isoTime(createdAt),
    journalBytes: journal.bytes,
    jobs: Object.values(journal.jobs).reduce((sum, jobs) => sum + jobs, 0),
    openJobs: openIn(journal.jobs),
    files: keys.map(({field}) => field),
  };
}

/** Jobs without an accepted answer, which a restored node does not deliver. */
function openIn(jobs: Readonly<Record<JobState, number>>): number {
  return [...OPEN_STATES, 'unanswered' as const].reduce((sum, state) => sum + jobs[state], 0);
}

/** A name for a backup that no other has. */
export function backupName(nodeId: string | null, now: number): string {
  if (nodeId === null) throw new AosError('BACKUP_FAILED', 'the configuration names no node_id');
  const date = isoTime(now).slice(0, 19).replaceAll(/[-:]/g, '');
  return `aos-${nodeId.slice(2, 10).toLowerCase()}-${date}Z.age`;
}
