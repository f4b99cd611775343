import {
  isJsonObject,
  parseJson,
  writeJson,
  type JsonObject,
  type JsonValue,
} from '../../lib/protocol/wire/json.ts';
import type {Claim} from './store.ts';

/** A text message that is an envelope for the published dispatcher. */
export type Frame = {
  readonly id: string;
  /** Null in a response. */
  readonly method: string | null;
  readonly params: JsonValue;
  readonly result: JsonValue;
  readonly address: string;
  readonly signature: string;
};

/**
 * Reads a message as the published dispatcher does: `id`, `address`, `hash` and `signature` are texts, `method` is a
 * text, null or absent, `params` and `result` are anything or absent, and other members are passed over.
 * @returns null for everything else
 */
export function readFrame(bytes: Uint8Array): Frame | null {
  let value: JsonValue;
  try {
    ({value} = parseJson(bytes));
  } catch {
    return null; // no JSON: the published dispatcher passes over it
  }
  if (!isJsonObject(value)) return null;
  const [id, address, hash, signature] = ['id', 'address', 'hash', 'signature'].map((name) =>
    value.get(name),
  );
  const method = value.get('method') ?? null;
  if (typeof id !== 'string' || typeof address !== 'string') return null;
  if (typeof hash !== 'string' || typeof signature !== 'string') return null;
  if (method !== null && typeof method !== 'string') return null;
  return {
    id,
    method,
    params: value.get('params') ?? null,
    result: value.get('result') ?? null,
    address,
    signature,
  };
}

/** The bytes that the newest version verifies: not the text that came, but its own writing of it. */
export function signedBytes(frame: Frame): Uint8Array {
  const text = JSON.stringify;
  return Buffer.from(
    `{"id":${text(frame.id)},"method":${text(frame.method)},"params":${writeJson(frame.params)}` +
      `,"result":${writeJson(frame.result)},"address":${text(frame.address)},"hash":"","signature":""}`,
  );
}

/** Reads the first element of `connect`; null when one of its three texts is missing. */
export function readConnect(params: JsonValue): {operator: string; workers: string[]} | null {
  const first = firstOf(params);
  const operator = first?.get('operator');
  if (first === null || typeof operator !== 'string') return null;
  if (typeof first.get('hash') !== 'string' || typeof first.get('signature') !== 'string') return null;
  const workers = first.get('workers');
  const known = Array.isArray(workers) ? workers : [];
  return {operator, workers: known.filter((worker) => typeof worker === 'string')};
}

/** Reads the first element of `job_result`; null when something that has to be there is missing. */
export function readClaim(params: JsonValue): Claim | null {
  const first = firstOf(params);
  if (first === null) return null;
  const [jobId, operator, signature] = ['job_id', 'operator', 'signature'].map((name) => first.get(name));
  const result = first.get('result');
  if (typeof jobId !== 'string' || typeof operator !== 'string' || typeof signature !== 'string') return null;
  if (result === undefined) return null;
  const [tag, user, reason] = ['tag', 'user', 'reason'].map((name) => first.get(name) ?? '');
  if (typeof tag !== 'string' || typeof user !== 'string') return null;
  const vrf = first.get('vrf') ?? null;
  const clock = first.get('clock') ?? null;
  return {
    jobId,
    tag,
    operator,
    result: writeJson(result),
    vrf: writeJson(vrf),
    clock: clock === null ? null : writeJson(clock),
    signature,
    selected: isJsonObject(vrf) && vrf.get('selected') === true,
    reason: typeof reason === 'string' ? reason : '',
  };
}

function firstOf(params: JsonValue): JsonObject | null {
  const first = Array.isArray(params) ? params[0] : undefined;
  return isJsonObject(first) ? first : null;
}

/** The code of an operator's answer to `dispatch_job`, which the published dispatcher does not read; 0: there is none. */
export function replyCode(result: JsonValue): number {
  const code = isJsonObject(result) ? result.get('code') : undefined;
  return typeof code === 'object' && code !== null && 'text' in code ? Number(code.text) : 0;
}
