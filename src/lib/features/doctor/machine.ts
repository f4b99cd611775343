import {existsSync} from 'node:fs';
import {dirname} from 'node:path';
import {statfs} from 'node:fs/promises';
import {stateHome} from '../../config/paths.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {judgeInodes, judgeSpace} from './judge-disk.ts';
import {judgeNode, judgeSqlite} from './judge-versions.ts';
import type {Probe} from './run.ts';
import {sqliteVersion} from '../../node/journal/inspect.ts';
import type {DiskFacts, DoctorContext} from './context.ts';

/** The disk of the journal, and what runs here. */
export function machineProbes({config, env, disk, node}: DoctorContext): Probe[] {
  const dir = existing(config.storeDir ?? stateHome(env) ?? '/');
  return [
    {
      checks: ['disk.space', 'disk.inodes'],
      run: async (report) => {
        const {freeBytes, bytes, freeFiles, files} = await disk(dir);
        report('disk.space', judgeSpace(freeBytes, bytes, sanitizeText(dir)));
        report('disk.inodes', judgeInodes(freeFiles, files, sanitizeText(dir)));
      },
    },
    {
      checks: ['versions.node'],
      run: (report) => {
        report('versions.node', judgeNode(node));
        return Promise.resolve();
      },
    },
    {
      checks: ['versions.sqlite'],
      run: (report) => {
        const {binding, version} = sqliteVersion();
        report('versions.sqlite', judgeSqlite(binding, version));
        return Promise.resolve();
      },
    },
  ];
}

/** What a user who is not root may use of a file system. */
export async function diskFacts(path: string): Promise<DiskFacts> {
  const {bsize, blocks, bavail, files, ffree} = await statfs(path);
  return {freeBytes: bavail * bsize, bytes: blocks * bsize, freeFiles: ffree, files};
}

/** The nearest directory on the way to it that is there: the same disk. */
function existing(path: string): string {
  const parent = dirname(path);
  return existsSync(path) || parent === path ? path : existing(parent);
}
