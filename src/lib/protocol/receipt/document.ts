import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {jsonLine} from '../../foundation/text/safe-text.ts';
import type {Reading} from '../clock/readings.ts';
import {clockToWire, type Clock} from '../clock/vlc.ts';
import {clockFromWire} from '../wire/clock-field.ts';
import {isJsonNumber, isJsonObject, parseJson, type JsonObject, type JsonValue} from '../wire/json.ts';
import {vrfJson} from '../vrf/vrf-json.ts';
import {WORKER_KINDS, type VrfFields} from '../wire/messages.ts';
import {bytesForm, bytesOf} from './bytes-form.ts';
import type {Receipt, ReceiptAnswer, ReceiptProof, ReceiptRange} from './receipt.ts';

/** What a receipt begins with; another form of it is another number. */
export const RECEIPT_SCHEMA = 'aos.receipt/1';
/** A receipt holds the whole message of the dispatcher, which has at most 64 MiB; one with more than this is not made. */
export const MOST_RECEIPT_BYTES = 64 * 1024 * 1024;

/** Most readings of a receipt. */
const MOST_READINGS = 1_000;

/**
 * Writes a receipt as a JSON document in ASCII, the same bytes for the same receipt. A text from outside is in it byte for byte,
 * or as base64 where it is no UTF-8.
 */
export function writeReceipt({operator, frame, vrf, range, clock, result, worker, ...rest}: Receipt): string {
  const {readings, reply} = rest;
  const document = {
    schema: RECEIPT_SCHEMA,
    operator,
    frame: frame === null ? null : {index: frame.index, message: bytesForm(frame.bytes)},
    vrf: vrfJson(vrf),
    range,
    clock: {
      before: clock.before === null ? null : clockToWire(clock.before),
      after: clockToWire(clock.after),
    },
    result: bytesForm(result),
    worker:
      worker === null
        ? null
        : {
            ...worker,
            body: bytesForm(worker.body),
            proof: worker.proof === null ? null : {...worker.proof, bytes: bytesForm(worker.proof.bytes)},
          },
    readings: readings.map(({clock: reading, ...fields}) => ({...fields, clock: clockToWire(reading)})),
    reply: reply === null ? null : bytesForm(reply),
  };
  return `${ascii(jsonLine(document, 2))}\n`;
}

