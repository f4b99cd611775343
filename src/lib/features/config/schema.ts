import * as v from 'valibot';
import type {Listing} from '../../config/listing.ts';
import type {Judgement} from './commands.ts';
import type {MigrationReport} from './migrate-report.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {address, count, noticeCode, schemaOf} from '../../cli/schema/parts.ts';

const file = v.pipe(v.nullable(v.string()), v.description('null: there is none, everything is in variables'));

export const configValidate: ResultEntry = {
  summary: 'aos config validate: a configuration without errors; with some the answer is an error.',
  result: schemaOf<Judgement>()(
    v.object({
      file,
      network: v.nullable(v.string()),
      nodeId: v.nullable(v.string()),
      for: v.picklist(['signer', 'run']),
    }),
  ),
};

export const configShow: ResultEntry = {
  summary: 'aos config show: every value in force and where it comes from; no secrets.',
  result: schemaOf<Listing & {file: string | null}>()(
    v.object({
      file,
      network: v.string(),
      values: v.array(
        v.object({
          path: v.string(),
          value: v.string(),
          from: v.picklist(['flag', 'env', 'file', 'preset', 'default']),
          detail: v.pipe(
            v.string(),
            v.description('flag, variable, FILE:LINE:COL or network; empty for a default'),
          ),
          valid: v.boolean(),
        }),
      ),
      unused: v.array(v.object({path: v.string(), at: v.string()})),
      wrong: count,
    }),
  ),
};

export const configSchema: ResultEntry = {
  summary: 'aos config schema: the JSON Schema (draft-07) of config.yaml, for editors.',
  result: v.objectWithRest({$schema: v.string()}, v.unknown()),
};

export const configMigrate: ResultEntry = {
  summary: 'aos config migrate: what became of each key, the diff, and the files that were made.',
  result: schemaOf<MigrationReport>()(
    v.object({
      file: v.string(),
      network: v.pipe(v.nullable(v.string()), v.description('of the new file; null: it names none')),
      keys: v.array(
        v.object({
          path: v.string(),
          became: v.picklist(['kept', 'moved', 'left out', 'unknown']),
          note: v.string(),
        }),
      ),
      warnings: v.array(v.object({code: noticeCode, message: v.string()})),
      diff: v.pipe(v.string(), v.description('unified diff of the file, secrets left out')),
      written: v.pipe(
        v.nullable(
          v.object({
            backup: v.string(),
            keystore: v.nullable(v.string()),
            keyConfig: v.nullable(v.string()),
            vrfKey: v.nullable(v.string()),
            address: v.nullable(address),
          }),
        ),
        v.description('null: nothing was written'),
      ),
      next: v.array(v.object({what: v.string(), command: v.string()})),
    }),
  ),
};
