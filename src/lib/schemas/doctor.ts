import * as v from 'valibot';
import type {doctorJson} from '../doctor/report.ts';
import {CHECK_IDS} from '../doctor/registry.ts';
import type {BundleReport} from '../edge/doctor/bundle.ts';
import type {ResultEntry} from './entry.ts';
import {count, ms, next, schemaOf} from './parts.ts';

const id = v.picklist(CHECK_IDS);
const category = v.string();
const text = v.nullable(v.string());

export const doctor: ResultEntry = {
  summary: 'aos doctor: the verdict, each check with its evidence, and what --fix did or would do.',
  result: schemaOf<ReturnType<typeof doctorJson> & {bundle: BundleReport | null}>()(
    v.object({
      verdict: v.picklist(['ok', 'warn', 'fail']),
      node_id: text,
      network: text,
      config: text,
      took_ms: ms,
      counts: v.object({ok: count, warn: count, fail: count, unknown: count, skipped: count}),
      checks: v.array(
        v.object({
          id,
          category,
          state: v.picklist(['ok', 'warn', 'fail', 'unknown', 'skipped']),
          evidence: v.string(),
          fix: next,
          because: v.nullable(id),
          fixable: v.boolean(),
          ms,
        }),
      ),
      repairs: v.array(
        v.object({
          id,
          action: v.picklist(['chmod', 'mkdir', 'remove-socket']),
          path: v.string(),
          mode: text,
          state: v.picklist(['offered', 'done', 'failed']),
          why: text,
        }),
      ),
      bundle: v.nullable(v.object({path: v.string(), bytes: count, files: v.array(v.string())})),
    }),
  ),
};

export const doctorList: ResultEntry = {
  summary: 'aos doctor --list: the checks there are.',
  result: v.object({checks: v.array(v.object({id, category, about: v.string(), needs: v.array(id)}))}),
};
