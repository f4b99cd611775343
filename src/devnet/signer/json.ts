import {isUtf8} from 'node:buffer';
import {isAosError} from '../../lib/foundation/errors/error.ts';
import {isJsonNumber, isJsonObject, type JsonValue} from '../../lib/protocol/wire/json.ts';
import {
  notJson,
  readNumber,
  readString,
  readWord,
  skipSpace,
  type Cursor,
} from '../../lib/protocol/wire/json-scan.ts';
import type {RpcId} from './reply.ts';

/** Limits of Jackson, with which Web3Signer reads JSON. */
const MOST_LEVELS = 1_000;
const MOST_DIGITS = 1_000;

const [BRACE, BRACKET, QUOTE, COLON, COMMA] = [0x7b, 0x5b, 0x22, 0x3a, 0x2c];
const [BRACE_END, BRACKET_END] = [0x7d, 0x5d];
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Reads the first JSON value of a text as Web3Signer does: numbers keep their spelling, of two equal keys the later one
 * counts, and what follows the value is not read. Undefined: it is malformed.
 */
export function firstValue(text: string): JsonValue | undefined {
  try {
    return readValue({text, at: text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0}, 0);
  } catch (error) {
    if (isAosError(error)) return undefined;
    throw error;
  }
}

function readValue(cursor: Cursor, depth: number): JsonValue {
  switch (skipSpace(cursor)) {
    case BRACE:
      return readObject(cursor, depth + 1);
    case BRACKET:
      return readArray(cursor, depth + 1);
    case QUOTE:
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
    default: {
      const text = readNumber(cursor);
      if (text.length > MOST_DIGITS) throw notJson(cursor);
      return {text};
    }
  }
}

function readArray(cursor: Cursor, depth: number): JsonValue[] {
  const items: JsonValue[] = [];
  readItems(cursor, BRACKET_END, depth, () => items.push(readValue(cursor, depth)));
  return items;
}

function readObject(cursor: Cursor, depth: number): JsonValue {
  const members = new Map<string, JsonValue>();
  readItems(cursor, BRACE_END, depth, () => {
    if (skipSpace(cursor) !== QUOTE) throw notJson(cursor);
    const key = readString(cursor);
    if (skipSpace(cursor) !== COLON) throw notJson(cursor);
    cursor.at += 1;
    members.set(key, readValue(cursor, depth));
  });
  return members;
}

/** Reads what is between the bracket at the cursor and its end, an item at a time. */
function readItems(cursor: Cursor, end: number, depth: number, readItem: () => void): void {
  if (depth > MOST_LEVELS) throw notJson(cursor);
  cursor.at += 1;
  let code = skipSpace(cursor);
  if (code !== end) {
    for (;;) {
      readItem();
      code = skipSpace(cursor);
      if (code === end) break;
      if (code !== COMMA) throw notJson(cursor);
      cursor.at += 1;
    }
  }
  cursor.at += 1;
}

/** Returns the text of a value where Web3Signer expects one: numbers and booleans are taken as written; else undefined. */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return isJsonNumber(value) ? value.text : undefined;
}

/** A JSON-RPC request for the local handler; `id` is JSON text. */
export type RpcRequest = {jsonrpc: string; method: string; params: JsonValue | undefined; id: RpcId};

const KEYS = new Set(['jsonrpc', 'method', 'params', 'id']);

/**
 * Reads one request. `malformed` means `Parse error`: no JSON, a batch, an unknown top-level key, no method, or an invalid
 * id; `null` is the JSON value of that name, over which Web3Signer stumbles (docs/web3signer.md#requests).
 */
export function readRpc(body: Buffer): RpcRequest | 'malformed' | 'null' {
  const value = isUtf8(body) ? firstValue(body.toString('utf8')) : undefined;
  if (value === null) return 'null';
  if (!isJsonObject(value)) return 'malformed';
  for (const key of value.keys()) if (!KEYS.has(key)) return 'malformed';
  const jsonrpc = textOf(value.get('jsonrpc'));
  const method = textOf(value.get('method'));
  const id = idText(value.get('id') ?? null);
  if (jsonrpc === undefined || method === undefined || id === undefined) return 'malformed';
  return {jsonrpc, method, params: value.get('params'), id};
}

/** The JSON text of an id as the answer repeats it: whole numbers digit by digit, others as Java writes a double. */
function idText(id: JsonValue): RpcId | undefined {
  if (id === null || typeof id === 'string') return JSON.stringify(id);
  if (!isJsonNumber(id)) return undefined;
  if (/[.eE]/.test(id.text)) return doubleText(Number(id.text));
  return id.text === '-0' ? '0' : id.text;
}

function doubleText(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return `"${String(value)}"`;
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits = '', exponent] =
    size >= 1e-3 && size < 1e7 ? [String(value)] : value.toExponential().split('e');
  const point = digits.includes('.') ? digits : `${digits}.0`;
  return exponent === undefined ? point : `${point}E${Number(exponent)}`;
}
