import * as v from 'valibot';
import {count} from '../../cli/schema/parts.ts';

const rate = v.object({
  received: count,
  accepted: count,
  selected: count,
  answered: count,
  p95Ms: v.nullable(v.pipe(v.number(), v.description('from arrival to acceptance, in milliseconds'))),
});

/** Of the jobs that came in the last hour, and in the last day. */
export const rates = v.object({hour: rate, day: rate});
