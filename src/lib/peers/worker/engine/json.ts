import {isJsonNumber, isJsonObject, type JsonObject, type JsonValue} from '../../../protocol/wire/json.ts';

/** Most characters of one fact that are kept. */
const LONGEST = 300;

/** A member that is an object; null: it is none. */
export function objectAt(from: JsonObject | null, name: string): JsonObject | null {
  const value = from?.get(name);
  return value !== undefined && isJsonObject(value) ? value : null;
}

/** A member that is a list, of which the objects; null: it is none. */
export function objectsAt(from: JsonObject | null, name: string): readonly JsonObject[] | null {
  const value = from?.get(name);
  return Array.isArray(value) ? value.filter((one) => isJsonObject(one)) : null;
}

/** A member that is a text, whole; null: it is none. */
export function textAt(from: JsonObject | null, name: string): string | null {
  const value = from?.get(name);
  return typeof value === 'string' ? value : null;
}

/** A member as a short text, also a number; '' where it is neither. */
export function factAt(from: JsonObject | null, name: string): string {
  const value: JsonValue | undefined = from?.get(name);
  const text = typeof value === 'string' ? value : isJsonNumber(value) ? value.text : '';
  return text.slice(0, LONGEST);
}

/** A member that is a whole number of at most nine digits; null: it is none. */
export function countAt(from: JsonObject | null, name: string): number | null {
  const value = from?.get(name);
  return isJsonNumber(value) && /^\d{1,9}$/.test(value.text) ? Number(value.text) : null;
}
