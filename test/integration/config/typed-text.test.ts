import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {checkConfig} from '../../../src/lib/config/load.ts';
import {isAosError} from '../../../src/lib/foundation/errors/error.ts';
import {firstOdd, trimAscii} from '../../../src/lib/foundation/text/odd-characters.ts';
import {unfilledPart} from '../../../src/lib/foundation/text/unfilled.ts';
import {goodFile, NODE_ID, thrown, withConfig} from '../../support/config-file.ts';

type Bytes = string | Uint8Array;
const problems = (text: Bytes, env: Record<string, string> = {}): string[] =>
  withConfig(
    text,
    (source) =>
      checkConfig(source, {need: 'run'}).problems.map(
        ({source: place, line, col, path, got, expected}) =>
          `${place}:${line ?? '-'}:${col ?? '-'} ${path} | ${got} | ${expected}`,
      ),
    env,
  );
const minimal = (lines: Record<string, string>): string => {
  const values: Record<string, string> = {
    node_id: NODE_ID,
    signer_key: 'http://127.0.0.1:9000',
    vrf_key_file: './vrf.key',
    dispatcher_url: '127.0.0.1:8081',
    chain_rpc_url: 'https://rpc.example.org/v3/k',
    vrf_range_contract: '0x27e4384ecc11810c2F49914390052b22c4e3CcC0',
    ...lines,
  };
  return [
    'node:',
    ...['node_id', 'signer_key', 'vrf_key_file'].map((key) => `  ${key}: ${values[key] ?? ''}`),
    'net:',
    `  dispatcher_url: ${values['dispatcher_url'] ?? ''}`,
    'chain:',
    ...['chain_rpc_url', 'vrf_range_contract'].map((key) => `  ${key}: ${values[key] ?? ''}`),
    ...(values['more'] === undefined ? [] : [values['more']]),
    '',
  ].join('\n');
};

describe('a character that nobody sees, or that only looks right', () => {
  it.each<[string, Record<string, string>, string, string]>([
    [
      'a zero-width space in a URL',
      {chain_rpc_url: 'http://rpc.exam\u200bple.org/v3/k'},
      ':8:',
      'zero-width space (U+200B)',
    ],
    [
      'a no-break space behind a value',
      {signer_key: 'http://127.0.0.1:9000\u00a0'},
      ':3:',
      'no-break space (U+00A0)',
    ],
    [
      'a byte order mark in the middle',
      {dispatcher_url: '\ufeff127.0.0.1:8081'},
      ':6:',
      'byte order mark (U+FEFF)',
    ],
    ['a soft hyphen in a path', {vrf_key_file: './vrf\u00ad.key'}, ':4:', 'soft hyphen (U+00AD)'],
    ['a right-to-left override', {node_id: `\u202e${NODE_ID}`}, ':2:', 'right-to-left override (U+202E)'],
    ['typographic quotes', {node_id: `“${NODE_ID}”`}, ':2:', 'type " instead, or delete it'],
    ['typographic quotes around a path', {vrf_key_file: '‘./vrf.key’'}, ':4:', "type ' instead"],
    ['an en dash in a host', {dispatcher_url: 'my–host:8081'}, ':6:', 'en dash (U+2013) as character 3'],
    ['a Cyrillic x in an address', {node_id: `0х${NODE_ID.slice(2)}`}, ':2:', 'looks like x'],
    [
      'a Cyrillic a in a host',
      {chain_rpc_url: 'https://rpc.exаmple.org/'},
      ':8:',
      'Cyrillic letter (U+0430) that looks like a',
    ],
    ['full-width digits', {dispatcher_url: '127.0.0.1:８０81'}, ':6:', 'type 8 instead'],
    ['Arabic digits', {dispatcher_url: '127.0.0.1:٨081'}, ':6:', 'type the digits 0 to 9'],
    [
      'a no-break space for an indentation',
      {more: 'policy:\n\u00a0\u00a0offline_grace: 1h'},
      ':11:1 ',
      'no-break space',
    ],
    ['a full-width colon', {more: 'network：custom'}, ':10:8 ', 'type : instead'],
    ['an en dash for a list', {more: '  rpc_urls:\n    – https://a.example.org'}, ':11:5 ', 'type - instead'],
    ['typographic quotes around a key', {more: '“network”: custom'}, ':10:1 ', 'typographic quotation mark'],
  ])('is named with its place: %s', (_, lines, place, words) => {
    const [first = ''] = problems(minimal(lines));
    expect(first).toContain(place);
    expect(first).toContain(words);
  });

  it('says nothing about comments, Windows line ends, a byte order mark at the start, and letters of a path', () => {
    const text = `\ufeff# “Quotes” and\u00a0spaces – all of it\n${minimal({vrf_key_file: './schlüssel/ключ.key  # \u200b'})}`;
    expect(problems(text.replaceAll('\n', '\r\n'))).toEqual([]);
  });

  it('is named in a variable too, and the value of a secret key is not shown', () => {
    const [first = ''] = problems(goodFile(), {
      AOS_CHAIN_CHAIN_RPC_URL: 'https://rpc.example.org/v3/sec\u200bret',
    });
    expect(first).toContain('AOS_CHAIN_CHAIN_RPC_URL');
    expect(first).toContain('(not shown) has a zero-width space (U+200B) as character 31: delete it');
    expect(first).not.toContain('sec');
  });

  it('is found wherever it is put into a value', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('\u200b', '\u00a0', '\u00ad', '\u200f', '\ufeff', '\u2060', '\u202f', '\u3000'),
        fc.nat(20),
        (char, at) => {
          const url = 'https://rpc.example.org/v3/k';
          const [first = ''] = problems(minimal({chain_rpc_url: url.slice(0, at) + char + url.slice(at)}));
          expect(first).toContain('(U+');
        },
      ),
      {numRuns: 30},
    );
  });
});

