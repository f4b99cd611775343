import {atOnce, type Slices} from '../../foundation/async/slices.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {detached} from './detached.ts';
import {eip191Prefix, fromHex, isAddress, sameAddress, toHex} from './ethereum.ts';
import {recoverAddress} from './key-address.ts';
import {keccak256, keccak256Of} from './keccak.ts';
import {
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonSpan,
  type JsonValue,
  type ParsedJson,
} from './json.ts';

/**
 * One frame between operator and dispatcher (docs/protocol.md#envelope). `method`, `params`, `result` are null when
 * left out.
 */
export type Envelope = {
  id: string;
  /** Null in a response. */
  method: string | null;
  params: JsonValue;
  result: JsonValue;
  /** The address that the sender claims. */
  address: string;
  hash: string;
  signature: string;
  /** The frame exactly as received. */
  text: string;
  /** Positions in `text` of the values that signing leaves blank. */
  blanks: {hash: JsonSpan; signature: JsonSpan};
};

/** Whether `address` signed the envelope. `hashMatches` is for information only. */
export type Verification =
  | {state: 'unsigned'}
  | {state: 'signed'; signer: string; hashMatches: boolean}
  | {state: 'invalid'; reason: string};

/** The content of an envelope of ours; `params` and `result` are raw JSON texts. */
export type Draft = {id: string; method: string | null; params: string; result: string; address: string};

export type UnsignedEnvelope = {
  /** The bytes to sign by EIP-191. */
  message: Uint8Array;
  /**
   * The frame's text with hash and signature put in.
   * @throws AosError BUG unless `signature` is 130 hex digits
   */
  seal(signature: string): string;
};

/** What we send: 65 bytes, the last one v = 27 or 28; upper and lower case. */
const SIGNATURE = /^[0-9a-f]{128}1[bc]$/i;
/** What we accept: with 0x too, and with v = 0 or 1; the published programs send and accept these forms. */
const ACCEPTED_SIGNATURE = /^(?:0x)?[0-9a-f]{128}(?:1[bc]|0[01])$/i;

/** The members that are blank in what is signed. */
export const BLANKED = ['hash', 'signature'] as const;

/** Our signed answers repeat the id, so its length is limited; the network's ids have 36 characters. */
const MAX_ID = 1024;

/**
 * Reads one frame into a checked envelope. It keeps the text, because the signature covers the bytes as received.
 * @throws AosError FRAME_* | ENVELOPE_INVALID (`details.id` is the frame's id where it has a usable one)
 */
export function parseEnvelope(frame: Uint8Array): Envelope {
  return envelopeOf(parseJson(frame, BLANKED));
}

/** The checked fields of a parsed envelope. @throws AosError ENVELOPE_INVALID */
export function envelopeOf({value, text, topLevel}: ParsedJson): Envelope {
  if (!isJsonObject(value)) throw new AosError('ENVELOPE_INVALID', 'the frame is not a JSON object');
  const id = stringField(value, 'id');
  if (!isUsableId(id)) throw invalid(value, 'id', `a string of 1 to ${MAX_ID} characters`);
  const method = value.get('method') ?? null;
  if (method !== null && typeof method !== 'string') throw invalid(value, 'method', 'a string or null');
  return {
    id: detached(id),
    method,
    params: value.get('params') ?? null,
    result: value.get('result') ?? null,
    address: stringField(value, 'address'),
    hash: stringField(value, 'hash'),
    signature: stringField(value, 'signature'),
    text,
    blanks: {hash: spanOf(topLevel, 'hash'), signature: spanOf(topLevel, 'signature')},
  };
}

function stringField(frame: JsonObject, name: string): string {
  const value = frame.get(name);
  if (typeof value !== 'string') throw invalid(frame, name, 'a string');
  return value;
}

function invalid(frame: JsonObject, name: string, expected: string): AosError {
  const id = frame.get('id');
  const knownId = typeof id === 'string' && isUsableId(id) ? {id} : {};
  const found = frame.has(name) ? 'is not' : 'is missing; expected';
  return new AosError('ENVELOPE_INVALID', `${name} ${found} ${expected}`, {
    details: {field: name, ...knownId},
  });
}

