import {AosError} from '../../../foundation/errors/error.ts';
import {isJsonNumber, isJsonObject, type JsonObject, type JsonValue} from '../../wire/json.ts';

/** Why a file of a proof cannot be read. */
export function malformed(what: string): AosError {
  return new AosError('PROOF_MALFORMED', what);
}

/** @throws AosError PROOF_MALFORMED */
export function objectOf(value: JsonValue | undefined, name: string): JsonObject {
  if (!isJsonObject(value)) throw malformed(`${name} is no JSON object`);
  return value;
}

/** @throws AosError PROOF_MALFORMED */
export function listOf(value: JsonValue | undefined, name: string): readonly JsonValue[] {
  if (!Array.isArray(value)) throw malformed(`${name} is no list`);
  return value;
}

/** @throws AosError PROOF_MALFORMED */
export function textOf(value: JsonValue | undefined, name: string): string {
  if (typeof value !== 'string') throw malformed(`${name} is no text`);
  return value;
}

/** A whole number from 0 to `most`, in plain digits. @throws AosError PROOF_MALFORMED */
export function wholeOf(value: JsonValue | undefined, name: string, most: number): number {
  if (!isJsonNumber(value) || !/^(0|[1-9]\d{0,8})$/.test(value.text))
    throw malformed(`${name} is no whole number`);
  const number = Number(value.text);
  if (number > most) throw malformed(`${name} is ${number}, more than ${most}`);
  return number;
}
