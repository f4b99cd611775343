import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createAgeClock, storedAge} from '../../../../src/lib/node/journal/age-clock.ts';
import {clocks} from '../../../support/journal.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** A journal's notes that live longer than a run, and how a run begins. */
function machine() {
  const notes = new Map<string, string>();
  const time = clocks();
  const recall = (name: string): string | null => notes.get(name) ?? null;
  const remember = (name: string, value: string): Promise<void> =>
    Promise.resolve(void notes.set(name, value));
  const start = (least = 0) => createAgeClock({recall, remember}, time, least);
  return {notes, time, recall, start};
}

describe('the age of a journal', () => {
  it('is what its runs lasted; the wall clock moves nothing', async () => {
    const {time, start, recall} = machine();
    const first = start();
    time.pass(DAY);
    time.jump(5 * DAY);
    expect(first.now()).toBe(DAY);
    await first.keep();
    expect(storedAge({recall}).now()).toBe(DAY);
    time.pass(100);
    time.jump(-9 * DAY);
    const second = start();
    expect(second.now()).toBe(DAY);
    time.pass(MINUTE);
    expect(second.now()).toBe(DAY + MINUTE);
  });

  it('counts the time between two runs as far as the chain and the wall clock agree on it', async () => {
    for (const [chain, wall, counted] of [
      [DAY, DAY, DAY],
      [DAY, 6 * DAY, DAY],
      [DAY, -5 * DAY, 0],
      [6 * DAY, DAY, DAY],
      [0, DAY, 0],
      [-DAY, DAY, 0],
    ] as const) {
      const {time, start} = machine();
      const before = start();
      before.witness({chainAt: 1_000_000, wallAt: time.now()});
      await before.keep();
      time.jump(wall);
      const after = start();
      after.witness({chainAt: 1_000_000 + chain, wallAt: time.now()});
      expect(after.now(), JSON.stringify([chain, wall])).toBe(counted);
    }
  });

  it('does not count the same time twice', async () => {
    const {time, start} = machine();
    const age = start();
    const block = (chainAt: number): void => age.witness({chainAt, wallAt: time.now()});
    block(0);
    // The chain stands still while the operator lives on; then it has a block, and the wall clock jumps.
    for (let minute = 0; minute < 60; minute += 1) {
      time.pass(MINUTE);
      block(0);
    }
    time.jump(5 * DAY);
    block(60 * MINUTE);
    expect(age.now()).toBe(60 * MINUTE);
    await age.keep();
  });

  it('is never behind what the journal says of its newest job, and survives a damaged note', () => {
    const {notes, start} = machine();
    expect(start(5_000).now()).toBe(5_000);
    for (const note of ['', 'x', '{}', '{"age":"1"}', '{"age":7,"moment":{"age":1}}', '[]', 'null']) {
      notes.set('age', note);
      expect(start().now(), note).toBe(note.startsWith('{"age":7') ? 7 : 0);
    }
  });

  it('never runs ahead of the true time, whatever one of the two witnesses says', async () => {
    const DAYS = fc.integer({min: -400 * DAY, max: 400 * DAY});
    const step = fc.record({
      passed: fc.nat({max: DAY}),
      /** The process ends before this step, and another begins after it. */
      isDown: fc.boolean(),
      /** What the witness that may be wrong says then, beside the true time. */
      wrong: DAYS,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('wall', 'chain'),
        fc.array(step, {maxLength: 25}),
        async (liar, steps) => {
          const {time, start} = machine();
          const began = time.now();
          let truth = 0;
          let age = start();
          let before = 0;
          for (const {passed, isDown, wrong} of steps) {
            if (isDown) await age.keep();
            time.pass(passed);
            truth += passed;
            if (isDown) age = start();
            const said = truth + wrong;
            age.witness({
              chainAt: liar === 'chain' ? said : truth,
              wallAt: began + (liar === 'wall' ? said : truth),
            });
            expect(age.now()).toBeLessThanOrEqual(truth);
            expect(age.now()).toBeGreaterThanOrEqual(isDown ? 0 : before);
            before = age.now();
          }
        },
      ),
      {numRuns: 300},
    );
  });
});
