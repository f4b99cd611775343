import {AosError} from '../../foundation/errors/error.ts';
import {type Clock} from '../../protocol/clock/vlc.ts';
import type {Reading} from '../../protocol/clock/readings.ts';
import {parseJson} from '../../protocol/wire/json.ts';
import {WORKER_KINDS, type VrfFields, type WorkerKind} from '../../protocol/wire/messages.ts';
import {rangeOfText} from '../../protocol/vrf/range-text.ts';
import type {SamplingRange} from '../../protocol/vrf/sampling.ts';
import type {Row} from './driver.ts';
import type {JobRecord, RequestEnd, RequestRecord} from './records.ts';
import {clockFromWire} from '../../protocol/wire/clock-field.ts';
import {JOB_OUTCOMES, JOB_STATES, type JobOutcome, type JobState} from '../events/job-states.ts';

/** A column that must hold text; one with a NUL in it is kept as a blob (driver.ts). */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  throw damaged(column);
}

export function maybeTextOf(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column);
}

export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw damaged(column);
}

export function maybeNumberOf(row: Row, column: string): number | null {
  return row[column] === null ? null : numberOf(row, column);
}

const REQUEST_ENDS = ['timeout', 'lost', 'invalid'] as const satisfies readonly RequestEnd[];

export function stateOf(row: Row): JobState {
  return oneOf(JOB_STATES, textOf(row, 'state'), 'state');
}

export function outcomeOf(row: Row): JobOutcome {
  return oneOf(JOB_OUTCOMES, textOf(row, 'outcome'), 'outcome');
}

/** @param element the job's own text in its frame */
export function jobOf(row: Row, element: string): JobRecord {
  return {
    seq: numberOf(row, 'seq'),
    key: {jobId: textOf(row, 'job_id'), tag: textOf(row, 'tag'), position: textOf(row, 'position')},
    state: stateOf(row),
    receivedAt: numberOf(row, 'received_at'),
    element,
    bornAge: row['born'] === null ? 0 : numberOf(row, 'born'),
    index: numberOf(row, 'frame_index'),
    kind: textOf(row, 'kind'),
    model: textOf(row, 'model'),
    vrf: row['vrf'] === null ? null : vrfOf(textOf(row, 'vrf')),
    range: rangeOf(row),
    outcome: row['outcome'] === null ? null : outcomeOf(row),
    content: row['content'] === null ? null : textOf(row, 'content'),
  };
}

export function requestOf(row: Row): RequestRecord {
  return {
    requestId: textOf(row, 'request_id'),
    seq: numberOf(row, 'seq'),
    kind: oneOf<WorkerKind>(WORKER_KINDS, textOf(row, 'kind'), 'kind'),
    attempt: numberOf(row, 'attempt'),
    askedAt: numberOf(row, 'asked_at'),
    worker:
      row['worker_url'] === null
        ? null
        : {url: textOf(row, 'worker_url'), nodeId: maybeTextOf(row, 'worker_node')},
    takenAt: row['taken_at'] === null ? null : numberOf(row, 'taken_at'),
    ended: row['ended'] === null ? null : oneOf(REQUEST_ENDS, textOf(row, 'ended'), 'ended'),
    answer: maybeTextOf(row, 'answer'),
  };
}

export function readingOf(row: Row): Reading {
  return {
    n: numberOf(row, 'n'),
    at: numberOf(row, 'at'),
    event: textOf(row, 'event'),
    ref: textOf(row, 'ref'),
    clock: clockOf(textOf(row, 'clock')),
    previous: textOf(row, 'previous'),
    hash: textOf(row, 'hash'),
  };
}

function clockOf(json: string): Clock {
  try {
    return clockFromWire(parseJson(Buffer.from(json)).value);
  } catch (error) {
    throw damaged('clock', error);
  }
}

/** The VRF fields as they are stored. */
export function vrfOf(json: string): VrfFields {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw damaged('vrf', error);
  }
  if (!isVrf(value)) throw damaged('vrf');
  return value;
}

const VRF_TEXTS = [
  'vrf_prompt_hash',
  'vrf_random_value',
  'vrf_verify_pubkey',
  'vrf_proof',
] as const satisfies readonly (keyof VrfFields)[];

export function isVrf(value: unknown): value is VrfFields {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map(Object.entries(value));
  return (
    typeof fields.get('selected') === 'boolean' &&
    VRF_TEXTS.every((name) => typeof fields.get(name) === 'string')
  );
}

export function oneOf<T extends string>(allowed: readonly T[], text: string, column: string): T {
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw damaged(column);
  return found;
}

function damaged(column: string, cause?: unknown): AosError {
  return new AosError('JOURNAL_UNREADABLE', `the journal holds a value in "${column}" that no aos writes`, {
    cause,
  });
}

/** The sampling range that is kept with a job; null where none is. */
export function rangeOf(row: Row): SamplingRange | null {
  return row['range'] === null ? null : (rangeOfText(textOf(row, 'range')) ?? null);
}
