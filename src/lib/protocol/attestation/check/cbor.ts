import {decode, SequenceEvents} from 'cbor2/decoder';

/** Deeper than any attestation document. */
const MOST_DEPTH = 4;
const MAJOR = {tag: 6, simple: 7} as const;
const INDEFINITE = 31;

const STRICT = {
  maxDepth: MOST_DEPTH,
  requirePreferred: true,
  rejectDuplicateKeys: true,
  rejectFloats: true,
  rejectSimple: true,
  rejectUndefined: true,
  preferMap: true,
  ignoreGlobalTags: true,
} as const;

/**
 * Decodes CBOR (RFC 8949) without room for a second way of writing the same: whole numbers in their shortest form, no tag,
 * no key twice, nothing after its end.
 * @param outer `stream`: the outermost list or map may have no length of its own, as in documents of today's Nitro enclaves
 * @throws Error what is wrong
 */
export function readCbor(bytes: Uint8Array, outer: 'length' | 'stream'): unknown {
  for (const [major, info, , offset] of new SequenceEvents(bytes, {
    maxDepth: MOST_DEPTH,
    requirePreferred: true,
  })) {
    if (major === MAJOR.tag) throw new Error('a tag');
    // Of the simple values this is the end of what has no length.
    const isStream = info === INDEFINITE && major !== MAJOR.simple;
    if (isStream && (outer === 'length' || offset > 0)) throw new Error('a part without a length');
  }
  return decode(bytes, STRICT);
}
