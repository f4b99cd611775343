import * as v from 'valibot';
import {OPERATOR_PARTS} from '../events/events.ts';
import {nextStepSchema as nextStep} from '../events/next-step-schema.ts';
import {CONNECTION_STATES} from '../events/view.ts';
import {rates, standingFields, verdictFields, workerView} from './standing-schema.ts';

export const text = v.string();
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** RFC 3339 on the wire, Unix ms here. */
export const time = v.pipe(v.string(), v.isoTimestamp(), v.transform(Date.parse));
export const optionalText = v.nullable(text);
const optionalTime = v.nullable(time);

// `from` since 1.2.
const probeSchema = v.object({at: time, via: v.picklist(['http', 'websocket']), from: v.exactOptional(text)});

export const livenessFields = {
  lastProbeAt: optionalTime,
  allowanceMs: v.number(),
  allowanceLeftMs: v.nullable(v.number()),
  probes: count,
  probeIntervalMs: v.number(),
  // Since 1.2.
  sources: v.exactOptional(v.object({count, last: text})),
  outages: v.array(
    v.object({
      start: time,
      end: optionalTime,
      durationMs: v.number(),
      cause: v.picklist(['process-down', 'network-down', 'not-probed']),
      overAllowance: v.boolean(),
    }),
  ),
};
export const workFields = {
  lastJobAt: optionalTime,
  usualGapMs: v.nullable(v.number()),
  noJobAfterMs: v.number(),
  open: count,
  oldestOpenAt: optionalTime,
  cameForWorkers: count,
  answeredByWorkers: count,
  windowMs: v.number(),
  refused: count,
  // Since 1.3.
  rates: v.exactOptional(rates),
};
export const clockFields = {
  id: text,
  counter: text,
  readings: count,
  merged: v.nullable(v.object({clock: v.record(text, text), at: time, jobId: text})),
  ahead: optionalText,
};
export const missingFields = {kind: text, waiting: count, unanswered: count, oldestAt: time};
export const muteFields = {mutedUntil: optionalTime};
export const heldFields = {
  count,
  oldestAt: optionalTime,
  dueAt: v.optional(optionalTime, null),
  dueJob: v.optional(v.nullable(count), null),
};
export const blockFields = {number: text, blockAt: time, rpcMs: v.number()};

/** The view of `snapshot`; times become Unix ms. */
export const viewSchema = v.object({
  seq: count,
  at: optionalTime,
  node: v.nullable(
    v.object({
      nodeId: text,
      network: text,
      version: text,
      vrfPublicKey: text,
      workers: v.array(text),
      startedAt: time,
      pendingAtStart: count,
    }),
  ),
  connection: v.object({
    state: v.picklist(CONNECTION_STATES),
    url: optionalText,
    since: optionalTime,
    reason: optionalText,
    // Since 1.2.
    refusal: v.optional(
      v.nullable(v.object({how: v.picklist(['reply', 'close', 'http']), code: v.number(), words: text})),
      null,
    ),
  }),
  range: v.nullable(
    v.object({
      start: text,
      end: text,
      max: text,
      block: optionalText,
      source: v.picklist(['chain', 'journal']),
      precision: v.exactOptional(v.number()),
      at: time,
    }),
  ),
  problems: v.array(
    v.object({
      part: v.picklist(OPERATOR_PARTS),
      code: text,
      message: text,
      next: nextStep,
      since: time,
    }),
  ),
  counters: v.object({
    accepted: count,
    received: count,
    duplicates: count,
    selected: count,
    unselected: count,
    failed: count,
    // Since 1.2.
    unanswered: v.optional(count, 0),
    rejected: count,
    resent: count,
    probes: count,
  }),
  jobs: v.array(
    v.object({
      seq: count,
      jobId: text,
      tag: text,
      position: text,
      kind: text,
      model: text,
      stage: v.picklist([
        'received',
        'sampled',
        'asked',
        'answered',
        'unanswered',
        'concluded',
        'sent',
        'accepted',
        'expired',
      ]),
      selected: v.nullable(v.boolean()),
      outcome: v.nullable(v.picklist(['answered', 'unselected', 'unsupported', 'invalid', 'failed'])),
      // Since 1.6.
      held: v.optional(v.boolean(), false),
      problem: optionalText,
      firstAt: time,
      at: time,
    }),
  ),
  lastProbe: v.nullable(probeSchema),
  probes: v.optional(v.array(probeSchema), []),
  // Since 1.1.
  liveness: v.optional(v.nullable(v.object({...livenessFields, at: time})), null),
  // Since 1.2.
  work: v.optional(v.nullable(v.object({...workFields, at: time})), null),
  clock: v.optional(v.nullable(v.object({...clockFields, at: time})), null),
  signer: v.optional(
    v.nullable(
      v.object({
        p50Ms: v.nullable(v.number()),
        p95Ms: v.nullable(v.number()),
        signatures: count,
        errors: count,
        windowMs: v.number(),
        at: time,
      }),
    ),
    null,
  ),
  block: v.optional(v.nullable(v.object({...blockFields, at: time})), null),
  load: v.optional(v.nullable(v.object({inProgress: count, pending: count, at: time})), null),
  // Since 1.2.
  missing: v.optional(v.array(v.object(missingFields)), []),
  // Since 1.6.
  held: v.optional(v.object(heldFields), {count: 0, oldestAt: null, dueAt: null, dueJob: null}),
  // Since 1.3.
  standing: v.optional(v.nullable(v.object({...standingFields, at: time})), null),
  workers: v.optional(v.array(workerView), []),
  verdict: v.optional(v.nullable(v.object({...verdictFields, at: time})), null),
  lastReceivedAt: optionalTime,
  lastAcceptedAt: optionalTime,
  unsignedPolicy: optionalText,
  stopping: v.nullable(v.picklist(['SIGINT', 'SIGTERM', 'jobs', 'for', 'fatal'])),
  // Since 1.6.
  mutedUntil: v.optional(optionalTime, null),
  metricsUrl: v.optional(optionalText, null),
});
