import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createSteadyTime} from '../../../../src/lib/foundation/time/steady-time.ts';
import {clocks} from '../../../support/journal.ts';

const DAY = 86_400_000;

describe('steady time', () => {
  it.each([5 * DAY, -5 * DAY, 400 * DAY, 60_000])(
    'continues as it was when the clock jumps by %d ms, and when it jumps back',
    (jump) => {
      const machine = clocks();
      const time = createSteadyTime(machine);
      const start = time.now();
      machine.pass(1_000);
      machine.jump(jump);
      expect([time.now() - start, time.jump()]).toEqual([1_000, jump]);
      machine.pass(1_000);
      expect([time.now() - start, time.jump(), time.machine() - start]).toEqual([2_000, jump, 2_000 + jump]);
      machine.jump(-jump);
      expect([time.now() - start, time.jump()]).toEqual([2_000, 0]);
    },
  );

  it('follows small corrections, and a clock that drifts as clocks do', () => {
    const machine = clocks();
    const time = createSteadyTime(machine);
    machine.jump(-900);
    expect([time.now() - machine.now(), time.jump()]).toEqual([0, 0]);
    for (let day = 0; day < 30; day += 1) {
      machine.pass(DAY);
      machine.jump(DAY * 0.0005);
      expect([time.now() - machine.now(), time.jump()]).toEqual([0, 0]);
    }
  });

  it('follows the clock again when another witness says that it is right', () => {
    const machine = clocks();
    const time = createSteadyTime(machine);
    machine.jump(5 * DAY);
    time.confirm();
    expect([time.now(), time.jump()]).toEqual([machine.now(), 0]);
    machine.jump(-5 * DAY);
    expect(time.jump()).toBe(-5 * DAY);
  });

  it('never moves by more than what passed and what a correction may be, whatever the clock does', () => {
    const move = fc.record({passed: fc.nat({max: DAY}), jump: fc.integer({min: -400 * DAY, max: 400 * DAY})});
    fc.assert(
      fc.property(fc.array(move, {maxLength: 20}), (moves) => {
        const machine = clocks();
        const time = createSteadyTime(machine);
        const start = time.now();
        let passed = 0;
        for (const one of moves) {
          machine.pass(one.passed);
          machine.jump(one.jump);
          passed += one.passed;
          expect(Math.abs(time.now() - start - passed)).toBeLessThanOrEqual(30_001 + passed / 1_000);
        }
      }),
    );
  });
});
