import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {KEYS} from '../../../../src/lib/features/dashboard/model/keys.ts';
import {
  filterOf,
  initialUi,
  PANES,
  reduceUi,
  type Effect,
  type Sight,
  type Ui,
} from '../../../../src/lib/features/dashboard/model/ui.ts';

const SIGHT: Sight = {
  now: 0,
  jobs: [10, 20, 30],
  lines: [1, 2, 3, 4],
  page: 2,
  maxScroll: 5,
  ownsOperator: false,
};

function press(
  keys: readonly string[],
  change: Partial<Sight> = {},
  from: Ui = initialUi,
): {ui: Ui; effects: Effect[]} {
  const effects: Effect[] = [];
  let ui = from;
  for (const name of keys) {
    const step = reduceUi(ui, {type: 'key', name}, {...SIGHT, ...change});
    ui = step.ui;
    effects.push(...step.effects);
  }
  return {ui, effects};
}

describe('keys', () => {
  it('are bound once each', () => {
    const all = KEYS.flatMap(({keys}) => keys);
    expect(new Set(all).size).toBe(all.length);
  });

  it('move through panes, lists and pages', () => {
    expect(press(['1']).ui.pane).toBe('heartbeat');
    expect(press(['7', 'tab']).ui.pane).toBe('heartbeat');
    expect(press(['j']).ui.job).toBe(20);
    expect(press(['j', 'j', 'j', 'j']).ui.job).toBe(30);
    expect(press(['G', 'k', 'g']).ui.job).toBe(10);
    expect(press(['7', 'k']).ui.line).toBe(3);
    // At its end the log is followed again.
    expect(press(['7', 'k', 'j']).ui.line).toBeNull();
    expect(press(['?', 'pgdn', 'pgdn', 'pgdn']).ui.scroll).toBe(5);
    expect(press(['l', 'enter', 'esc']).ui.page).toBe('log');
    expect(press(['enter', 'esc']).ui.page).toBe('main');
  });

  it('type a filter, which counts at once and is dropped by Esc', () => {
    expect(filterOf(press(['/', 'q', 'X']).ui)).toBe('qx');
    expect(press(['/', 'q', 'X', 'enter']).ui.filter).toBe('qx');
    expect(press(['/', 'q', 'esc']).ui).toMatchObject({filter: '', draft: null});
    expect(press(['/', 'q', 'enter', 'esc']).ui.filter).toBe('');
    const pasted = reduceUi(press(['/']).ui, {type: 'paste', text: 'a\r\nb\x1b[2J'.repeat(1_000)}, SIGHT).ui;
    expect(pasted.draft).toMatch(/^a b\\x1b/);
    expect(pasted.draft?.length).toBeLessThanOrEqual(100);
  });

  it('Ctrl-C closes a dashboard that only watches', () => {
    expect(press(['ctrl-c']).effects).toEqual(['quit']);
    expect(press(['/', 'x', 'ctrl-c']).effects).toEqual(['quit']);
  });

  it('Ctrl-C stops the operator of aos run only twice within three seconds, then at once', () => {
    const own = {ownsOperator: true};
    expect(press(['ctrl-c'], own).effects).toEqual([]);
    expect(press(['ctrl-c', 'j', 'ctrl-c'], own).effects).toEqual([]);
    const asked = press(['ctrl-c'], own).ui;
    expect(press(['ctrl-c'], {...own, now: 3_001}, asked).effects).toEqual([]);
    const told = press(['ctrl-c'], {...own, now: 2_999}, asked);
    expect(told.effects).toEqual(['interrupt']);
    expect(press(['ctrl-c'], {...own, now: 60_000}, told.ui).effects).toEqual(['interrupt']);
    expect(press(['q'], own).effects).toEqual(['quit']);
  });

  it('never do anything to the operator but that, whatever is pressed', () => {
    const name = fc.oneof(fc.constantFrom(...KEYS.flatMap(({keys}) => keys)), fc.string({maxLength: 2}));
    const list = fc.array(fc.nat(50), {maxLength: 5});
    fc.assert(
      fc.property(fc.array(name, {maxLength: 40}), list, list, (keys, jobs, lines) => {
        const {ui, effects} = press(
          keys.filter((one) => one !== 'ctrl-c'),
          {jobs, lines, ownsOperator: true},
        );
        expect(effects).not.toContain('interrupt');
        expect(PANES).toContain(ui.pane);
        expect(ui.scroll).toBeGreaterThanOrEqual(0);
        expect(ui.draft?.length ?? 0).toBeLessThanOrEqual(100);
        if (ui.job !== null) expect(jobs).toContain(ui.job);
      }),
    );
  });
});
