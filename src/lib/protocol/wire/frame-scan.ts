import {isUtf8} from 'node:buffer';
import type {Slices} from '../../foundation/async/slices.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {LIMITS} from './json.ts';
import {escapeEnd, notJsonAt, numberEnd, plainEnd, wordEnd} from './byte-tokens.ts';

/** A part of a frame: offsets in its bytes, `end` exclusive. */
export type ByteSpan = {start: number; end: number};

/** One element of `params`: where it is, and how large what it holds is. */
export type ScannedElement = ByteSpan & {
  /** Values in it, itself among them. */
  nodes: number;
  /** Bytes of its longest string. */
  longest: number;
};

/** Where the parts of a frame are. */
export type FrameOutline = {
  /** The values of the members of the top-level object, by decoded name; empty when the frame is no object. */
  members: ReadonlyMap<string, ByteSpan>;
  /** The elements of `params`; null when it is absent or no array. */
  elements: readonly ScannedElement[] | null;
};

/** So many bytes are looked at before the event loop may turn. */
const SLICE = 512 * 1024;
/** The names of members that matter are short, also with escapes. */
const MAX_NAME = 256;

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What may come next. */
const VALUE = 0;
const VALUE_OR_END = 1;
const KEY = 2;
const KEY_OR_END = 3;
const AFTER_KEY = 4;
const AFTER_VALUE = 5;

/**
 * Checks that the bytes are one JSON text within {@link LIMITS}, and finds where its parts are, without building any of
 * them: what is too large is seen before it is in memory a second time. Only duplicate keys are left to the parser of the
 * parts.
 * @throws AosError FRAME_TOO_LARGE | FRAME_NOT_UTF8 | FRAME_NOT_JSON | FRAME_TOO_DEEP | FRAME_TOO_MANY_NODES |
 *   FRAME_LONE_SURROGATE
 */
export function* scanFrame(bytes: Uint8Array): Slices<FrameOutline> {
  yield* checkUtf8(bytes);
  const {length} = bytes;
  const members = new Map<string, ByteSpan>();
  let elements: ScannedElement[] | null = null;
  /** Whether the container of each depth is an object. */
  const isObject = new Uint8Array(LIMITS.depth + 1);
  let depth = 0;
  let nodes = 0;
  let mode = VALUE;
  let name = '';
  let memberStart = 0;
  /** Inside the array that is the value of `params`. */
  let isInParams = false;
  let elementStart = 0;
  let nodesBefore = 0;
  let longest = 0;
  let stop = SLICE;

  for (let at = 0; ;) {
    if (at >= stop) {
      yield;
      stop = at + SLICE;
    }
    const code = bytes[at];
    if (code === SPACE || code === 0x0a || code === 0x0d || code === 0x09) {
      at++;
      continue;
    }
    if (code === undefined) {
      if (mode === AFTER_VALUE && depth === 0) return {members, elements};
      throw notJsonAt(bytes, at);
    }

    if (mode === AFTER_VALUE) {
      if (depth > 0 && code === COMMA) {
        mode = isObject[depth] === 1 ? KEY : VALUE;
        at++;
        continue;
      }
      if (depth === 0 || code !== (isObject[depth] === 1 ? CLOSE_OBJECT : CLOSE_ARRAY))
        throw notJsonAt(bytes, at);
      depth--;
      at++;
    } else if (mode === AFTER_KEY) {
      if (code !== COLON) throw notJsonAt(bytes, at);
      mode = VALUE;
      at++;
      continue;
    } else if (
      (mode === VALUE_OR_END && code === CLOSE_ARRAY) ||
      (mode === KEY_OR_END && code === CLOSE_OBJECT)
    ) {
      depth--;
      at++;
    } else {
      const isKey = mode === KEY || mode === KEY_OR_END;
      if (isKey) {
        if (code !== QUOTE) throw notJsonAt(bytes, at);
      } else {
        if (++nodes > LIMITS.nodes)
          throw new AosError('FRAME_TOO_MANY_NODES', `more than ${LIMITS.nodes} values`);
        if (depth === 1) memberStart = at;
        else if (depth === 2 && isInParams) {
          elementStart = at;
          nodesBefore = nodes - 1;
          longest = 0;
        }
        if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
          if (depth === LIMITS.depth)
            throw new AosError('FRAME_TOO_DEEP', `nested deeper than ${LIMITS.depth} levels`);
          depth++;
          const object = code === OPEN_OBJECT;
          isObject[depth] = object ? 1 : 0;
          if (depth === 2) {
            isInParams = !object && isObject[1] === 1 && name === 'params';
            if (isInParams) elements = [];
          }
          mode = object ? KEY_OR_END : VALUE_OR_END;
          at++;
          continue;
        }
      }
      if (code === QUOTE) {
        const start = ++at;
        for (;;) {
          at = plainEnd(bytes, at, Math.min(stop, length));
          if (at >= stop && at < length) {
            yield;
            stop = at + SLICE;
            continue;
          }
          const found = bytes[at];
          if (found === QUOTE) break;
          if (found !== BACKSLASH) throw notJsonAt(bytes, at);
          at = escapeEnd(bytes, at);
        }
        longest = Math.max(longest, at - start);
        at++;
        if (isKey) {
          if (depth === 1) name = nameAt(bytes, start, at - 1);
          mode = AFTER_KEY;
          continue;
        }
      } else at = code === 0x74 || code === 0x66 || code === 0x6e ? wordEnd(bytes, at) : numberEnd(bytes, at);
    }

    // A value has ended.
    mode = AFTER_VALUE;
    if (depth === 1) {
      isInParams = false;
      if (isObject[1] === 1) {
        members.set(name, {start: memberStart, end: at});
        // The last member of a name counts; a second one is refused by the parser.
        if (name === 'params' && bytes[memberStart] !== OPEN_ARRAY) elements = null;
      }
    } else if (depth === 2 && isInParams)
      elements?.push({start: elementStart, end: at, nodes: nodes - nodesBefore, longest});
  }
}

/** The decoded name of a member; '' for one that is longer than any that matters. */
function nameAt(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > MAX_NAME) return '';
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
  return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
}

function* checkUtf8(bytes: Uint8Array): Slices<void> {
  if (bytes.length > LIMITS.bytes)
    throw new AosError('FRAME_TOO_LARGE', `${bytes.length} bytes, more than ${LIMITS.bytes}`);
  for (let from = 0; from < bytes.length;) {
    const to = characterStart(bytes, Math.min(from + 4 * SLICE, bytes.length));
    if (!isUtf8(bytes.subarray(from, to))) throw new AosError('FRAME_NOT_UTF8', 'not valid UTF-8');
    from = to;
    if (from < bytes.length) yield;
  }
}

/** The nearest place at or before `at`, at most 3 bytes, where a character begins. */
function characterStart(bytes: Uint8Array, at: number): number {
  if (at === bytes.length) return at;
  for (let back = 0; back < 4; back++) if (((bytes[at - back] ?? 0) & 0xc0) !== 0x80) return at - back;
  return at; // no character is longer: the check of the slice finds that
}