describe('a place that nothing fills in', () => {
  it.each([
    ['chain_rpc_url', 'https://eth-mainnet.example.org/v2/${ALCHEMY_API_KEY}', 'AOS_CHAIN_CHAIN_RPC_URL'],
    ['chain_rpc_url', '${RPC_URL}', 'AOS_CHAIN_CHAIN_RPC_URL'],
    ['chain_rpc_url', 'https://rpc.example.org/v3/<your-key>', 'AOS_CHAIN_CHAIN_RPC_URL'],
    ['chain_rpc_url', '"https://rpc.example.org/v3/{{ .Values.key }}"', 'AOS_CHAIN_CHAIN_RPC_URL'],
    ['vrf_key_file', '${AOS_DIR}/vrf.key', 'AOS_NODE_VRF_KEY_FILE'],
    ['vrf_key_file', '/data/${NAME}/vrf.key', 'AOS_NODE_VRF_KEY_FILE'],
    ['node_id', '$OPERATOR', 'AOS_NODE_ID'],
    ['dispatcher_url', '"%DISPATCHER%:8081"', 'AOS_NET_DISPATCHER_URL'],
  ])('is refused with the variable to set instead: %s %s', (key, value, variable) => {
    const all = problems(minimal({[key]: value}));
    expect(all).toHaveLength(1);
    expect(all[0]).toContain(variable);
  });

  it.each([
    ['http://me:$ecret@rpc.example.org/', '%24'],
    ['http://me:${secret}@rpc.example.org/', '%24'],
    ['http://me:<secret>@rpc.example.org/', '%3C'],
    ['http://me:{{secret}}@rpc.example.org/', '%7B'],
  ])('may be meant in the password of a URL, and then it is said how to write it: %s', (url, code) => {
    const all = problems(minimal({chain_rpc_url: `"${url}"`}));
    expect(all).toHaveLength(1);
    expect(all[0]).toContain(`such as in a password, write ${code}`);
    expect(all[0]).not.toContain('ecret');
    const written = url.replace('$', '%24').replaceAll('{', '%7B').replaceAll('}', '%7D');
    const encoded = written.replace('<', '%3C').replace('>', '%3E');
    expect(problems(minimal({chain_rpc_url: `"${encoded}"`}))).toEqual([]);
  });

  it('is none of what a URL or a path may have', () => {
    for (const text of ['https://h/a$b', 'https://h/%7Bkey%7D', 'https://h/x?a=1&b=%41%42', './a$1', '/a{b}'])
      expect(unfilledPart(text)).toBeNull();
  });
});

describe('an amount', () => {
  it.each([
    ['0,1', '0.1'],
    ['0.1 ETH', '0.1'],
    ['100000000 gwei', '0.1'],
    ['100000000000000000', '0.1'],
    ['1500000000000000000 wei', '1.5'],
  ])('%s is named with what to type', (typed, expected) => {
    const all = problems(minimal({more: `policy:\n  penalty: "${typed}"`}));
    expect(all).toHaveLength(1);
    expect(all[0]).toMatch(new RegExp(`\\| ${expected.replace('.', '\\.')}$`));
  });
});

describe('a file of UTF-16', () => {
  it.each([
    ['with a mark', Buffer.from(`\ufeff${goodFile()}`, 'utf16le')],
    ['without one', Buffer.from(goodFile(), 'utf16le')],
    ['of the other byte order', Buffer.from(`\ufeff${goodFile()}`, 'utf16le').swap16()],
  ])('is named %s', (_, bytes) => {
    const error = thrown(() => problems(bytes));
    expect(isAosError(error, 'CONFIG_UNREADABLE') && error.message).toContain('UTF-16');
  });
});

describe('odd characters', () => {
  it('are none in ASCII', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x20-\x7e\t\r\n]*$/), (text) => {
        expect(firstOdd(text)).toBeNull();
        expect(trimAscii(` \t${text}\r\n`)).toBe(trimAscii(text));
      }),
    );
  });

  it('are all the rest', () => {
    fc.assert(
      fc.property(fc.integer({min: 0x80, max: 0x10ffff}), (code) => {
        fc.pre(code < 0xd800 || code > 0xdfff);
        const odd = firstOdd(`ab${String.fromCodePoint(code)}`);
        expect(odd).toMatchObject({position: 3});
        expect(odd?.remedy).not.toBe('');
      }),
    );
  });
});
