import {isUtf8} from 'node:buffer';
import {AosError} from '../../foundation/errors/error.ts';
import {isJsonObject, type JsonValue} from '../wire/json.ts';

/** Bytes in a document: as text where they are UTF-8, else as base64. */
export type BytesForm = {text: string} | {base64: string};

/** Writes bytes so that {@link bytesOf} gives the very same back. */
export function bytesForm(bytes: Uint8Array): BytesForm {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return isUtf8(buffer) ? {text: buffer.toString('utf8')} : {base64: buffer.toString('base64')};
}

/** Reads bytes; base64 has one spelling. @throws AosError RECEIPT_INVALID */
export function bytesOf(value: JsonValue, path: string): Uint8Array {
  const object = isJsonObject(value) && value.size === 1 ? value : null;
  const text = object?.get('text');
  if (typeof text === 'string') return Buffer.from(text);
  const base64 = object?.get('base64');
  const bytes = typeof base64 === 'string' ? Buffer.from(base64, 'base64') : null;
  if (bytes !== null && bytes.toString('base64') === base64) return bytes;
  throw new AosError('RECEIPT_INVALID', `it has no text and no base64 at ${path}`);
}
