import {JOB_OUTCOMES} from '../events/job-states.ts';
import {OPERATOR_PARTS, REJECT_REASONS, type OperatorEvent} from '../events/events.ts';

/** Whether a value of a field is what it has to be. */
type Check = (value: unknown) => boolean;
type Named = Readonly<Record<string, Check>>;

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const flag: Check = (value) => typeof value === 'boolean';
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const absentOr =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value);
const record =
  (fields: Named): Check =>
  (value) =>
    isRecord(value) && fits(value, fields);
/** One of a later version has no explanation here, and its message is shown all the same. */
const code = text;

const outcome = oneOf(JOB_OUTCOMES);
/** A recording has it as text. */
const next: Check = (value) => typeof value === 'string' || isRecord(value);
const reason = oneOf(['SIGINT', 'SIGTERM', 'jobs', 'for', 'fatal']);
const job = record({jobId: text, tag: text, position: text, seq: number, kind: text, model: text});
const tally = {
  accepted: number,
  received: number,
  duplicates: number,
  selected: number,
  unselected: number,
  failed: number,
  unanswered: absentOr(number),
  rejected: number,
  resent: number,
  probes: number,
};

/** The events that have schemas of their own, since they hold times. */
type Timed =
  | 'liveness'
  | 'work'
  | 'clock'
  | 'block'
  | 'answers_missing'
  | 'answers_held'
  | 'standing'
  | 'standing_read'
  | 'chain_cost'
  | 'chain_cost_ended'
  | 'workers'
  | 'verdict'
  | 'alert_mute';

type Shapes = {
  [Type in Exclude<OperatorEvent['type'], Timed>]: Readonly<
    Record<Exclude<keyof Extract<OperatorEvent, {type: Type}>, 'type' | 'seq' | 'at'>, Check>
  >;
};

/**
 * The fields of each event without times, and what each has to be. Thousands come in a second, so they are looked at in place.
 * Fields of a later version are let pass; a word that this version does not know is no event that it could show.
 */
const SHAPES: Shapes = {
  started: {
    nodeId: text,
    network: text,
    version: text,
    vrfPublicKey: text,
    workers: texts,
    pending: number,
  },
  warning: {code, message: text, next: absentOr(next)},
  listening: {what: oneOf(['public', 'callbacks', 'metrics']), url: text},
  connecting: {url: text},
  connected: {url: text},
  disconnected: {
    reason: text,
    retryInMs: maybe(number),
    refusal: absentOr(record({how: oneOf(['reply', 'close', 'http']), code: number, words: text})),
  },
  connect_repeated: {quietMs: number},
  frame_rejected: {reason: oneOf(REJECT_REASONS), code, message: text, count: number},
  frame_unsigned: {policy: text},
  hash_mismatch: {envelopeId: text},
  job_received: {job, signer: maybe(text)},
  job_duplicate: {job, state: text, count: number},
  job_sampled: {job, selected: flag, r: number, threshold: number},
  job_asked: {job, request: text, attempt: number},
  job_answered: {job, request: text, ms: number},
  job_retry: {job, code, message: text, retryInMs: number},
  job_listening: {job, code, message: text, attempts: number},
  job_unanswered: {job, reason: text, unfit: absentOr(flag)},
  job_asked_again: {job},
  job_checked: {job, verdict: oneOf(['ok', 'not_checked', 'refused']), code: absentOr(text), message: text},
  job_held: {job, code, message: text, then: text},
  job_released: {job},
  job_concluded: {job, outcome, reason: text},
  result_sent: {job, envelopeId: text, attempt: number},
  result_retry: {job, code, message: text, retryInMs: number},
  result_accepted: {job, ms: number, outcome},
  result_expired: {job},
  callback_refused: {why: oneOf(['unknown', 'already', 'invalid']), count: number},
  probe_answered: {via: oneOf(['http', 'websocket']), from: absentOr(text)},
  connections_refused: {code, count: number, from: maybe(text), fromCount: number},
  problem: {part: oneOf(OPERATOR_PARTS), code, message: text, next},
  recovered: {part: oneOf(OPERATOR_PARTS), afterMs: number},
  range: {
    start: text,
    end: text,
    max: text,
    block: maybe(text),
    source: oneOf(['chain', 'journal']),
    precision: absentOr(number),
  },
  signer_stats: {
    p50Ms: maybe(number),
    p95Ms: maybe(number),
    signatures: number,
    errors: number,
    windowMs: number,
  },
  minute: {...tally, inProgress: number, pending: number, uptimeMs: number},
  config_reloaded: {file: maybe(text), applied: texts, needRestart: texts},
  stopping: {reason, inProgress: number, graceMs: number},
  summary: {
    ...tally,
    pending: number,
    held: absentOr(number),
    heldJob: absentOr(maybe(number)),
    durationMs: number,
    reason,
    liveness: absentOr(maybe(isRecord)),
  },
};

const BY_TYPE: ReadonlyMap<string, Named> = new Map<string, Named>(Object.entries(SHAPES));

/**
 * Whether a value has the fields of its type of event.
 * @returns null: this version knows no such type, or it has a schema of its own
 */
export function hasEventShape(type: string, value: Readonly<Record<string, unknown>>): boolean | null {
  const shape = BY_TYPE.get(type);
  return shape === undefined ? null : fits(value, shape);
}

function fits(value: Readonly<Record<string, unknown>>, fields: Named): boolean {
  for (const name in fields) if (fields[name]?.(value[name]) === false) return false;
  return true;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
