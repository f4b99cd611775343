import * as v from 'valibot';
import {OPERATOR_PARTS, REJECT_REASONS, type OperatorEvent} from '../../node/events/events.ts';
import type {StreamEntry} from '../../cli/schema/entry.ts';
import {address, code, count, decimal, errorCode, type Json, ms, time} from '../../cli/schema/parts.ts';
import {standingLines} from './standing-schema.ts';
import {rates} from '../status/parts-schema.ts';
import {HELD_THEN, JOB_OUTCOMES} from '../../node/events/job-states.ts';

const job = v.object({
  jobId: v.string(),
  tag: v.string(),
  position: v.string(),
  seq: v.pipe(v.number(), v.integer(), v.description('its row in the journal')),
  kind: v.string(),
  model: v.string(),
});
const attempt = count;
const request = v.pipe(
  v.string(),
  v.description('8 hex digits of the SHA-256 of the request’s id: the id lets anyone answer the job'),
);
const message = v.string();
const next = v.pipe(v.string(), v.description('the one next thing to type or do'));
const retryInMs = ms;
const url = v.string();
const part = v.picklist(OPERATOR_PARTS);
const outcome = v.picklist(JOB_OUTCOMES);
const reason = v.picklist(['SIGINT', 'SIGTERM', 'jobs', 'for', 'fatal']);

const tally = {
  accepted: count,
  received: count,
  duplicates: count,
  selected: count,
  unselected: count,
  failed: count,
  unanswered: count,
  rejected: count,
  resent: count,
  probes: count,
};

/** What the durable record says of being reachable. */
const liveness = {
  lastProbeAt: v.nullable(time),
  allowanceMs: ms,
  allowanceLeftMs: v.nullable(v.pipe(v.number(), v.description('milliseconds'))),
  probes: count,
  probeIntervalMs: ms,
  sources: v.exactOptional(
    v.pipe(
      v.object({count, last: v.string()}),
      v.description('the addresses that asked over HTTP in the last hour, and the last of them'),
    ),
  ),
  outages: v.array(
    v.object({
      start: time,
      end: v.nullable(time),
      durationMs: ms,
      cause: v.picklist(['process-down', 'network-down', 'not-probed']),
      overAllowance: v.boolean(),
    }),
  ),
};

/** Facts as a line has them: the times in them are RFC 3339 (`output/lines.ts` eventLine). */
type Timed<T> = T extends object
  ? {
      [K in keyof T]: K extends
        | 'at'
        | 'since'
        | 'readAt'
        | 'mutedUntil'
        | 'lastProbeAt'
        | 'lastJobAt'
        | 'oldestOpenAt'
        | 'dueAt'
        | 'blockAt'
        | 'start'
        | 'end'
        | 'oldestAt'
        ? Exclude<T[K], number> | (number extends Extract<T[K], number> ? string : never)
        : Timed<T[K]>;
    }
  : T;

