import {AosError} from '../../foundation/errors/error.ts';
import {isJsonObject, type JsonObject, type JsonValue} from './json.ts';

/** The error for a message whose part at `path` is not what the protocol gives it. */
export function messageInvalid(path: string, expected: string): AosError {
  return new AosError('MESSAGE_INVALID', `${path} is not ${expected}`, {details: {path}});
}

/** The object at `path`. @throws AosError MESSAGE_INVALID */
export function objectAt(value: JsonValue | undefined, path: string): JsonObject {
  if (!isJsonObject(value)) throw messageInvalid(path, 'an object');
  return value;
}

/** A member that has to be a string of at least one character, and of `most`. @throws AosError MESSAGE_INVALID */
export function requiredText(object: JsonObject, path: string, name: string, most = Infinity): string {
  const value = optionalText(object, path, name, most);
  if (value === '') throw messageInvalid(`${path}.${name}`, 'a string that is not empty');
  return value;
}

/**
 * A member that may be left out or null, which both read as ''; else it has to be a string of at most `most` characters.
 * @throws AosError MESSAGE_INVALID
 */
export function optionalText(object: JsonObject, path: string, name: string, most = Infinity): string {
  const value = object.get(name) ?? '';
  if (typeof value !== 'string') throw messageInvalid(`${path}.${name}`, 'a string');
  if (value.length > most) throw messageInvalid(`${path}.${name}`, `a string of at most ${most} characters`);
  return value;
}
