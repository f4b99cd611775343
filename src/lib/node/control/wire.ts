import * as v from 'valibot';
import {AosError} from '../../foundation/errors/error.ts';
import {hasEventShape} from './event-shapes.ts';
import type {OperatorEvent} from '../events/events.ts';
import type {OperatorView} from '../events/view.ts';
import {withIsoTimes} from '../events/lines.ts';
import {jsonLine} from '../../foundation/text/safe-text.ts';
import {
  blockFields,
  clockFields,
  count,
  livenessFields,
  heldFields,
  missingFields,
  muteFields,
  optionalText,
  text,
  time,
  viewSchema,
  workFields,
} from './view-schema.ts';
import {nextStepSchema as nextStep} from '../events/next-step-schema.ts';
import {
  costEndFields,
  costFields,
  standingFields,
  standingReadFields,
  verdictFields,
  workersFields,
} from './standing-schema.ts';

/**
 * The version of the control socket's protocol, MAJOR.MINOR. Both sides send lines of JSON. The server sends `hello`, then
 * `snapshot`, then (since 1.1) `history`, the earlier events that a log shows, then the events of `aos run --json`. A
 * slow reader gets `gap` and a new `snapshot`; a command gets `reply`. Since 1.2 `worker-check` has the workers checked, and `retry`
 * has jobs asked about again. Since 1.3 the view has what the chain says of the operator, its workers, and its verdict. Since
 * 1.4 `hello` names the run of the journal. Since 1.5 `stop`, `drain`, `drain-end`, `drain-state` and `reload` are commands. Since
 * 1.6 the view says until when alerts are muted and how many answers are held, and `release` delivers a held one. Both sides ignore unknown fields and unknown types of lines, and refuse another major version.
 */
export const CONTROL_PROTOCOL = '1.6';

/** The first line of the server. */
export type ControlHello = {
  protocol: string;
  version: string;
  nodeId: string;
  network: string;
  host: string;
  pid: number;
  /** The id of the pointer beside the journal that it works with; null: it wrote none. */
  journal: string | null;
  /** The absolute path of its configuration file; null or absent: none, or an earlier version. */
  config?: string | null;
};

/** A line from the server to the client. */
export type ControlLine =
  | {type: 'hello'; hello: ControlHello}
  | {type: 'snapshot'; view: OperatorView}
  | {type: 'history'; events: readonly OperatorEvent[]}
  | {type: 'gap'; dropped: number}
  | {type: 'reply'; id: string | null; result: unknown; error: {code: string; message: string} | null}
  | {type: 'event'; event: OperatorEvent};

export type ControlCommand =
  | 'ping'
  | 'snapshot'
  /** Ends the operator as SIGTERM does. */
  | 'stop'
  /** Drains the node, ends the drain, and says how far it is: each is answered with the state of the drain. */
  | 'drain'
  | 'drain-end'
  | 'drain-state'
  /** Takes over the configuration file, as SIGHUP does. */
  | 'reload'
  /** Checks the workers of a kind, with a request for this model and prompt. */
  | {command: 'worker-check'; args: {kind: string; model: string; prompt: string}}
  /** Has jobs asked about again: their numbers in the journal, at most {@link MOST_RETRIED}, with commas between. */
  | {command: 'retry'; args: {jobs: string}}
  /** Delivers the held answer of a job: its number in the journal, and the answer that was shown, as `ATTEMPT@MS` (Unix ms). */
  | {command: 'release'; args: {job: string; answer: string}};

/** A command is a line of at most 16 KiB. */
export const MOST_RETRIED = 500;

/** What a command is about, by name. */
export type ControlArgs = Readonly<Record<string, string>>;

/** Formats the first line of the server. */
export function helloLine(hello: ControlHello): string {
  return jsonLine({type: 'hello', ...hello});
}

/** Formats the whole view with the `seq` of its last event; times are RFC 3339. */
export function snapshotLine(view: OperatorView): string {
  return jsonLine({type: 'snapshot', seq: view.seq, view: viewJson(view)});
}

/** Formats the history. @param lines from {@link eventLine}, oldest first */
export function historyLine(lines: readonly string[]): string {
  return `{"type":"history","events":[${lines.join(',')}]}`;
}

/** Returns the view as a JSON value with RFC 3339 times. */
export function viewJson(view: OperatorView): unknown {
  return withIsoTimes(view);
}

const helloSchema = v.object({
  protocol: v.pipe(text, v.regex(/^\d{1,4}\.\d{1,4}$/)),
  version: text,
  nodeId: text,
  network: text,
  host: text,
  pid: count,
  // Since 1.4.
  journal: v.optional(optionalText, null),
  // Since 1.5.
  config: v.optional(optionalText, null),
});

