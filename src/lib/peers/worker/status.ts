import {objectIn} from '../../protocol/wire/object-in.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {isJsonNumber, isJsonObject, type JsonObject, type JsonValue} from '../../protocol/wire/json.ts';

/** What a status reply says. */
export type StatusReply = {
  /** Why the worker takes no request now, in words; null: it takes one. */
  busy: string | null;
  /** How many requests are open there, where it says so. */
  open: number | null;
  /** The `node_id` that the published worker makes at each start; null: it does not say one. */
  nodeId: string | null;
};

/** The published worker sends a UUID. */
const LONGEST_ID = 200;
/** Most characters of what a status says that are shown: the reply may have 1 MiB. */
const MOST_WORDS = 100;
const UNREADABLE: StatusReply = {busy: 'an unreadable status', open: null, nodeId: null};

/**
 * Reads a status reply of either form (docs/protocol.md#workers): `msg` is "0", or `code` is 0 and `status` in `data` is
 * 0, where `data` is an object or the text of one.
 */
export function readStatus(body: string): StatusReply {
  const reply = objectIn(body);
  if (reply === null) return UNREADABLE;
  const data = dataOf(reply.get('data'));
  const nodeId = idOf(data?.get('node_id'));
  const msg = reply.get('msg');
  if (msg === '0') return {busy: null, open: 0, nodeId};
  const state = data?.get('status');
  if (isJsonNumber(state)) {
    const code = reply.get('code');
    if (isJsonNumber(code) && Number(code.text) !== 0)
      return {busy: `code ${safeText(code.text, MOST_WORDS)}`, open: null, nodeId};
    const open = Number(state.text);
    const busy = open === 0 ? null : `status ${safeText(state.text, MOST_WORDS)}`;
    return {busy, open: countOf(state.text), nodeId};
  }
  if (typeof msg !== 'string') return UNREADABLE;
  return {busy: `status "${safeText(msg, MOST_WORDS)}"`, open: countOf(msg), nodeId};
}

function dataOf(data: JsonValue | undefined): JsonObject | null {
  if (typeof data === 'string') return objectIn(data);
  return data !== undefined && isJsonObject(data) ? data : null;
}

function countOf(text: string): number | null {
  return /^\d{1,6}$/.test(text) ? Number(text) : null;
}

function idOf(id: JsonValue | undefined): string | null {
  return typeof id === 'string' && id !== '' && id.length <= LONGEST_ID ? id : null;
}
