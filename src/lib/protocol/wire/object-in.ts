import {isAosError} from '../../foundation/errors/error.ts';
import {isJsonObject, parseJson, type JsonObject} from './json.ts';

/** The JSON object in a text; null: there is none. */
export function objectIn(text: string): JsonObject | null {
  try {
    const {value} = parseJson(Buffer.from(text));
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (isAosError(error)) return null; // the caller says that it is unreadable
    throw error;
  }
}
