import {existsSync} from 'node:fs';
import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {Hex} from '../../../../src/lib/features/register/key.ts';
import type {Config} from '../../../../src/lib/config/config.ts';
import {namedKeys} from '../../../../src/lib/features/register/flags.ts';
import {unusedKeyCheck, valuesBySet} from '../../../../src/lib/features/register/set-keys.ts';

const NO_SET_KEYS = {ecdsa: new Map(), bn254: new Map()};

it('reads a value for all sets, and values for single ones', () => {
  fc.assert(
    fc.property(
      fc.option(fc.string({minLength: 1}).filter((text) => !/^\d+=/.test(text))),
      fc.dictionary(fc.nat(9_999).map(String), fc.string()),
      (common, own) => {
        const texts = Object.entries(own).map(([set, value]) => `${set}=${value}`);
        const read = valuesBySet(common === null ? texts : [common, ...texts], 'x');
        expect(read.common).toBe(common);
        expect(Object.fromEntries(read.own)).toEqual({...own});
      },
    ),
  );
});

it.each([
  ['two for all', ['a', 'b']],
  ['two for one set', ['2=a', '2=b']],
  ['no set', ['4294967296=a']],
])('refuses %s', (_name, texts) => {
  expect(() => valuesBySet(texts, 'signing-key')).toThrow(expect.objectContaining({code: 'USAGE'}) as Error);
});

it('warns of a key for a set that gets none of that curve', () => {
  const key: Hex = `0x${'11'.repeat(20)}`;
  const keys = {...NO_SET_KEYS, ecdsa: new Map([1, 2, 9].map((set) => [set, key] as const))};
  const keysMissing = [
    {id: 1, curve: 'ecdsa'},
    {id: 2, curve: 'bn254'},
  ] as const;
  expect(unusedKeyCheck({keysMissing}, keys)).toMatchObject([
    {id: 'set-keys', state: 'warn', found: 'not used: --signing-key 2=, --signing-key 9='},
  ]);
  expect(unusedKeyCheck({keysMissing: []}, NO_SET_KEYS)).toEqual([]);
});

it('takes a configured BLS key file that is not there for none, and a named one for a mistake', () => {
  const gone = '/nonexistent/bls.json';
  expect(existsSync(gone)).toBe(false);
  const config = {node: {blsKeyFile: gone, blsPasswordFile: null}} as unknown as Config;
  const notes: string[] = [];
  const options = {
    canAsk: false,
    signal: new AbortController().signal,
    note: (line: string) => notes.push(line),
  };
  expect(namedKeys(config, {}, options)).toMatchObject({blsKey: null, signingKey: null});
  expect(notes).toEqual([`node.bls_key_file: there is no file ${gone}`]);
  expect(() => namedKeys(config, {'bls-key-file': [gone]}, options)).toThrow(
    expect.objectContaining({code: 'KEY_MISSING'}) as Error,
  );
});
