import {createHash} from 'node:crypto';
import {readCbor} from './cbor.ts';

/** What one party signed (COSE_Sign1, RFC 9052 section 4.2). */
export type CoseSign1 = {
  payload: Uint8Array;
  /** r and s, 48 bytes each. */
  signature: Uint8Array;
  /** The bytes that the signature covers. */
  signed: Uint8Array;
  /** SHA-256 of these, lower-case hex. */
  sha256: string;
};

/** {1: -35}: ES384, the only header of a Nitro document. */
const ES384_HEADER = Buffer.from('a1013822', 'hex');
const ES384_SIGNATURE_BYTES = 96;
/** Tag 18 of COSE_Sign1, which may stand before it. */
const TAG = 0xd2;

/**
 * Reads the outer form of a Nitro document.
 * @throws Error what is wrong
 */
export function readCoseSign1(bytes: Uint8Array): CoseSign1 {
  const list = listOf(readCbor(bytes[0] === TAG ? bytes.subarray(1) : bytes, 'length'));
  if (list?.length !== 4) throw new Error('it is no list of four');
  const [header, open, payload, signature] = list;
  if (!(header instanceof Uint8Array) || !ES384_HEADER.equals(header))
    throw new Error('its protected header is not {1: -35} (ES384)');
  if (!(open instanceof Map) || open.size > 0) throw new Error('its unprotected header is not empty');
  if (!(payload instanceof Uint8Array)) throw new Error('its payload is no byte string');
  if (!(signature instanceof Uint8Array) || signature.length !== ES384_SIGNATURE_BYTES)
    throw new Error(`its signature has not ${ES384_SIGNATURE_BYTES} bytes`);
  const signed = Buffer.concat([SIGNED_HEAD, lengthOf(payload.length), payload]);
  return {payload, signature, signed, sha256: createHash('sha256').update(signed).digest('hex')};
}

function listOf(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

/** ["Signature1", {1: -35}, '', payload] as CBOR, up to the payload's length. */
const SIGNED_HEAD = Buffer.concat([
  Buffer.from([0x84, 0x6a]),
  Buffer.from('Signature1'),
  Buffer.from([0x44]),
  ES384_HEADER,
  Buffer.from([0x40]),
]);

/** The head of a byte string, in its shortest form. */
function lengthOf(length: number): Buffer {
  if (length < 24) return Buffer.from([0x40 | length]);
  if (length < 256) return Buffer.from([0x58, length]);
  return Buffer.from([0x59, length >> 8, length & 255]);
}
