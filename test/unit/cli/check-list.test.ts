import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {foldedLines, checkLines, verdictLines, type ListedCheck} from '../../../src/lib/cli/check-list.ts';
import {palette} from '../../../src/lib/cli/palette.ts';
import {CHECK_STATES, ok, warn, fail, unclear} from '../../../src/lib/foundation/check/check.ts';
import {run, say} from '../../../src/lib/foundation/next-step/next-step.ts';
import {cellsOf} from '../../../src/lib/foundation/text/cells.ts';
import {listStyle} from '../../support/list-style.ts';

const blocked = (id: string, because: string | null): ListedCheck => ({
  id,
  state: 'skipped',
  found: 'needs it',
  next: null,
  because,
});

const LIST: readonly ListedCheck[] = [
  {id: 'config.file', ...ok('./config.yaml')},
  {id: 'config.valid', ...ok('nothing is missing')},
  {id: 'chain.rpc', ...ok('block 5')},
  {id: 'chain.gas', ...warn('0 ETH', say('Send ETH to node_id.'))},
  {id: 'registry.avs', ...fail('not registered', run('register')), needed: 'registered'},
  blocked('registry.range', 'registry.avs'),
  blocked('registry.slashed', 'registry.avs'),
  {id: 'ping.outside', ...unclear('not probed yet', run('status'))},
  blocked('workers.tee', null),
];

describe('a list of checks', () => {
  it('is one line for each category where it is folded', () => {
    expect(foldedLines(LIST, listStyle()).join('\n')).toMatchInlineSnapshot(`
      "✓ config        2 passed
      ! chain.gas     0 ETH
                      → Send ETH to node_id.
      ✓ chain         1 passed
      ✗ registry.avs  not registered (needed: registered)
                      → aos register
      · registry      2 skipped (needs registry.avs)
      ? ping.outside  not probed yet
                      → aos status
      · workers       1 skipped"
    `);
  });

  it('is every check where it is not', () => {
    expect(checkLines(LIST, listStyle()).join('\n')).toMatchInlineSnapshot(`
      "✓ config.file       ./config.yaml
      ✓ config.valid      nothing is missing
      ✓ chain.rpc         block 5
      ! chain.gas         0 ETH
                          → Send ETH to node_id.
      ✗ registry.avs      not registered (needed: registered)
                          → aos register
      · registry.range    needs it
      · registry.slashed  needs it
      ? ping.outside      not probed yet
                          → aos status
      · workers.tee       needs it"
    `);
  });

  it.each([
    [LIST.slice(0, 2), ['OK (2 passed)']],
    [LIST.slice(0, 4), ['OK with 1 warning (3 passed)', 'Fix first: chain.gas → Send ETH to node_id.']],
    [
      LIST,
      [
        'Problems found: 1 failed, 1 warning, 1 unknown (3 passed, 3 skipped)',
        'Fix first: registry.avs → aos register',
      ],
    ],
  ])('ends with a verdict', (list, lines) => {
    expect(verdictLines(list, listStyle())).toEqual(lines);
  });

  const word = fc.oneof(
    fc.constantFrom('the', 'stake', 'in', '2', 'strategies', '日本語', '🚀', `0x${'ab'.repeat(16)}`),
    fc.stringMatching(/^[a-z]{1,16}$/),
  );
  const sentence = fc.array(word, {minLength: 1, maxLength: 30}).map((words) => words.join(' '));
  const check = fc.record({
    id: fc.constantFrom('a.one', 'registry.challenges', 'signer.health_status', 'b.two'),
    state: fc.constantFrom(...CHECK_STATES),
    found: sentence,
    next: fc.option(sentence.map(say)),
  });

  it.each([40, 60, 80, 120, 200])('never cuts a word at %d columns', (width) => {
    fc.assert(
      fc.property(fc.array(check, {minLength: 1, maxLength: 5}), (list) => {
        const lines = checkLines(list, listStyle({width}));
        for (const line of lines) expect(cellsOf(line)).toBeLessThanOrEqual(width);
        const words = (text: string): string[] => text.split(/\s+/).filter((part) => part !== '');
        const said = list.flatMap(({id, state, found, next}) => [
          id,
          ...words(found),
          ...(next === null || state === 'ok' ? [] : ['→', ...words(next.say)]),
        ]);
        expect(lines.flatMap((line) => words(line.replace(/^[✓!✗…?·] /, '')))).toEqual(said);
      }),
    );
  });

  it('keeps a key id whole where the line is shorter', () => {
    const id = `0x${'ab'.repeat(32)}`;
    const lines = checkLines([{id: 'bls-key', ...ok(`${id}, not registered yet`)}], listStyle({width: 60}));
    expect(lines.filter((line) => line.includes(id))).toHaveLength(1);
  });

  it('says in ASCII and without colours what it says with them', () => {
    const plain = checkLines(LIST, listStyle({ascii: true})).join('\n');
    expect(plain).toMatch(/^[\n -~]*$/);
    expect(plain).toContain('-> aos register');
    const painted = checkLines(LIST, listStyle({paint: palette(true)})).join('\n');
    expect(painted).toContain('\u001b[1;32m✓');
    expect(painted.replaceAll(/\u001b\[[\d;]*m/g, '')).toBe(checkLines(LIST, listStyle()).join('\n'));
  });
});
