import * as v from 'valibot';
import type {Listing} from '../config/listing.ts';
import type {Judgement} from '../edge/config-commands.ts';
import type {MigrationReport} from '../init/migrate-report.ts';
import type {ResultEntry} from './entry.ts';
import {address, count, schemaOf} from './parts.ts';

const text = v.nullable(v.string());

export const configValidate: ResultEntry = {
  summary: 'aos config validate: what was checked; problems are an error with details.problems.',
  result: schemaOf<Judgement>()(
    v.object({file: text, network: text, nodeId: v.nullable(address), for: v.picklist(['run', 'signer'])}),
  ),
};

export const configShow: ResultEntry = {
  summary: 'aos config show: every value that is in force, with where it comes from.',
  result: schemaOf<Listing & {file: string | null}>()(
    v.object({
      file: text,
      network: v.string(),
      values: v.array(
        v.object({
          path: v.string(),
          value: v.string(),
          from: v.picklist(['flag', 'env', 'file', 'preset', 'default']),
          detail: v.string(),
          valid: v.boolean(),
        }),
      ),
      unused: v.array(v.object({path: v.string(), at: v.string()})),
      wrong: count,
    }),
  ),
};

export const configMigrate: ResultEntry = {
  summary: 'aos config migrate: what becomes of each key, the diff, and what was written.',
  result: schemaOf<MigrationReport>()(
    v.object({
      file: v.string(),
      keys: v.array(
        v.object({
          path: v.string(),
          became: v.picklist(['kept', 'moved', 'left out', 'unknown']),
          note: v.string(),
        }),
      ),
      warnings: v.array(v.object({code: v.string(), message: v.string()})),
      diff: v.string(),
      written: v.nullable(
        v.object({backup: v.string(), keystore: text, keyConfig: text, vrfKey: text, address: text}),
      ),
      next: v.array(v.object({what: v.string(), command: v.string()})),
    }),
  ),
};

export const configSchema: ResultEntry = {
  summary: 'aos config schema: the JSON Schema of config.yaml.',
  result: v.objectWithRest({$schema: v.string()}, v.unknown()),
};
