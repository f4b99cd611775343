import * as v from 'valibot';
import type {AlertTest} from '../edge/alerting.ts';
import type {ResultEntry} from './entry.ts';
import {ms, schemaOf} from './parts.ts';

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
