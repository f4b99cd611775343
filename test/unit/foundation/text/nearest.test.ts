import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {distance, nearest} from '../../../../src/lib/foundation/text/nearest.ts';
import {sanitizeValue, sanitizePath} from '../../../../src/lib/config/sanitize.ts';

describe('nearest', () => {
  it.each([
    ['nodeid', 'node_id'],
    ['signr_key', 'signer_key'],
    ['NODE-ID', 'node_id'],
    ['vrf_ky', 'vrf_key'],
    ['ndoe_id', 'node_id'],
    ['', null],
    ['completely_other', null],
  ])('%s means %s', (name, meant) => {
    expect(nearest(name, ['node_id', 'signer_key', 'vrf_key', 'node_type'])).toBe(meant);
  });

  it('counts edits', () => {
    expect([
      distance('kitten', 'sitting'),
      distance('', 'abc'),
      distance('a', 'a'),
      distance('aaaa', 'bbbb', 2),
    ]).toEqual([3, 3, 0, 2]);
    fc.assert(
      fc.property(
        fc.string({maxLength: 8}),
        fc.string({maxLength: 8}),
        (a, b) => distance(a, b) === distance(b, a) && (distance(a, b) === 0) === (a === b),
      ),
    );
  });
});

describe('shown', () => {
  it.each([
    ['hello', '"hello"'],
    ['a\u001b[31mb', String.raw`"a\u001b[31mb"`],
    ['a\u009bb\u202e', String.raw`"a\u009bb\u202e"`],
    [`0x${'ab'.repeat(32)}`, 'a long hex value (not shown)'],
    ['ab '.repeat(32), 'a long hex value (not shown)'],
    ['postgres://u:secret@h', 'a value with credentials (not shown)'],
    ['https://h/?key=secret', 'a URL with a query (not shown)'],
    ['wss://h/ws/SECRETTOKENPATH123', 'wss://h/… (the rest is not shown)'],
    ['wss://h/ws', '"wss://h/ws"'],
    ['x'.repeat(100), `"${'x'.repeat(60)}…"`],
  ])('%j', (text, result) => {
    expect(sanitizeValue(text)).toBe(result);
  });

  it('hides a secret that stands where a key should', () => {
    expect([sanitizePath('node.node_id'), sanitizePath(`node.${'ab'.repeat(32)}`)]).toEqual([
      'node.node_id',
      'a long hex value (not shown)',
    ]);
  });
});
