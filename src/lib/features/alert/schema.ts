import * as v from 'valibot';
import type {AlertTest} from './alerting.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {ms, schemaOf} from '../../cli/schema/parts.ts';

export const alertTest: ResultEntry = {
  summary: 'aos alert test: what the webhook said.',
  result: schemaOf<AlertTest>()(
    v.object({
      webhook: v.pipe(v.string(), v.description('scheme and host; the rest is a secret')),
      status: v.pipe(v.number(), v.integer(), v.description('HTTP status')),
      tookMs: ms,
    }),
  ),
};
