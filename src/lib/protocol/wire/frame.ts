import type {Slices} from '../../foundation/async/slices.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {detached} from './detached.ts';
import {BLANKED, envelopeOf, isUsableId, spanOf, verifySigned, type Verification} from './envelope.ts';
import {scanFrame, type ByteSpan, type ScannedElement} from './frame-scan.ts';
import {isJsonNumber, isJsonObject, parseJson, type JsonObject, type JsonValue} from './json.ts';

/** A request of the peer as it came: its bytes, and where its jobs are in them. */
export type RequestFrame = {
  id: string;
  method: string | null;
  /** The address that the sender claims. */
  address: string;
  hash: string;
  signature: string;
  /** Exactly as received. */
  bytes: Uint8Array;
  /** The elements of its params; null when those are no array. */
  elements: readonly ScannedElement[] | null;
  /** Places in `bytes` of the values that signing leaves blank. */
  blanks: {hash: ByteSpan; signature: ByteSpan};
};

/**
 * A frame of the peer: a request, which its sender has to prove, or the response to a request of ours, which is bound to
 * the unguessable id of that request and needs no proof. `reply` is null when the response says no code.
 */
export type Incoming =
  | {kind: 'request'; frame: RequestFrame}
  | {kind: 'response'; id: string; reply: {code: number; message: string} | null};

/** Most bytes of a frame without its params: an envelope has some hundred, and a reply may say why at some length. */
const MAX_ENVELOPE = 1024 * 1024;

const RESPONSE_FIELDS = ['result', 'error', 'code', 'message'] as const;

/**
 * Reads one frame that may be a request or a response: a scan over the bytes finds its parts, and only what is beside
 * `params` is built. A response needs no more than its id: some dispatchers leave out `address`, `hash` and `signature`
 * when they refuse, and put `code` and `message` beside the id.
 * @throws AosError FRAME_* | ENVELOPE_INVALID (`details.id` is the id of a request where it has a usable one;
 *   `details.isResponse` when what came is a response)
 */
export function* readFrame(bytes: Uint8Array): Slices<Incoming> {
  const {members, elements} = yield* scanFrame(bytes);
  const parsed = parseJson(withoutParams(bytes, members.get('params')), BLANKED);
  if (isResponse(parsed.value)) {
    const id = parsed.value.get('id');
    if (typeof id !== 'string' || !isUsableId(id))
      throw new AosError('ENVELOPE_INVALID', 'a response without an id', {details: {isResponse: true}});
    return {kind: 'response', id: detached(id), reply: replyOf(parsed.value)};
  }
  const {id, method, address, hash, signature} = envelopeOf(parsed);
  const blanks = {hash: spanOf(members, 'hash'), signature: spanOf(members, 'signature')};
  return {kind: 'request', frame: {id, method, address, hash, signature, bytes, elements, blanks}};
}

/** The same as `verifyEnvelope`, over the bytes of a request. */
export function verifyFrame(frame: RequestFrame): Slices<Verification> {
  return verifySigned(frame, frame.blanks.signature, () => signedParts(frame));
}

/** The bytes as received, with both values blanked in either order. */
function signedParts({bytes, blanks: {hash, signature}}: RequestFrame): Uint8Array[] {
  const [first, second] = hash.start < signature.start ? [hash, signature] : [signature, hash];
  const blank = Buffer.from('""');
  return [
    bytes.subarray(0, first.start),
    blank,
    bytes.subarray(first.end, second.start),
    blank,
    bytes.subarray(second.end),
  ];
}

/** The frame with `null` for its params. @throws AosError FRAME_TOO_LARGE */
function withoutParams(bytes: Uint8Array, params: ByteSpan | undefined): Uint8Array {
  const size = params === undefined ? bytes.length : bytes.length - (params.end - params.start);
  if (size > MAX_ENVELOPE)
    throw new AosError('FRAME_TOO_LARGE', `${size} bytes beside its params, more than ${MAX_ENVELOPE}`);
  if (params === undefined) return bytes;
  return Buffer.concat([bytes.subarray(0, params.start), Buffer.from('null'), bytes.subarray(params.end)]);
}

/** A frame without a method that says something: nothing of it is a request, so it is never answered. */
function isResponse(value: JsonValue): value is JsonObject {
  if (!isJsonObject(value) || (value.get('method') ?? null) !== null) return false;
  return RESPONSE_FIELDS.some((name) => (value.get(name) ?? null) !== null);
}

/** What a response says in `result`, in `error` or beside the id; a message that is not a string reads as ''. */
function replyOf(frame: JsonObject): {code: number; message: string} | null {
  for (const said of [frame.get('result'), frame.get('error'), frame]) {
    if (!isJsonObject(said)) continue;
    const code = said.get('code');
    if (!isJsonNumber(code) || !Number.isSafeInteger(Number(code.text))) continue;
    const message = said.get('message');
    return {code: Number(code.text), message: typeof message === 'string' ? message : ''};
  }
  return null;
}
