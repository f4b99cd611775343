import fc from 'fast-check';

const SURROGATES = 0x800;

/** Any code point as a string's `unit`; fast-check's own `binary` takes a second and a half of CPU in each test file to begin with. */
export const codePoint: fc.Arbitrary<string> = fc
  .integer({min: 0, max: 0x10_ffff - SURROGATES})
  .map((n) => String.fromCodePoint(n < 0xd800 ? n : n + SURROGATES));
