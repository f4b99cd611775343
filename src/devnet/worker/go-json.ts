import {isAosError} from '../../lib/foundation/errors/error.ts';
import {isJsonObject, parseJson} from '../../lib/protocol/wire/json.ts';

const ESCAPED = /[<>&\u2028\u2029]/g;

/** JSON as Go's encoder writes it: no blanks, and `<`, `>`, `&` escaped. */
export function goJson(value: object): string {
  return JSON.stringify(value).replace(
    ESCAPED,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The fields of a request as Go's decoder leaves them, and whether it found a mistake. */
export type GoRequest = {model: string; prompt: string; reqId: string; callback: string; isWrong: boolean};

/**
 * Reads a request as the published worker does: names in any case, a missing field is empty, and a mistake does not end it:
 * it works on with what it has.
 */
export function readGoRequest(bytes: Uint8Array): GoRequest {
  const request: GoRequest = {model: '', prompt: '', reqId: '', callback: '', isWrong: false};
  try {
    const {value} = parseJson(bytes);
    if (!isJsonObject(value)) return {...request, isWrong: value !== null};
    for (const [name, field] of value) {
      const key = FIELDS[name.toLowerCase()];
      if (key === undefined || field === null) continue;
      if (typeof field === 'string') request[key] = field;
      else request.isWrong = true;
    }
    return request;
  } catch (error) {
    if (!isAosError(error)) throw error;
    return {...request, isWrong: true};
  }
}

const FIELDS: Readonly<Record<string, Exclude<keyof GoRequest, 'isWrong'>>> = {
  model: 'model',
  prompt: 'prompt',
  req_id: 'reqId',
  callback: 'callback',
};
