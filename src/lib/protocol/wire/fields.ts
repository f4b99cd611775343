import {AosError} from '../../foundation/errors/error.ts';
import {isJsonObject, type JsonObject, type JsonValue} from './json.ts';

/** The MESSAGE_INVALID error for a message whose value at `path` breaks the protocol. */
export function messageInvalid(path: string, expected: string): AosError {
  return new AosError('MESSAGE_INVALID', `${path} is not ${expected}`, {details: {path}});
}

/** Returns the object at `path`. @throws AosError MESSAGE_INVALID */
export function objectAt(value: JsonValue | undefined, path: string): JsonObject {
  if (!isJsonObject(value)) throw messageInvalid(path, 'an object');
  return value;
}

/** Reads a member that must be a string of 1 to `most` characters. @throws AosError MESSAGE_INVALID */
export function requiredText(object: JsonObject, path: string, name: string, most = Infinity): string {
  const value = optionalText(object, path, name, most);
  if (value === '') throw messageInvalid(`${path}.${name}`, 'a string that is not empty');
  return value;
}

/**
 * Reads a member that must be a string of at most `most` characters; absent and null read as ''.
 * @throws AosError MESSAGE_INVALID
 */
export function optionalText(object: JsonObject, path: string, name: string, most = Infinity): string {
  const value = object.get(name) ?? '';
  if (typeof value !== 'string') throw messageInvalid(`${path}.${name}`, 'a string');
  if (value.length > most) throw messageInvalid(`${path}.${name}`, `a string of at most ${most} characters`);
  return value;
}
