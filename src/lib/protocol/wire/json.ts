import {isUtf8} from 'node:buffer';
import {AosError} from '../../foundation/errors/error.ts';
import {notJson, readNumber, readString, readWord, skipSpace, type Cursor} from './json-scan.ts';

/** A JSON value that keeps what signatures depend on: number spelling and key order. */
export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | JsonObject;

/** A number exactly as written: `1.0`, `-0.0`, `1e400` and integers above 2^53 stay what they are. */
export type JsonNumber = {readonly text: string};

/** An object in its key order. A Map, so that `__proto__` is an ordinary key. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** The position of a value in the text: offsets in UTF-16 units, `end` exclusive. */
export type JsonSpan = {start: number; end: number};

export type ParsedJson = {
  value: JsonValue;
  /** The decoded frame; its UTF-8 encoding is the received bytes. */
  text: string;
  /** Positions of the values of the marked members of the top-level object. */
  topLevel: ReadonlyMap<string, JsonSpan>;
};

/** Limits of one frame, inclusive (docs/protocol.md#limits-and-timeouts: 64 MiB a message; the others are ours). */
export const LIMITS = {bytes: 64 * 1024 * 1024, depth: 128, nodes: 1_000_000} as const;

/** One open array or object; `key` is the member of the object that is being read. */
type Open =
  {readonly array: JsonValue[]; key: string} | {readonly object: Map<string, JsonValue>; key: string};

/**
 * Parses one UTF-8 JSON text (RFC 8259, no extensions), without recursion and in linear time. Every value counts as a
 * node. The outermost value has depth 0 when it is a scalar, 1 when it is a container.
 * @param marked decoded names of the members of the top-level object whose positions are returned
 * @throws AosError FRAME_TOO_LARGE | FRAME_NOT_UTF8 | FRAME_NOT_JSON | FRAME_TOO_DEEP | FRAME_TOO_MANY_NODES |
 *   FRAME_DUPLICATE_KEY | FRAME_LONE_SURROGATE
 */
export function parseJson(bytes: Uint8Array, marked: readonly string[] = []): ParsedJson {
  const cursor: Cursor = {text: decodeUtf8(bytes), at: 0};
  const topLevel = new Map<string, JsonSpan>();
  const stack: Open[] = [];
  let open: Open | undefined;
  let nodes = 0;
  let start = 0;

  for (;;) {
    // A value begins here.
    let code = skipSpace(cursor);
    if (++nodes > LIMITS.nodes)
      throw new AosError('FRAME_TOO_MANY_NODES', `more than ${LIMITS.nodes} values`);
    if (stack.length <= 1) start = cursor.at;
    let value: JsonValue;
    if (code === 0x7b || code === 0x5b) {
      if (stack.length === LIMITS.depth) {
        throw new AosError('FRAME_TOO_DEEP', `nested deeper than ${LIMITS.depth} levels`);
      }
      const inner: Open =
        code === 0x5b ? {array: [], key: ''} : {object: new Map<string, JsonValue>(), key: ''};
      cursor.at++;
      code = skipSpace(cursor);
      if (code !== closerOf(inner)) {
        stack.push(inner);
        open = inner;
        if ('object' in inner) inner.key = readKey(cursor);
        continue;
      }
      cursor.at++;
      value = contentOf(inner);
    } else {
      value = readScalar(cursor, code);
    }

    // A value ends here: attach it, then close the containers that end after it.
    for (;;) {
      if (open === undefined) {
        skipSpace(cursor);
        if (cursor.at < cursor.text.length) throw notJson(cursor);
        return {value, text: cursor.text, topLevel};
      }
      if (stack.length === 1 && 'object' in open && marked.includes(open.key)) {
        topLevel.set(open.key, {start, end: cursor.at});
      }
      attach(open, value);
      code = skipSpace(cursor);
      if (code === 0x2c) {
        cursor.at++;
        if ('object' in open) {
          skipSpace(cursor);
          open.key = readKey(cursor);
        }
        break;
      }
      if (code !== closerOf(open)) throw notJson(cursor);
      cursor.at++;
      value = contentOf(open);
      stack.pop();
      open = stack.at(-1);
    }
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  if (bytes.length > LIMITS.bytes) {
    throw new AosError('FRAME_TOO_LARGE', `${bytes.length} bytes, more than ${LIMITS.bytes}`);
  }
  if (!isUtf8(bytes)) throw new AosError('FRAME_NOT_UTF8', 'not valid UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

function readScalar(cursor: Cursor, code: number): JsonValue {
  switch (code) {
    case 0x22:
      return readString(cursor);
    case 0x74:
      readWord(cursor, 'true');
      return true;
    case 0x66:
      readWord(cursor, 'false');
      return false;
    case 0x6e:
      readWord(cursor, 'null');
      return null;
    default:
      return {text: readNumber(cursor)};
  }
}

/** Reads `"key":` and returns the key decoded, so that "a" and "\u0061" are the same key. */
function readKey(cursor: Cursor): string {
  if (cursor.text.charCodeAt(cursor.at) !== 0x22) throw notJson(cursor);
  const key = readString(cursor);
  if (skipSpace(cursor) !== 0x3a) throw notJson(cursor);
  cursor.at++;
  return key;
}

function attach(open: Open, value: JsonValue): void {
  if ('array' in open) {
    open.array.push(value);
    return;
  }
  const before = open.object.size;
  if (open.object.set(open.key, value).size === before) {
    throw new AosError(
      'FRAME_DUPLICATE_KEY',
      `the key ${JSON.stringify(open.key.slice(0, 64))} comes twice in one object`,
    );
  }
}

function closerOf(open: Open): number {
  return 'array' in open ? 0x5d : 0x7d;
}

function contentOf(open: Open): JsonValue {
  return 'array' in open ? open.array : open.object;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

export function isJsonNumber(value: JsonValue | undefined): value is JsonNumber {
  return typeof value === 'object' && value !== null && 'text' in value;
}

/** Writes a value as compact JSON, keys in their order, numbers as they are spelled. */
export function writeJson(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (isJsonNumber(value)) return value.text;
  return `{${Array.from(value, ([key, member]) => `${JSON.stringify(key)}:${writeJson(member)}`).join(',')}}`;
}

/**
 * Builds a JsonValue from JavaScript values: strings, finite numbers, bigints, booleans, null, arrays, Maps with string
 * keys and plain objects (undefined members are left out).
 * @throws AosError BUG for anything else
 */
export function jsonOf(value: unknown): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return {text: value.toString()};
  if (typeof value === 'number' && Number.isFinite(value)) return {text: JSON.stringify(value)};
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object') throw new AosError('BUG', `a ${typeof value} has no JSON form`);
  const members: Iterable<[unknown, unknown]> = value instanceof Map ? value : Object.entries(value);
  const object = new Map<string, JsonValue>();
  for (const [key, member] of members) if (member !== undefined) object.set(String(key), jsonOf(member));
  return object;
}
