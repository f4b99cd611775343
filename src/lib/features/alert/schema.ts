import * as v from 'valibot';
import {CHANNEL_NAMES} from '../../config/config.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {code, ms, schemaOf, time} from '../../cli/schema/parts.ts';
import type {AlertMute} from './mute.ts';
import type {AlertTest} from './test-alert.ts';

export const alertTest: ResultEntry = {
  summary: 'aos alert test: what each channel said.',
  result: schemaOf<AlertTest>()(
    v.object({
      channels: v.array(
        v.object({
          channel: v.picklist(CHANNEL_NAMES),
          place: v.pipe(
            v.nullable(v.string()),
            v.description('scheme and host; the rest is a secret. null: the service did not take the alert'),
          ),
          status: v.pipe(v.nullable(v.number()), v.description('HTTP status, or the SMTP code')),
          note: v.pipe(v.nullable(v.string()), v.description('what the service said beside')),
          tookMs: ms,
          problem: v.pipe(
            v.nullable(v.object({code, message: v.string(), next: v.string()})),
            v.description('why the service did not take the alert'),
          ),
        }),
      ),
    }),
  ),
};

export const alertMute: ResultEntry = {
  summary: 'aos alert mute: until when alerts are muted.',
  result: schemaOf<AlertMute>()(
    v.object({
      mutedUntil: v.pipe(v.nullable(time), v.description('null: they are not muted')),
      before: v.pipe(v.nullable(time), v.description('of the mute that was ended or replaced')),
    }),
  ),
};