export function isUsableId(id: string): boolean {
  return id !== '' && id.length <= MAX_ID;
}

export function spanOf(topLevel: ReadonlyMap<string, JsonSpan>, name: string): JsonSpan {
  const span = topLevel.get(name);
  if (span === undefined) throw new AosError('BUG', `no place recorded for ${name}`);
  return span;
}

/**
 * Recovers the signer of an envelope from the bytes as received, with the values of `hash` and `signature` blanked, and
 * compares it with `address`. A signature has one valid value: no high s, and no escapes in its text. Its hex may begin
 * with 0x, and its v may be 0 or 1 for 27 or 28.
 */
export function verifyEnvelope(envelope: Envelope): Verification {
  return atOnce(verifySigned(envelope, envelope.blanks.signature, () => [signedBytes(envelope)]));
}

/** The same of what claims to be signed: `span` is the place of its signature, `message` gives the parts of what is signed. */
export function* verifySigned(
  {signature, address, hash}: Pick<Envelope, 'signature' | 'address' | 'hash'>,
  span: {start: number; end: number},
  message: () => readonly Uint8Array[],
): Slices<Verification> {
  if (signature === '') return {state: 'unsigned'};
  if (!ACCEPTED_SIGNATURE.test(signature)) {
    return {state: 'invalid', reason: 'signature is not 130 hex digits that end in 1b, 1c, 00 or 01'};
  }
  if (span.end - span.start !== signature.length + 2) {
    return {state: 'invalid', reason: 'signature is written with escapes'};
  }
  if (!isAddress(address))
    return {state: 'invalid', reason: 'signed, but address is not an Ethereum address'};
  const bytes = withV27(fromHex(signature));
  const parts = message();
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const digest = yield* keccak256Of([eip191Prefix(length), ...parts]);
  const signer = bytes === null ? null : recoverAddress(digest, bytes);
  if (signer === null) return {state: 'invalid', reason: 'signature is not one of secp256k1 with a low s'};
  if (!sameAddress(signer, address)) {
    return {state: 'invalid', reason: `signed by ${signer}, but address is ${address}`};
  }
  // Some senders leave the hash blank; a blank hash counts as matching.
  const hashMatches = hash === '' || hash.toLowerCase() === toHex(yield* keccak256Of(parts));
  return {state: 'signed', signer, hashMatches};
}

/** The signature with v 27 or 28, however it was written. */
function withV27(signature: Uint8Array | null): Uint8Array | null {
  const v = signature?.[64];
  if (signature === null || v === undefined || v > 1) return signature;
  const written = Uint8Array.from(signature);
  written[64] = v + 27;
  return written;
}

/** The text as received, with both values blanked in either order, as UTF-8. */
function signedBytes({text, blanks: {hash, signature}}: Envelope): Uint8Array {
  const [first, second] = hash.start < signature.start ? [hash, signature] : [signature, hash];
  return Buffer.from(
    `${text.slice(0, first.start)}""${text.slice(first.end, second.start)}""${text.slice(second.end)}`,
  );
}

/**
 * Writes an envelope of ours, compact and in field order (docs/protocol.md#signing-a-frame): sign `message`, then call `seal`.
 *
 * @example
 * const {message, seal} = draftEnvelope({id: '1', method: 'connect', params, result: 'null', address})
 * connection.send(seal(await signer.sign(message)))
 */
export function draftEnvelope(draft: Draft): UnsignedEnvelope {
  const head =
    `{"id":${JSON.stringify(draft.id)},"method":${JSON.stringify(draft.method)},"params":${draft.params},` +
    `"result":${draft.result},"address":${JSON.stringify(draft.address)},"hash":"`;
  const message = Buffer.from(`${head}","signature":""}`);
  const seal = (signature: string): string => {
    if (!SIGNATURE.test(signature))
      throw new AosError('BUG', 'the signature to seal with is not 130 hex digits');
    return `${head}${toHex(keccak256(message))}","signature":"${signature}"}`;
  };
  return {message, seal};
}
