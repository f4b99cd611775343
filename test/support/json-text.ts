import fc from 'fast-check';
import {codePoint} from './any-text.ts';

/** White space as JSON allows it. */
const space = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n', '  ');

/** A number in any spelling that RFC 8259 allows. */
const numberText = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '1.0',
    '-0.0',
    '1e400',
    '1E+2',
    '9007199254740993',
    '0.10',
    '5e-324',
    '1e-0',
    '20e0',
  ),
  fc
    .tuple(
      fc.boolean(),
      fc.bigInt({min: 0n}),
      fc.stringMatching(/^(\.[0-9]{1,4})?$/),
      fc.stringMatching(/^([eE][+-]?[0-9]{1,3})?$/),
    )
    .map(
      ([minus, whole, fraction, exponent]) => `${minus ? '-' : ''}${whole.toString()}${fraction}${exponent}`,
    ),
);

/** One character of a string in any spelling: raw, \u with any letter case, short escape, surrogate pair. */
const characterText = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .string({unit: codePoint, minLength: 1, maxLength: 1})
      .map((c) => JSON.stringify(c).slice(1, -1)),
  },
  {
    weight: 2,
    arbitrary: fc
      .string({unit: 'grapheme', minLength: 1, maxLength: 1})
      .map((c) => JSON.stringify(c).slice(1, -1)),
  },
  {weight: 2, arbitrary: fc.string({unit: codePoint, minLength: 1, maxLength: 1}).map(escapeAll)},
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\\/',
      '/',
      '\\u00e9',
      '\\u00E9',
      'é',
      '\\ud83d\\uDE00',
      '😀',
      '\\n',
      '\\"',
      '\\\\',
      '\\b\\f\\r\\t',
      '\\u0000',
    ),
  },
);

/** A string token, quotes included; `unique` is put in front to keep keys apart. */
const stringText = (unique = '') =>
  fc.array(characterText, {maxLength: 8}).map((characters) => `"${unique}${characters.join('')}"`);

/** Members `"key": value` with white space, keys all different. */
function objectText(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const member = (index: number) =>
    fc
      .tuple(
        space,
        index === 0 ? fc.constantFrom('"__proto__"', '""', '"constructor"') : stringText(`${index}-`),
        space,
        space,
        value,
        space,
      )
      .map(([a, key, b, c, content, d]) => `${a}${key}${b}:${c}${content}${d}`);
  const members = fc
    .integer({min: 0, max: 4})
    .chain((count) => fc.tuple(...Array.from({length: count}, (_, index) => member(index))));
  return fc.tuple(space, members).map(([inner, list]) => `{${list.length === 0 ? inner : list.join(',')}}`);
}

function arrayText(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const element = fc.tuple(space, value, space).map((parts) => parts.join(''));
  return fc
    .tuple(space, fc.array(element, {maxLength: 4}))
    .map(([inner, list]) => `[${list.length === 0 ? inner : list.join(',')}]`);
}

/** Valid JSON texts in every spelling: numbers, escapes, key order, white space, nesting. No duplicate keys. */
export const jsonText: fc.Arbitrary<string> = fc.letrec<{value: string}>((tie) => ({
  value: fc.oneof(
    {depthSize: 'small', withCrossShrink: true},
    fc.constantFrom('null', 'true', 'false'),
    numberText,
    stringText(),
    arrayText(tie('value')),
    objectText(tie('value')),
  ),
})).value;

export {space as jsonSpace};

function escapeAll(text: string): string {
  return Array.from(
    {length: text.length},
    (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');
}
