import {errorText} from '../../lib/foundation/errors/error.ts';
import {
  isJsonNumber,
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '../../lib/protocol/wire/json.ts';

/**
 * What a request's body has to be. The kinds: a text, a text or null or nothing, anything that is there, a number, a whole
 * number of 32 bits, an object.
 */
export type Fields = {
  /** Of the structure, for the words of an error. */
  readonly name: string;
  readonly fields: readonly Field[];
};
type Field =
  | {readonly name: string; readonly kind: 'text' | 'optional' | 'any' | 'f32' | 'u32'}
  | {readonly name: string; readonly kind: 'object'; readonly of: Fields};

/** A body that is refused: the HTTP status, and why. */
export type Refused = {readonly status: 400 | 422; readonly words: string};

/** What is wrong with a body, in the words of Rust's serde, with its place. */
export type Mistake = {
  readonly what: string;
  /** The member that has it, with dots between the names; '' is the body itself, and null: it is no JSON. */
  readonly member: string | null;
};

/** Checks the members of a body in axum's words. */
export function checkBody(bytes: Uint8Array, wanted: Fields): {body: JsonObject} | Refused {
  const read = readMembers(bytes, wanted);
  if ('body' in read) return read;
  const {what, member} = read;
  if (member === null) return {status: 400, words: `Failed to parse the request body as JSON: ${what}`};
  const where = member === '' ? '' : `${member}: `;
  return {
    status: 422,
    words: `Failed to deserialize the JSON body into the target type: ${where}${what}`,
  };
}

/** Reads a body whose members are as wanted; others may be there too. */
export function readMembers(bytes: Uint8Array, wanted: Fields): {body: JsonObject} | Mistake {
  let checked;
  try {
    checked = checkObject(bytes, wanted);
  } catch (error) {
    const why = bytes.length === 0 ? 'EOF while parsing a value at line 1 column 0' : errorText(error);
    return {what: why, member: null};
  }
  if ('body' in checked) return checked;
  const {what, path, at} = checked;
  return {what: `${what} at ${placeOf(Buffer.from(bytes).toString(), at)}`, member: path.join('.')};
}

type Problem = {
  what: string;
  /** Names from the outermost object inwards. */
  path: readonly string[];
  /** UTF-16 units before the place. */
  at: number;
};

/** @throws AosError FRAME_* for a text that is no JSON */
function checkObject(bytes: Uint8Array, {name, fields}: Fields): {body: JsonObject} | Problem {
  const names = fields.map((field) => field.name);
  const {value, text, topLevel} = parseJson(bytes, names);
  const end = text.trimEnd().length;
  if (!isJsonObject(value))
    return {what: `invalid type: ${kindOf(value)}, expected struct ${name}`, path: [], at: end};
  for (const [key, member] of value) {
    const field = fields.find((one) => one.name === key);
    const span = topLevel.get(key);
    if (field === undefined || span === undefined) continue;
    const problem = memberProblem(member, field, text.slice(span.start, span.end));
    if (problem !== null) return {...problem, path: [key, ...problem.path], at: span.start + problem.at};
  }
  const missing = fields.find((field) => field.kind !== 'optional' && !value.has(field.name));
  if (missing !== undefined) return {what: `missing field \`${missing.name}\``, path: [], at: end};
  return {body: value};
}

function memberProblem(value: JsonValue, field: Field, text: string): Problem | null {
  if (field.kind === 'object') {
    const checked = checkObject(Buffer.from(text), field.of);
    return 'body' in checked ? null : checked;
  }
  const what = wrongScalar(value, field.kind);
  return what === null ? null : {what, path: [], at: text.length};
}

function wrongScalar(value: JsonValue, kind: Exclude<Field['kind'], 'object'>): string | null {
  switch (kind) {
    case 'any':
      return null;
    case 'optional':
      return value === null || typeof value === 'string' ? null : wrongType(value, 'a string');
    case 'text':
      return typeof value === 'string' ? null : wrongType(value, 'a string');
    case 'f32':
      return isJsonNumber(value) ? null : wrongType(value, 'f32');
    case 'u32':
      if (!isJsonNumber(value) || isFloat(value.text)) return wrongType(value, 'u32');
      return isUint32(value.text) ? null : `invalid value: integer \`${value.text}\`, expected u32`;
  }
}

function wrongType(value: JsonValue, expected: string): string {
  return `invalid type: ${kindOf(value)}, expected ${expected}`;
}

function kindOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return `boolean \`${value}\``;
  if (typeof value === 'string') return `string ${JSON.stringify(value)}`;
  if (Array.isArray(value)) return 'sequence';
  if (!isJsonNumber(value)) return 'map';
  return isFloat(value.text) ? `floating point \`${value.text}\`` : `integer \`${value.text}\``;
}

const isFloat = (text: string): boolean => /[.e]/i.test(text);

function isUint32(text: string): boolean {
  const number = Number(text);
  return number >= 0 && number < 2 ** 32;
}

/** @param at UTF-16 units before the place */
function placeOf(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1));
  return `line ${line} column ${column}`;
}