const lines = {
  started: v.object({
    nodeId: address,
    network: v.string(),
    version: v.string(),
    vrfPublicKey: v.string(),
    workers: v.array(v.string()),
    pending: count,
  }),
  warning: v.object({code, message, next: v.exactOptional(next)}),
  listening: v.object({what: v.picklist(['public', 'callbacks', 'metrics']), url}),
  connecting: v.object({url}),
  connected: v.object({url}),
  disconnected: v.object({
    reason: v.string(),
    retryInMs: v.nullable(ms),
    refusal: v.exactOptional(
      v.pipe(
        v.object({how: v.picklist(['reply', 'close', 'http']), code: v.number(), words: v.string()}),
        v.description('the dispatcher was reached and said no'),
      ),
    ),
  }),
  connect_repeated: v.object({quietMs: ms}),
  frame_rejected: v.object({
    reason: v.picklist(REJECT_REASONS),
    code: errorCode,
    message,
    count,
  }),
  frame_unsigned: v.object({policy: v.string()}),
  hash_mismatch: v.object({envelopeId: v.string()}),
  job_received: v.object({job, signer: v.nullable(v.string())}),
  job_duplicate: v.object({job, state: v.string(), count}),
  job_sampled: v.object({job, selected: v.boolean(), r: v.number(), threshold: v.number()}),
  job_asked: v.object({job, request, attempt}),
  job_answered: v.object({job, request, ms}),
  job_retry: v.object({job, code: errorCode, message, retryInMs}),
  job_listening: v.object({job, code: errorCode, message, attempts: count}),
  job_unanswered: v.object({
    job,
    reason: v.string(),
    unfit: v.exactOptional(
      v.pipe(v.literal(true), v.description('no worker of its kind can ever answer it')),
    ),
  }),
  job_asked_again: v.object({job}),
  job_checked: v.object({
    job,
    verdict: v.picklist(['ok', 'not_checked', 'refused']),
    code: v.exactOptional(errorCode),
    message,
  }),
  job_held: v.object({job, code: errorCode, message, then: v.picklist(HELD_THEN)}),
  job_released: v.object({job}),
  job_concluded: v.object({job, outcome, reason: v.string()}),
  result_sent: v.object({job, envelopeId: v.string(), attempt}),
  result_retry: v.object({job, code: errorCode, message, retryInMs}),
  result_accepted: v.object({job, ms, outcome}),
  result_expired: v.object({job}),
  callback_refused: v.object({why: v.picklist(['unknown', 'already', 'invalid']), count}),
  probe_answered: v.object({
    via: v.picklist(['http', 'websocket']),
    from: v.exactOptional(v.pipe(v.string(), v.description('the address that asked over HTTP'))),
  }),
  connections_refused: v.object({
    code: errorCode,
    count,
    from: v.nullable(v.string()),
    fromCount: count,
  }),
  problem: v.object({
    part,
    code: errorCode,
    message,
    next,
  }),
  recovered: v.object({part, afterMs: ms}),
  range: v.object({
    start: decimal,
    end: decimal,
    max: decimal,
    block: v.nullable(decimal),
    source: v.picklist(['chain', 'journal']),
    precision: v.exactOptional(v.pipe(count, v.description('chain.vrf_sort_precision'))),
  }),
  clock: v.object({
    id: v.string(),
    counter: decimal,
    readings: count,
    merged: v.nullable(v.object({clock: v.record(v.string(), decimal), at: time, jobId: v.string()})),
    ahead: v.nullable(decimal),
  }),
  signer_stats: v.object({
    p50Ms: v.nullable(ms),
    p95Ms: v.nullable(ms),
    signatures: count,
    errors: count,
    windowMs: ms,
  }),
  block: v.object({number: decimal, blockAt: time, rpcMs: ms}),
  work: v.object({
    lastJobAt: v.nullable(time),
    usualGapMs: v.nullable(ms),
    noJobAfterMs: ms,
    open: count,
    oldestOpenAt: v.nullable(time),
    cameForWorkers: count,
    answeredByWorkers: count,
    windowMs: ms,
    refused: count,
    rates: v.exactOptional(rates),
  }),
  ...standingLines,
  liveness: v.object(liveness),
  answers_missing: v.object({
    kinds: v.array(v.object({kind: v.string(), waiting: count, unanswered: count, oldestAt: time})),
  }),
  answers_held: v.object({
    count,
    oldestAt: v.nullable(time),
    dueAt: v.pipe(v.nullable(time), v.description('when the first of these jobs ends unanswered')),
    dueJob: v.pipe(v.nullable(count), v.description('its row in the journal')),
  }),
  minute: v.object({...tally, inProgress: count, pending: count, uptimeMs: ms}),
  alert_mute: v.object({
    mutedUntil: v.pipe(v.nullable(time), v.description('null: alerts are not muted any more')),
  }),
  config_reloaded: v.object({
    file: v.nullable(v.string()),
    applied: v.array(v.string()),
    needRestart: v.array(v.string()),
  }),
  stopping: v.object({reason, inProgress: count, graceMs: ms}),
  summary: v.object({
    ...tally,
    pending: count,
    held: v.pipe(count, v.description('of the pending ones: their answer is held')),
    heldJob: v.pipe(v.nullable(count), v.description('the row of the last of these in the journal')),
    durationMs: ms,
    reason,
    liveness: v.nullable(v.object(liveness)),
  }),
} satisfies {
  [T in OperatorEvent['type']]: v.GenericSchema<
    Timed<Json<Omit<Extract<OperatorEvent, {type: T}>, 'type' | 'seq' | 'at'>>>
  >;
};

export const run: StreamEntry = {
  summary: 'aos run: every event, the last one of type summary (or error).',
  lines,
};
