import fc from 'fast-check';
import {hashTypedData} from 'viem/utils';
import {describe, expect, it} from 'vitest';
import {firstValue} from '../../../../src/devnet/signer/json.ts';
import {typedDataDigest} from '../../../../src/devnet/signer/typed-data.ts';
import {toHex} from '../../../../src/lib/protocol/wire/ethereum.ts';

const TYPES = {
  EIP712Domain: [
    {name: 'name', type: 'string'},
    {name: 'version', type: 'string'},
    {name: 'chainId', type: 'uint256'},
    {name: 'verifyingContract', type: 'address'},
  ],
  Leaf: [
    {name: 'amount', type: 'int64'},
    {name: 'on', type: 'bool'},
  ],
  All: [
    {name: 'text', type: 'string'},
    {name: 'raw', type: 'bytes'},
    {name: 'word', type: 'bytes32'},
    {name: 'short', type: 'bytes4'},
    {name: 'who', type: 'address'},
    {name: 'big', type: 'uint256'},
    {name: 'small', type: 'uint8'},
    {name: 'leaf', type: 'Leaf'},
    {name: 'leaves', type: 'Leaf[]'},
    {name: 'numbers', type: 'uint256[]'},
    {name: 'texts', type: 'string[2]'},
    {name: 'people', type: 'address[]'},
  ],
} as const;

const bytes = (minLength: number, maxLength = minLength): fc.Arbitrary<`0x${string}`> =>
  fc.uint8Array({minLength, maxLength}).map((raw) => `0x${toHex(raw)}` as const);
const decimal = (max: bigint, min = 0n): fc.Arbitrary<string> => fc.bigInt({min, max}).map(String);
const leaf = fc.record({amount: decimal(2n ** 63n - 1n, -(2n ** 63n)), on: fc.boolean()});
const message = fc.record({
  text: fc.string({unit: 'grapheme'}),
  raw: bytes(0, 40),
  word: bytes(32),
  short: bytes(4),
  who: bytes(20),
  big: decimal(2n ** 256n - 1n),
  small: decimal(255n),
  leaf,
  leaves: fc.array(leaf, {maxLength: 3}),
  numbers: fc.array(decimal(2n ** 256n - 1n), {maxLength: 3}),
  texts: fc.tuple(fc.string(), fc.string()),
  people: fc.array(bytes(20), {maxLength: 3}),
});
const domain = {name: 'x', version: '1', chainId: 1, verifyingContract: `0x${'11'.repeat(20)}`} as const;

function digestOf(value: unknown): string {
  const read = firstValue(JSON.stringify(value));
  const digest = typedDataDigest(read ?? null);
  return typeof digest === 'string' ? digest : `0x${toHex(digest)}`;
}

describe('the digest of typed data', () => {
  it('is that of EIP-712 for complete data', () => {
    fc.assert(
      fc.property(message, (all) => {
        const definition = {types: TYPES, primaryType: 'All', domain, message: all} as const;
        // Its types want numbers; its code takes their text as well.
        expect(digestOf(definition)).toBe(hashTypedData(definition as never));
        expect(digestOf(JSON.stringify(definition))).toBe(digestOf(definition));
      }),
      {numRuns: 50},
    );
  });

  const small = (type: string, value: unknown, more: object = {}): unknown => ({
    types: {EIP712Domain: [], Small: [{name: 'it', type}]},
    primaryType: 'Small',
    domain: {},
    message: {it: value},
    ...more,
  });

  // As seen from Web3Signer: the ways in which it differs from EIP-712.
  it.each<[string, unknown, unknown]>([
    [
      'an address of one byte is filled with zeros',
      small('address', '0x12'),
      small('address', `0x${'12'.padStart(40, '0')}`),
    ],
    [
      'a checksum does not matter',
      small('address', `0x${'Ab'.repeat(20)}`),
      small('address', `0x${'ab'.repeat(20)}`),
    ],
    ['32 bytes need no 0x', small('bytes32', '22'.repeat(32)), small('bytes32', `0x${'22'.repeat(32)}`)],
    ['a number may be text, decimal or hex', small('uint256', '0x10'), small('uint256', 16)],
    ['a list of lists is one list', small('uint256[][]', [[1], [2]]), small('uint256[][]', [[1, 2]])],
  ])('%s', (_what, one, other) => {
    const digest = digestOf(one);
    expect(digest).toMatch(/^0x/);
    expect(digest).toBe(digestOf(other));
  });

  it('keeps numbers beyond 2^53, leaves out what is missing, and ends at the end of the object', () => {
    const text = JSON.stringify(small('uint256', 1)).replace('"it":1', '"it":9007199254740993');
    expect(typedDataDigest(`${text} and more`)).toEqual(typedDataDigest(firstValue(text) ?? null));
    expect(digestOf(text)).not.toBe(digestOf(small('uint256', '9007199254740992')));
    expect(digestOf(small('uint256', null))).toBe(digestOf(small('uint256', 1, {message: {}})));
  });

  it.each<[string, unknown, string]>([
    ['a number for a text', small('string', 5), 'internal-error'],
    ['a list of another length', small('uint8[2]', [1]), 'internal-error'],
    ['lists of two lengths', small('uint8[][]', [[1], [1, 2]]), 'internal-error'],
    ['lists that are too deep', small('uint8[]', [[1]]), 'internal-error'],
    ['a number out of range', small('uint8', 256), 'internal-error'],
    ['a negative unsigned number', small('uint8', -1), 'internal-error'],
    ['31 bytes for 32', small('bytes32', `0x${'22'.repeat(31)}`), 'internal-error'],
    ['a type that is none', small('foo', 1), 'internal-error'],
    ['a name that is none', small('a b', 1), 'internal-error'],
    ['no primary type of that name', small('uint8', 1, {primaryType: 'Other'}), 'internal-error'],
    ['null', null, 'internal-error'],
    ['another top-level key', small('uint8', 1, {x: 1}), 'invalid-params'],
    ['types that are a list', small('uint8', 1, {types: []}), 'invalid-params'],
    ['no JSON', 'nope', 'invalid-params'],
  ])('is refused: %s', (_what, value, refusal) => {
    expect(digestOf(value)).toBe(refusal);
  });
});
