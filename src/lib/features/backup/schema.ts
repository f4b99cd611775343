import * as v from 'valibot';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {address, count, schemaOf, time} from '../../cli/schema/parts.ts';
import type {BackupResult} from './create.ts';
import type {RestoreResult} from './restore.ts';

const fields = {
  file: v.string(),
  bytes: v.pipe(v.nullable(count), v.description('of the file; null: it was only read')),
  id: v.string(),
  createdAt: time,
  nodeId: address,
  network: v.string(),
  aos: v.pipe(v.string(), v.description('version of the program that made it')),
  journalBytes: count,
  jobs: count,
  openJobs: v.pipe(count, v.description('without an accepted answer when it was made')),
  files: v.pipe(v.array(v.string()), v.description('keys of the configuration whose files are in it')),
};

export const backupCreate: ResultEntry = {
  summary: 'aos backup create: the backup that was written.',
  result: schemaOf<BackupResult>()(v.object(fields)),
};

export const backupVerify: ResultEntry = {
  summary: 'aos backup verify: what is in a whole backup.',
  result: schemaOf<BackupResult>()(v.object(fields)),
};

export const backupRestore: ResultEntry = {
  summary: 'aos backup restore: where the node was put.',
  result: schemaOf<RestoreResult>()(
    v.object({
      ...fields,
      dir: v.string(),
      config: v.pipe(v.string(), v.description('the configuration file')),
    }),
  ),
};
