import * as v from 'valibot';
import {count, time} from '../../cli/schema/parts.ts';

const rate = v.object({
  received: count,
  accepted: count,
  selected: count,
  answered: count,
  p95Ms: v.nullable(v.pipe(v.number(), v.description('from arrival to acceptance, in milliseconds'))),
});

/** Of the jobs that came in the last hour, and in the last day. */
export const rates = v.object({hour: rate, day: rate});

/** What is found on this machine. */
export const ofThisMachine = {
  proxies: v.pipe(
    v.array(v.object({variable: v.string(), place: v.nullable(v.string()), peers: v.array(v.string())})),
    v.description('the proxies that the environment of this command names for peers of the node'),
  ),
  alertsMutedUntil: v.pipe(
    v.nullable(time),
    v.description('null: alerts are not muted, or the node is not of this machine'),
  ),
  metricsUrl: v.pipe(
    v.nullable(v.string()),
    v.description('where the running operator serves metrics; null: nowhere, or none runs'),
  ),
};
