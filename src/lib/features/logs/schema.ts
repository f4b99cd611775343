import * as v from 'valibot';
import type {StreamEntry} from '../../cli/schema/entry.ts';
import {LEVELS} from '../../node/events/describe.ts';

export const logs: StreamEntry = {
  summary: 'aos logs: the lines of operator.log, the oldest first.',
  lines: {
    line: v.object({
      known: v.pipe(v.boolean(), v.description('whether the line itself says its time; else `at` is now')),
      level: v.nullable(v.picklist(LEVELS)),
      text: v.pipe(v.string(), v.description('as it was written')),
    }),
  },
};