/** The same JSON in ASCII: no terminal, mail program or locale changes it on its way. */
function ascii(json: string): string {
  return json.replace(
    /[^\u0000-\u007f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Reads a receipt. Every member has to be there, and no other; a number or a text has one spelling.
 * @throws AosError RECEIPT_INVALID
 */
export function readReceipt(bytes: Uint8Array): Receipt {
  if (bytes.length === 0) throw invalid('is empty');
  if (bytes.length > MOST_RECEIPT_BYTES) throw invalid(`has more than ${MOST_RECEIPT_BYTES} bytes`);
  try {
    return receiptIn(parseJson(bytes).value);
  } catch (error) {
    if (!isAosError(error) || error.code === 'RECEIPT_INVALID') throw error;
    throw new AosError('RECEIPT_INVALID', `it is not JSON as a receipt has it: ${error.message}`, {
      cause: error,
    });
  }
}

function receiptIn(value: JsonValue): Receipt {
  const schema = isJsonObject(value) ? value.get('schema') : undefined;
  if (typeof schema !== 'string') throw invalid('is no receipt');
  if (schema !== RECEIPT_SCHEMA)
    throw new AosError(
      'RECEIPT_INVALID',
      `it is of another version: it says ${JSON.stringify(schema.slice(0, 40))}, and this aos reads ${RECEIPT_SCHEMA}`,
      {next: say('Check it with the version of aos that made it, or with the newest one.')},
    );
  const document = members(value, 'the receipt', MEMBERS);
  const clock = members(document('clock'), 'clock', ['before', 'after']);
  return {
    operator: text(document('operator'), 'operator'),
    frame: orNull(document('frame'), (frame) => {
      const field = members(frame, 'frame', ['index', 'message']);
      return {index: whole(field('index'), 'frame.index'), bytes: bytesOf(field('message'), 'frame.message')};
    }),
    vrf: vrfIn(document('vrf')),
    range: orNull(document('range'), rangeIn),
    clock: {before: orNull(clock('before'), clockIn), after: clockIn(clock('after'))},
    result: bytesOf(document('result'), 'result'),
    worker: orNull(document('worker'), workerIn),
    readings: list(document('readings'), 'readings').map(readingIn),
    reply: orNull(document('reply'), (reply) => bytesOf(reply, 'reply')),
  };
}

const MEMBERS = [
  'schema',
  'operator',
  'frame',
  'vrf',
  'range',
  'clock',
  'result',
  'worker',
  'readings',
  'reply',
];
const VRF_MEMBERS = ['selected', 'vrfPromptHash', 'vrfRandomValue', 'vrfPublicKey', 'vrfProof'];
const READING_MEMBERS = ['n', 'at', 'event', 'ref', 'clock', 'previous', 'hash'];

function vrfIn(value: JsonValue): VrfFields {
  const field = members(value, 'vrf', VRF_MEMBERS);
  const selected = field('selected');
  if (typeof selected !== 'boolean') throw invalid('says neither true nor false at vrf.selected');
  return {
    selected,
    vrf_prompt_hash: text(field('vrfPromptHash'), 'vrf.vrfPromptHash'),
    vrf_random_value: text(field('vrfRandomValue'), 'vrf.vrfRandomValue'),
    vrf_verify_pubkey: text(field('vrfPublicKey'), 'vrf.vrfPublicKey'),
    vrf_proof: text(field('vrfProof'), 'vrf.vrfProof'),
  };
}

function rangeIn(value: JsonValue): ReceiptRange {
  const field = members(value, 'range', ['start', 'end', 'max', 'precision']);
  return {
    start: decimal(field('start'), 'range.start'),
    end: decimal(field('end'), 'range.end'),
    max: decimal(field('max'), 'range.max'),
    precision: whole(field('precision'), 'range.precision'),
  };
}

function workerIn(value: JsonValue): ReceiptAnswer {
  const field = members(value, 'worker', ['kind', 'body', 'proof', 'askedAt', 'answeredAt']);
  const kind = WORKER_KINDS.find((one) => one === field('kind'));
  if (kind === undefined) throw invalid('has a worker of no kind');
  return {
    kind,
    body: bytesOf(field('body'), 'worker.body'),
    proof: orNull(field('proof'), proofIn),
    askedAt: orNull(field('askedAt'), (at) => whole(at, 'worker.askedAt')),
    answeredAt: orNull(field('answeredAt'), (at) => whole(at, 'worker.answeredAt')),
  };
}

function proofIn(value: JsonValue): ReceiptProof {
  const field = members(value, 'worker.proof', ['bytes', 'vkSha256', 'settingsSha256', 'srsSha256']);
  return {
    bytes: bytesOf(field('bytes'), 'worker.proof.bytes'),
    vkSha256: sha256(field('vkSha256'), 'worker.proof.vkSha256'),
    settingsSha256: orNull(field('settingsSha256'), (one) => sha256(one, 'worker.proof.settingsSha256')),
    srsSha256: orNull(field('srsSha256'), (one) => sha256(one, 'worker.proof.srsSha256')),
  };
}

function readingIn(value: JsonValue): Reading {
  const field = members(value, 'readings', READING_MEMBERS);
  return {
    n: whole(field('n'), 'readings.n'),
    at: whole(field('at'), 'readings.at'),
    event: text(field('event'), 'readings.event'),
    ref: text(field('ref'), 'readings.ref'),
    clock: clockIn(field('clock')),
    previous: text(field('previous'), 'readings.previous'),
    hash: text(field('hash'), 'readings.hash'),
  };
}

const clockIn = (value: JsonValue): Clock => clockFromWire(value);

/** The members of an object that has these and no others. */
function members(value: JsonValue, path: string, names: readonly string[]): (name: string) => JsonValue {
  if (!isJsonObject(value)) throw invalid(`has no object at ${path}`);
  const object: JsonObject = value;
  const missing = names.find((name) => !object.has(name));
  if (missing !== undefined) throw invalid(`has no ${missing} in ${path}`);
  if (object.size !== names.length) throw invalid(`has a member in ${path} that no receipt has`);
  return (name) => object.get(name) ?? null;
}

function orNull<T>(value: JsonValue, read: (value: JsonValue) => T): T | null {
  return value === null ? null : read(value);
}

function list(value: JsonValue, path: string): JsonValue[] {
  if (!Array.isArray(value) || value.length > MOST_READINGS)
    throw invalid(`has no list of at most ${MOST_READINGS} at ${path}`);
  return value;
}

function text(value: JsonValue, path: string): string {
  if (typeof value !== 'string') throw invalid(`has no text at ${path}`);
  return value;
}

function sha256(value: JsonValue, path: string): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value;
  throw invalid(`has no SHA-256 at ${path}`);
}

function whole(value: JsonValue, path: string): number {
  if (isJsonNumber(value) && /^(?:0|[1-9]\d{0,15})$/.test(value.text)) return Number(value.text);
  throw invalid(`has no whole number at ${path}`);
}

function decimal(value: JsonValue, path: string): bigint {
  if (typeof value === 'string' && /^(?:0|[1-9]\d{0,77})$/.test(value)) return BigInt(value);
  throw invalid(`has no decimal text at ${path}`);
}

function invalid(what: string): AosError {
  return new AosError('RECEIPT_INVALID', `it ${what}`);
}
