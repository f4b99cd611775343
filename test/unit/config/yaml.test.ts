import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {parseYaml} from '../../../src/lib/config/yaml.ts';
import type {YamlNode} from '../../../src/lib/config/yaml.ts';

/** Back to plain values, for comparing. */
function plain(node: YamlNode | null): unknown {
  if (node === null || node.kind === 'null') return null;
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, {value}]) => [key, plain(value)]));
}

function messages(text: string): string[] {
  return parseYaml(text).problems.map(({at, message}) => `${at.line}:${at.col} ${message}`);
}

describe('parseYaml', () => {
  it.each([
    [
      'unquoted hex',
      'a: 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73',
      {a: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73'},
    ],
    ['digits', 'a: 00012345678901234567890', {a: '00012345678901234567890'}],
    ['exponent', 'a: 1e5\nb: 1_000\nc: 0o7\nd: 12:30', {a: '1e5', b: '1_000', c: '0o7', d: '12:30'}],
    ['booleans', 'a: yes\nb: true', {a: 'yes', b: 'true'}],
    ['nothing', 'a:\nb: ~\nc: null\nd: ""', {a: null, b: null, c: null, d: ''}],
    ['tags', 'a: !!int 12\nb: !!str 0x1', {a: '12', b: '0x1'}],
    ['byte order mark', '\ufeffa: 1', {a: '1'}],
    ['CRLF', 'a: 1\r\nb:\r\n  c: 2\r\n', {a: '1', b: {c: '2'}}],
    ['CR', 'a: 1\rb: 2\r', {a: '1', b: '2'}],
    ['document marks', '---\na: 1\n...\n', {a: '1'}],
    ['end mark of a document', 'a: 1\n---\n', {a: '1'}],
    ['alias', 'a: &x {b: 1}\nc: *x', {a: {b: '1'}, c: {b: '1'}}],
    ['merge', 'a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3', {a: {b: '1', c: '2'}, d: {c: '3', b: '1'}}],
    [
      'merge of a list',
      'a: &x {b: 1}\ny: &y {b: 2, c: 2}\nd: {<<: [*x, *y]}',
      {a: {b: '1'}, y: {b: '2', c: '2'}, d: {b: '1', c: '2'}},
    ],
    ['anchor given anew', 'a: &x 1\nb: *x\nc: &x 2\nd: *x', {a: '1', b: '1', c: '2', d: '2'}],
    ['__proto__', '__proto__: 1', JSON.parse('{"__proto__":"1"}') as unknown],
    ['flow', '{a: [1, "2"]}', {a: ['1', '2']}],
  ])('reads %s', (_, text, value) => {
    expect(messages(text)).toEqual([]);
    expect(plain(parseYaml(text).root)).toEqual(value);
  });

  it.each(['', '\n\n', '# only a comment\n', '---\n', '~'])('%j is empty', (text) => {
    expect(parseYaml(text)).toEqual({root: null, problems: []});
  });

  it.each([
    ['tab', 'a:\n\tb: 1', '2:1 is indented with a tab; use spaces'],
    ['duplicate key', 'a: 1\nb: 2\na: 3', '3:1 is given twice'],
    [
      'second document',
      'a: 1\n---\nb: 2',
      '2:1 starts a second document; only one is read, so remove this one',
    ],
    ['unknown alias', 'a: *x', '1:4 is an alias (*) without an anchor (&) before it'],
    ['alias to itself', 'a: &x [*x]', 'has aliases (*) that expand to too many values'],
    ['open bracket', 'a: [1\nb: 2', '2:1 is not indented'],
    ['open quote', 'a: "x', 'lacks a closing quote'],
    ['key that is a map', '{a: 1}: 2', '1:1 has a list or map as a key'],
    ['merge of a text', '<<: x', 'merges (<<) something that is not a map'],
    ['nesting', `a: ${'['.repeat(100)}${']'.repeat(100)}`, 'is nested too deeply'],
    ['much nesting', '['.repeat(16_000), 'is nested too deeply'],
    ['a long line', `a: 1\nb: ${'x'.repeat(20_000)}`, '2:1 has more than 16384 characters in the line'],
    ['reserved character', 'a: @b', '1:4 starts with a character that YAML reserves'],
    ['colon in a value', 'a: b: c', 'put the value in quotes'],
  ])('tells of %s', (_, text, message) => {
    expect(messages(text).join('\n')).toContain(message);
  });

  it('bounds aliases that double', () => {
    const levels = Array.from(
      {length: 30},
      (_, level) => `a${level}: &a${level} [${level === 0 ? 'x' : `*a${level - 1}, *a${level - 1}`}]`,
    );
    const {problems} = parseYaml(levels.join('\n'));
    expect(problems.map(({message}) => message)).toEqual(['has aliases (*) that expand to too many values']);
  });

  it('takes 50,000 keys, and finds the one that stands there twice', () => {
    const keys = Array.from({length: 50_000}, (_, index) => `k${index}: 1`);
    expect(messages([...keys, 'k7: 2'].join('\n'))).toEqual(['50001:1 is given twice']);
  });

  it('never throws, and never quotes the text', () => {
    const secret = 'deadbeefcafe';
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...Array.from(' \n\t:-[]{}&*!|>"\'%@`#,?<\\x'), secret, '---', 'a'), {
          maxLength: 60,
        }),
        (parts) => {
          const {problems} = parseYaml(parts.join(''));
          expect(problems.map(({message}) => message).join('')).not.toContain(secret);
        },
      ),
    );
  });
});
