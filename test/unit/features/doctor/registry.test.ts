import {readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {
  CATEGORIES,
  categoryOf,
  CHECK_IDS,
  CHECKS,
  needsOf,
} from '../../../../src/lib/features/doctor/registry.ts';

describe('the checks', () => {
  it('have ids of their own, of a known category, in the order of the categories', () => {
    expect(new Set(CHECK_IDS).size).toBe(CHECK_IDS.length);
    for (const id of CHECK_IDS) expect(id).toMatch(/^[a-z]+\.[a-z_]+$/);
    const order = CHECK_IDS.map((id) => CATEGORIES.indexOf(categoryOf(id)));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect([...new Set(order)]).toEqual(CATEGORIES.map((_, index) => index));
  });

  it('need only checks that stand above them, so that nothing waits in a circle', () => {
    for (const {id, needs} of CHECKS) {
      expect(needsOf(id)).toEqual(needs);
      for (const need of needsOf(id)) expect(CHECK_IDS.indexOf(need)).toBeLessThan(CHECK_IDS.indexOf(id));
    }
  });

  it('are all in docs/doctor.md, and no others', () => {
    const page = readFileSync(path.join(import.meta.dirname, '../../../../docs/doctor.md'), 'utf8');
    const told = page
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter(([, id]) => /^`[a-z]+\.[a-z_]+`$/.test(id ?? ''))
      .map(([, id, about, needs]) => [id, about, needs]);
    const known = CHECKS.map(({id, about, needs}) => [
      `\`${id}\``,
      about,
      needs.length === 0 ? '–' : needs.map((need) => `\`${need}\``).join(', '),
    ]);
    expect(told).toEqual(known);
  });
});
