import {isUtf8} from 'node:buffer';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {parseJson, type JsonValue} from '../../protocol/wire/json.ts';

/** A document, and the answer that came with it where the file has one. */
export type AttestationInput = {
  document: Uint8Array;
  /** How it stood in the file. */
  form: 'raw' | 'hex' | 'base64' | 'json';
  answer: string | null;
};

/**
 * Finds the document in a file: its bytes, their hex or base64, or the JSON of a tee worker's callback.
 * @throws AosError ATTESTATION_MALFORMED
 */
export function readAttestationInput(bytes: Uint8Array): AttestationInput {
  if (!isUtf8(bytes)) return {document: bytes, form: 'raw', answer: null};
  const text = Buffer.from(bytes).toString('utf8').trim();
  if (text.startsWith('{')) return ofJson(text);
  const document = ofText(text);
  if (document === null) throw malformed('the file is neither a document nor its hex, base64 or JSON');
  return {...document, answer: null};
}

function ofJson(text: string): AttestationInput {
  const body = objectIn(text);
  const given = body?.get('attestation');
  if (typeof given !== 'string' || given === '')
    throw malformed('the JSON has no member `attestation` with a text');
  const found = ofText(given.trim());
  if (found === null) throw malformed('the member `attestation` of the JSON is neither base64 nor hex');
  const answer = body?.get('answer');
  return {document: found.document, form: 'json', answer: typeof answer === 'string' ? answer : null};
}

function objectIn(text: string): ReadonlyMap<string, JsonValue> | null {
  let value;
  try {
    ({value} = parseJson(Buffer.from(text)));
  } catch {
    throw malformed('the file begins like JSON, and is none');
  }
  return value instanceof Map ? value : null;
}

function ofText(text: string): {document: Uint8Array; form: 'hex' | 'base64'} | null {
  const packed = text.replaceAll(/\s+/g, '');
  const digits = packed.replace(/^0x/i, '');
  if (digits !== '' && digits.length % 2 === 0 && /^[0-9a-f]+$/i.test(digits))
    return {document: Buffer.from(digits, 'hex'), form: 'hex'};
  if (packed === '' || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(packed)) return null;
  return {document: Buffer.from(packed, 'base64'), form: 'base64'};
}

function malformed(why: string): AosError {
  return new AosError('ATTESTATION_MALFORMED', why, {
    next: say('Give the document as the worker sent it: its base64, or the whole callback as JSON.'),
  });
}
