/** A value that {@link cbor} writes: whole numbers, texts, bytes, null, lists, and maps in their order. */
export type Cbor = number | string | Uint8Array | null | readonly Cbor[] | ReadonlyMap<number | string, Cbor>;

/** First three bits of a head, RFC 8949 section 3.1. */
const MAJOR = {positive: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5} as const;
const NULL = Buffer.from([0xf6]);

/** The CBOR (RFC 8949) of a value, each length in its shortest form. */
export function cbor(value: Cbor): Buffer {
  if (value === null) return NULL;
  if (typeof value === 'number')
    return value < 0 ? head(MAJOR.negative, -1 - value) : head(MAJOR.positive, value);
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([head(MAJOR.text, bytes.length), bytes]);
  }
  if (value instanceof Uint8Array) return Buffer.concat([head(MAJOR.bytes, value.length), value]);
  if (isMap(value)) {
    const members = [...value].flatMap(([key, member]) => [cbor(key), cbor(member)]);
    return Buffer.concat([head(MAJOR.map, value.size), ...members]);
  }
  return Buffer.concat([head(MAJOR.list, value.length), ...value.map(cbor)]);
}

function isMap(
  value: readonly Cbor[] | ReadonlyMap<number | string, Cbor>,
): value is ReadonlyMap<number | string, Cbor> {
  return value instanceof Map;
}

/** @param argument 0 to 2^53 − 1 */
function head(major: number, argument: number): Buffer {
  const first = major << 5;
  if (argument < 24) return Buffer.from([first | argument]);
  if (argument < 2 ** 8) return Buffer.from([first | 24, argument]);
  const long = Buffer.alloc(9);
  long.writeBigUInt64BE(BigInt(argument), 1);
  const width = argument < 2 ** 16 ? 2 : argument < 2 ** 32 ? 4 : 8;
  const bytes = long.subarray(8 - width);
  bytes[0] = first | (24 + Math.log2(width));
  return bytes;
}
