import {errorText} from '../../lib/foundation/errors/error.ts';
import {
  isJsonNumber,
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '../../lib/protocol/wire/json.ts';

/** What a request's body has to be. The kinds: a text, a text or null or nothing, anything that is there, an object. */
export type Fields = {
  /** Of the structure, for the words of an error. */
  readonly name: string;
  readonly fields: readonly Field[];
};
type Field =
  | {readonly name: string; readonly kind: 'text' | 'optional' | 'any'}
  | {readonly name: string; readonly kind: 'object'; readonly of: Fields};

/** A body that is refused: the HTTP status, and why. */
export type Refused = {readonly status: 400 | 422; readonly words: string};

/** Checks the members of a body in axum's words. */
export function checkBody(bytes: Uint8Array, wanted: Fields): {body: JsonObject} | Refused {
  let parsed;
  try {
    parsed = parseJson(
      bytes,
      wanted.fields.map(({name}) => name),
    );
  } catch (error) {
    const why = bytes.length === 0 ? 'EOF while parsing a value at line 1 column 0' : errorText(error);
    return {status: 400, words: `Failed to parse the request body as JSON: ${why}`};
  }
  const {value, text, topLevel} = parsed;
  const problem = problemOf(value, wanted);
  if (problem === null && isJsonObject(value)) return {body: value};
  const {what, member} = problem ?? {what: '', member: null};
  const end = (member === null ? undefined : topLevel.get(member)?.end) ?? text.trimEnd().length;
  const words = `Failed to deserialize the JSON body into the target type: ${what} at ${placeOf(text, end)}`;
  return {status: 422, words};
}

type Problem = {
  what: string;
  /** The member of the outermost object that it is in; null: the object itself. */
  member: string | null;
};

function problemOf(value: JsonValue, {name, fields}: Fields): Problem | null {
  if (!isJsonObject(value))
    return {what: `invalid type: ${kindOf(value)}, expected struct ${name}`, member: null};
  for (const [key, member] of value) {
    const field = fields.find((one) => one.name === key);
    const inner = field === undefined ? null : memberProblem(member, field);
    if (inner !== null) return {what: `${key}${inner.startsWith('.') ? '' : ': '}${inner}`, member: key};
  }
  const missing = fields.find((field) => field.kind !== 'optional' && !value.has(field.name));
  return missing === undefined ? null : {what: `missing field \`${missing.name}\``, member: null};
}

function memberProblem(value: JsonValue, field: Field): string | null {
  switch (field.kind) {
    case 'any':
      return null;
    case 'optional':
      return value === null || typeof value === 'string' ? null : wrongType(value);
    case 'text':
      return typeof value === 'string' ? null : wrongType(value);
    case 'object': {
      const problem = problemOf(value, field.of);
      if (problem === null) return null;
      return problem.member === null ? problem.what : `.${problem.what}`;
    }
  }
}

function wrongType(value: JsonValue): string {
  return `invalid type: ${kindOf(value)}, expected a string`;
}

function kindOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return `boolean \`${value}\``;
  if (typeof value === 'string') return `string ${JSON.stringify(value)}`;
  if (Array.isArray(value)) return 'sequence';
  if (!isJsonNumber(value)) return 'map';
  return /[.e]/i.test(value.text) ? `floating point \`${value.text}\`` : `integer \`${value.text}\``;
}

/** @param at UTF-16 units before the place */
function placeOf(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1));
  return `line ${line} column ${column}`;
}
