import * as v from 'valibot';
import {CHECK_STATES} from '../../foundation/check/check.ts';
import {CATEGORIES, CHECK_IDS} from './registry.ts';
import type {BundleJson, doctorJson, listJson} from './report.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {address, count, ms, next, schemaOf} from '../../cli/schema/parts.ts';

const state = v.picklist(CHECK_STATES);
const checkId = v.picklist(CHECK_IDS);

export const doctor: ResultEntry = {
  summary: 'aos doctor: every check with what was seen, and the one thing to do about it.',
  result: schemaOf<ReturnType<typeof doctorJson> & {bundle: BundleJson | null}>()(
    v.object({
      verdict: v.picklist(['ok', 'warn', 'fail']),
      nodeId: v.nullable(address),
      network: v.nullable(v.string()),
      config: v.nullable(v.string()),
      tookMs: ms,
      counts: v.object({ok: count, warn: count, fail: count, pending: count, unknown: count, skipped: count}),
      checks: v.array(
        v.object({
          id: checkId,
          category: v.picklist(CATEGORIES),
          state,
          found: v.string(),
          next,
          because: v.pipe(v.nullable(checkId), v.description('of a skipped check: the one in its way')),
          fixable: v.pipe(v.boolean(), v.description('--fix can do something about it')),
          ms,
        }),
      ),
      repairs: v.array(
        v.object({
          id: checkId,
          action: v.picklist(['chmod', 'mkdir', 'remove-socket']),
          path: v.string(),
          mode: v.nullable(v.string()),
          state: v.picklist(['offered', 'done', 'failed']),
          why: v.nullable(v.string()),
        }),
      ),
      bundle: v.nullable(v.object({path: v.string(), bytes: count, files: v.array(v.string())})),
    }),
  ),
};

export const doctorList: ResultEntry = {
  summary: 'aos doctor --list: the checks, and which others each of them needs.',
  result: schemaOf<ReturnType<typeof listJson>>()(
    v.object({
      checks: v.array(
        v.object({
          id: checkId,
          category: v.picklist(CATEGORIES),
          about: v.string(),
          needs: v.array(v.string()),
        }),
      ),
    }),
  ),
};
