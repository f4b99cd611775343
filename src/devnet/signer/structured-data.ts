import {toHex} from '../../lib/protocol/wire/ethereum.ts';
import {isJsonNumber, isJsonObject, type JsonObject, type JsonValue} from '../../lib/protocol/wire/json.ts';
import {keccak256} from '../../lib/protocol/wire/keccak.ts';
import {looseHex} from './transaction.ts';

export type Field = {name: string; type: string};
export type Types = ReadonlyMap<string, readonly Field[]>;

const DOMAIN = 'EIP712Domain';
const NAME = /^[a-zA-Z_$][a-zA-Z_$0-9]*$/;
const TYPE = /^[a-zA-Z_$][a-zA-Z_$0-9]*(?:\[(?:[1-9]\d*)?\])*$/;
const ARRAY = /^([a-zA-Z_$][a-zA-Z_$0-9]*)((?:\[(?:[1-9]\d*)?\])+)$/;
const WORD = 32;
const NOTHING = new Uint8Array(0);

/** What the encoder throws on: Web3Signer answers it as an internal error. */
class Unfit extends Error {}

/**
 * Returns the EIP-712 digest as the encoder of web3j makes it; undefined where that throws. It is EIP-712 for complete,
 * well-formed data. Otherwise it leaves out missing members, fills short addresses with zeros, makes one list of lists of
 * lists, and puts the zeros of short `bytesN` elements on the left (docs/web3signer.md#eth_signtypeddata).
 */
export function structuredDigest(
  types: Types,
  data: {primaryType: string; domain: JsonObject; message: JsonObject},
): Uint8Array | undefined {
  try {
    for (const [name, fields] of types) {
      if (!NAME.test(name) || fields.some((field) => !NAME.test(field.name) || !TYPE.test(field.type)))
        throw new Unfit('a name or type that is none');
    }
    const domain = structHash(types, DOMAIN, data.domain);
    const message = structHash(types, data.primaryType, data.message);
    return keccak256(Buffer.concat([Uint8Array.of(0x19, 0x01), domain, message]));
  } catch (error) {
    if (error instanceof Unfit) return undefined;
    throw error;
  }
}

function structHash(types: Types, name: string, value: JsonValue): Uint8Array {
  const fields = types.get(name);
  if (fields === undefined || !isJsonObject(value)) throw new Unfit(`no ${name}`);
  const parts = fields.map(({name: key, type}) => {
    const member = value.get(key) ?? null;
    return member === null ? NOTHING : encodeMember(types, type, member);
  });
  return keccak256(Buffer.concat([typeHash(types, name), ...parts]));
}

function typeHash(types: Types, name: string): Uint8Array {
  const used = new Set([name]);
  // A Set is walked with what is added on the way.
  for (const one of used) {
    for (const {type} of types.get(one) ?? []) {
      const base = ARRAY.exec(type)?.[1] ?? type;
      if (types.has(base)) used.add(base);
    }
  }
  const others = [...used].filter((one) => one !== name).sort();
  const text = [name, ...others].map((one) => {
    const members = (types.get(one) ?? []).map((field) => `${field.type} ${field.name}`);
    return `${one}(${members.join(',')})`;
  });
  return keccak256(Buffer.from(text.join(''), 'utf8'));
}

function encodeMember(types: Types, type: string, value: JsonValue): Uint8Array {
  if (type === 'string') return keccak256(Buffer.from(stringOf(value), 'utf8'));
  if (type === 'bytes') return keccak256(bytesOf(stringOf(value)));
  if (types.has(type)) return structHash(types, type, value);
  const size = /^bytes(\d\d?)$/.exec(type)?.[1];
  if (size !== undefined) return fixedBytes(bytesOf(stringOf(value)), Number(size));
  const array = ARRAY.exec(type);
  if (array !== null) {
    const [, base = '', dimensions = ''] = array;
    const items = flatItems(value, dimensions).map((item) => encodeItem(types, base, item));
    return keccak256(Buffer.concat(items));
  }
  const whole = /^(u?)int(\d*)$/.exec(type);
  if (whole !== null) return integer(integerOf(value), Number(whole[2] || '256'), whole[1] !== 'u');
  if (type === 'address') return integer(hexNumber(stringOf(value)), 160, false);
  if (type === 'bool' && typeof value === 'boolean') return integer(value ? 1n : 0n, 8, false);
  throw new Unfit(`no type ${type}`);
}

/** One element of an array; one that cannot be encoded is left out. */
function encodeItem(types: Types, base: string, item: JsonValue): Uint8Array {
  if (types.has(base)) return structHash(types, base, item);
  try {
    if (/^u?int/i.test(base)) return integer(integerOf(item), 256, true);
    if (base === 'string' || base === 'bytes') return encodeMember(types, base, item);
    return padded(toHex(bytesOf(stringOf(item))));
  } catch (error) {
    if (error instanceof Unfit) return NOTHING;
    throw error;
  }
}

/** The elements of a list of lists in order, when its lengths fit what is declared (`[2][]`) and no list is longer than another. */
function flatItems(value: JsonValue, dimensions: string): JsonValue[] {
  let items: JsonValue[] = [value];
  for (const [, declared = ''] of dimensions.matchAll(/\[(\d*)\]/g)) {
    const lists = items.map((item) => {
      if (!Array.isArray(item)) throw new Unfit('no list');
      return item;
    });
    const lengths = new Set(lists.map((list) => list.length));
    if (lengths.size > 1 || (declared !== '' && !lengths.has(Number(declared))))
      throw new Unfit('a list of another length');
    items = lists.flat();
  }
  if (items.some((item) => Array.isArray(item))) throw new Unfit('a list too deep');
  return items;
}

function stringOf(value: JsonValue): string {
  if (typeof value !== 'string') throw new Unfit('no text');
  return value;
}

const bytesOf = (text: string): Uint8Array => Buffer.from(looseHex(text).slice(2), 'hex');

function fixedBytes(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length !== size || size > WORD || size === 0) throw new Unfit('another length');
  return Buffer.concat([bytes, new Uint8Array(WORD - size)]);
}

function hexNumber(text: string): bigint {
  const digits = text.replace(/^0x/, '');
  if (!/^[0-9a-f]+$/i.test(digits)) throw new Unfit('no hex');
  return BigInt(`0x${digits}`);
}

function integerOf(value: JsonValue): bigint {
  const text = isJsonNumber(value) ? value.text : stringOf(value);
  if (text.startsWith('0x')) return hexNumber(text);
  if (!/^[+-]?\d+$/.test(text)) throw new Unfit('no whole number');
  return BigInt(text.replace('+', ''));
}

/** A word of 32 bytes; negative numbers as two's complement. */
function integer(value: bigint, bits: number, isSigned: boolean): Uint8Array {
  if (bits === 0 || bits > 256 || bits % 8 !== 0) throw new Unfit('no such type');
  const size = (value < 0n ? -value - 1n : value).toString(2).length;
  if ((value < 0n && !isSigned) || (value > 0n && size > bits)) throw new Unfit('out of range');
  return padded(BigInt.asUintN(256, value).toString(16));
}

function padded(hex: string): Uint8Array {
  if (hex.length > 2 * WORD) throw new Unfit('more than a word');
  return Buffer.from(hex.padStart(2 * WORD, '0'), 'hex');
}