const typedSchema = v.object({type: text});
const snapshotSchema = v.object({view: viewSchema});
const historySchema = v.object({events: v.array(v.unknown())});
const gapSchema = v.object({dropped: count});
const replySchema = v.object({
  id: optionalText,
  result: v.optional(v.unknown()),
  error: v.optional(v.nullable(v.object({code: text, message: text})), null),
});
const eventFields = {type: text, seq: v.pipe(v.number(), v.integer(), v.minValue(1)), at: time};
/** Events with nested values. */
const timedEvents: ReadonlyMap<string, v.GenericSchema> = new Map<string, v.GenericSchema>([
  ['liveness', v.looseObject({...eventFields, ...livenessFields})],
  ['work', v.looseObject({...eventFields, ...workFields})],
  ['clock', v.looseObject({...eventFields, ...clockFields})],
  ['block', v.looseObject({...eventFields, ...blockFields})],
  ['answers_missing', v.looseObject({...eventFields, kinds: v.array(v.object(missingFields))})],
  ['answers_held', v.looseObject({...eventFields, ...heldFields})],
  ['standing', v.looseObject({...eventFields, ...standingFields})],
  ['standing_read', v.looseObject({...eventFields, ...standingReadFields})],
  ['chain_cost', v.looseObject({...eventFields, ...costFields})],
  ['chain_cost_ended', v.looseObject({...eventFields, ...costEndFields})],
  ['workers', v.looseObject({...eventFields, ...workersFields})],
  ['alert_mute', v.looseObject({...eventFields, ...muteFields})],
  ['verdict', v.looseObject({...eventFields, ...verdictFields})],
  ['problem', v.looseObject({...eventFields, next: nextStep})],
  ['warning', v.looseObject({...eventFields, next: v.exactOptional(nextStep)})],
  [
    'summary',
    v.looseObject({...eventFields, liveness: v.optional(v.nullable(v.object(livenessFields)), null)}),
  ],
]);

/**
 * Reads one line of the server.
 * @returns null for a type of line that this version does not know
 * @throws AosError CONTROL_BROKEN
 */
export function readControlLine(line: string): ControlLine | null {
  const value = parsed(line);
  const {type} = check(typedSchema, value);
  switch (type) {
    case 'hello':
      return {type, hello: check(helloSchema, value)};
    case 'snapshot':
      return {type, view: check(snapshotSchema, value).view};
    case 'gap':
      return {type, dropped: check(gapSchema, value).dropped};
    case 'reply': {
      const {id, result, error} = check(replySchema, value);
      return {type, id, result, error};
    }
    case 'history': {
      const {events} = check(historySchema, value);
      return {type, events: events.flatMap((event) => readEvent(event) ?? [])};
    }
    default: {
      const event = readEvent(value);
      return event === null ? null : {type: 'event', event};
    }
  }
}

/** Reads an event; null when the value is none. Thousands arrive in a second, so common ones are checked without a copy. */
function readEvent(value: unknown): OperatorEvent | null {
  if (!isRecord(value)) return null;
  const {type, seq, at} = value;
  if (typeof type !== 'string' || typeof at !== 'string') return null;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) return null;
  if (hasEventShape(type, value) === false) return null;
  const timed = timedEvents.get(type);
  if (timed === undefined) {
    // A type of a later version has no line here.
    if (hasEventShape(type, value) === null) return null;
    const ms = Date.parse(at);
    if (!ISO_TIME.test(at) || Number.isNaN(ms)) return null;
    value['at'] = ms;
  }
  const event = timed === undefined ? {success: true, output: value} : v.safeParse(timed, value);
  // Its shape, or its schema, is that of our union.
  return event.success ? (event.output as OperatorEvent) : null;
}

/** The format of `eventLine`; `Date.parse` alone accepts many other texts. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Checks that both sides have the same major version. @throws AosError CONTROL_VERSION */
export function requireProtocol({protocol, version, pid}: ControlHello): void {
  const major = (text: string): string => text.split('.')[0] ?? '';
  if (major(protocol) === major(CONTROL_PROTOCOL)) return;
  throw new AosError(
    'CONTROL_VERSION',
    `the running operator (aos ${version}, pid ${pid}) speaks control protocol ${protocol}, this aos ${CONTROL_PROTOCOL}`,
  );
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new AosError('CONTROL_BROKEN', 'the control socket sent a line that is not JSON');
  }
}

function check<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? 'the line';
  throw new AosError(
    'CONTROL_BROKEN',
    `the control socket sent a line whose ${path} is not what it should be`,
  );
}

const requestSchema = v.object({
  id: v.pipe(text, v.maxLength(100)),
  command: text,
  args: v.optional(v.record(text, text), {}),
});

/** Reads a command of a client; null when the line is none. */
export function readRequest(line: string): {id: string; command: string; args: ControlArgs} | null {
  try {
    const result = v.safeParse(requestSchema, JSON.parse(line));
    return result.success ? result.output : null;
  } catch {
    return null; // not JSON
  }
}
