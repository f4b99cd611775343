import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {ALL_FIELDS, envNames} from '../../../src/lib/config/schema.ts';
import * as values from '../../../src/lib/config/values.ts';
import {codePoint} from '../../support/any-text.ts';

const NODE_ID = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';

describe('values', () => {
  it.each([
    ['127.0.0.1:8081', 'ws://127.0.0.1:8081/ws'],
    ['dispatcher.example.org:3000', 'ws://dispatcher.example.org:3000/ws'],
    ['localhost:3000', 'ws://localhost:3000/ws'],
    ['[::1]:3000', 'ws://[::1]:3000/ws'],
    ['ws://127.0.0.2:3000', 'ws://127.0.0.2:3000/ws'],
    ['WSS://d.example.org', 'wss://d.example.org/ws'],
    ['wss://d.example.org/other', 'wss://d.example.org/other'],
  ])('dispatcher %s', (text, url) => {
    expect(values.dispatcherUrl.parse(text)).toEqual({value: url});
  });

  it.each([
    '127.0.0.1',
    'http://h:1',
    'ws://u:p@h:1',
    'ws://h:1?token=x',
    'h:99999',
    'ws://',
    'h:0',
    'h: 1',
    'ws://h\n:1',
  ])('refuses dispatcher %j', (text) => {
    expect(values.dispatcherUrl.parse(text)).toHaveProperty('wrong');
  });

  it.each([
    ['http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
    ['HTTPS://Signer.example.org/', 'https://signer.example.org'],
    ['http://[::1]:9000/', 'http://[::1]:9000'],
  ])('signer %s', (text, url) => {
    expect(values.signerUrl.parse(text)).toEqual({value: url});
  });

  it.each([
    '127.0.0.1:9000',
    'ftp://h',
    'http://u@h:1',
    'http://h/api',
    'http://h/?',
    'http://h/#a',
    'http://',
    'http:///h',
    'http://h:0',
    'http://h:70000',
  ])('refuses signer %j', (text) => {
    expect(values.signerUrl.parse(text)).toHaveProperty('wrong');
  });

  it.each([
    ['0.0.0.0:21001', {host: '0.0.0.0', port: 21001}],
    ['http://127.0.0.1:0/', {host: '127.0.0.1', port: 0}],
    ['[::]:65535', {host: '::', port: 65535}],
    ['localhost:80', {host: 'localhost', port: 80}],
  ])('listens on %s', (text, value) => {
    expect(values.listenAddress.parse(text)).toEqual({value});
  });

  it.each(['21001', 'h:65536', 'https://h:1', 'h:1/path', ':1', 'h:-1', '999.1.1.1:1', 'u@h:1'])(
    'does not listen on %j',
    (text) => {
      expect(values.listenAddress.parse(text)).toHaveProperty('wrong');
    },
  );

  it.each([
    ['http://127.0.0.1:21001/api/opml_callback', 'http://127.0.0.1:21001'],
    ['http://h/base/', 'http://h/base'],
    ['10.0.0.1:5', 'http://10.0.0.1:5'],
  ])('calls back on %s', (text, url) => {
    expect(values.callbackUrl.parse(text)).toEqual({value: url});
  });

  it.each([
    ['10', 10_000],
    ['0.5', 500],
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['3d', 259_200_000],
  ])('takes the time %s', (text, ms) => {
    expect(values.duration(1, Number.MAX_SAFE_INTEGER).parse(text)).toEqual({value: ms});
  });

  it.each(['', '-1', '1x', '1 h', 's', '1e3', '0x10', 'ten', '1h-30m'])('refuses the time %j', (text) => {
    expect(values.duration(0).parse(text)).toHaveProperty('wrong');
  });

  it('keeps timers below what Node can wait for', () => {
    expect(values.duration(0).parse('24d')).toHaveProperty('value');
    expect(values.duration(0).parse('25d')).toHaveProperty('wrong');
  });

  it.each([
    ['0.1', 10n ** 17n],
    ['32', 32n * 10n ** 18n],
    ['0.000000000000000001', 1n],
  ])('takes %s ETH', (text, wei) => {
    expect(values.ether.parse(text)).toEqual({value: wei});
  });

  it('takes every 64-bit number and none beyond', () => {
    expect(values.uint64.parse('18446744073709551615')).toEqual({value: 2n ** 64n - 1n});
    expect(values.uint64.parse('18446744073709551616')).toHaveProperty('wrong');
  });

  it('takes a time only in RFC 3339', () => {
    expect(values.moment.parse('2025-01-01')).toEqual({value: Date.UTC(2025, 0, 1)});
    expect(values.moment.parse('2025-01-01t01:00:00+01:00')).toEqual({value: Date.UTC(2025, 0, 1)});
    expect(values.moment.parse('2025-13-01')).toHaveProperty('wrong');
    expect(values.moment.parse('1')).toHaveProperty('wrong');
  });

  it('names the right spelling of an address with a wrong checksum', () => {
    expect(values.address.parse(NODE_ID.replace('FE3B', 'Fe3B'))).toMatchObject({expected: NODE_ID});
    expect(values.address.parse(NODE_ID.toLowerCase())).toEqual({value: NODE_ID});
    expect(values.address.parse(NODE_ID.slice(0, -1))).toMatchObject({wrong: 'has 39 hex digits'});
  });

  it('never throws', () => {
    const types = ALL_FIELDS.flatMap((field) => (field.kind === 'unused' ? [] : [field.type]));
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.oneof(fc.string(), fc.webUrl(), fc.string({unit: codePoint})),
        (type, text) => {
          const parsed = type.parse(text);
          expect('wrong' in parsed || 'value' in parsed).toBe(true);
        },
      ),
    );
  });
});

describe('the table of keys', () => {
  const used = ALL_FIELDS.filter((field) => field.kind !== 'unused');

  it.each(used.filter(({path}) => path !== 'node.vrf_key').map((field) => [field.path, field] as const))(
    '%s: default and example are valid',
    (_, field) => {
      for (const text of [field.example, ...(field.fallback === null ? [] : [field.fallback])]) {
        const plain = text.replaceAll(/[[\]{}" ]/g, '');
        const listed = field.kind === 'many' && field.type.isPair === true ? plain.replace(':', '=') : plain;
        const items = field.kind === 'many' ? listed.split(',') : [text];
        for (const item of items) expect(field.type.parse(item)).toHaveProperty('value');
      }
    },
  );

  it('gives every key a name and variables of its own', () => {
    const paths = ALL_FIELDS.map(({path}) => path);
    const names = ALL_FIELDS.flatMap(envNames);
    expect(new Set(paths).size).toBe(paths.length);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(['AOS_NODE_ID', 'AOS_SIGNER_KEY', 'AOS_CHAIN_CHAIN_RPC_URL', 'AOS_NETWORK']),
    );
  });
});
