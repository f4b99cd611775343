import {describe, expect, it} from 'vitest';
import {createSteadyTime} from '../../../../src/lib/foundation/time/steady-time.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createClockGuard} from '../../../../src/lib/node/operator/clock-guard.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import {clocks} from '../../../support/journal.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

function guarded() {
  const machine = clocks();
  const time = createSteadyTime(machine);
  const events: OperatorEventBody[] = [];
  const witnessed: {chainAt: number; wallAt: number}[] = [];
  const guard = createClockGuard({
    time,
    age: {witness: (seen) => witnessed.push(seen)},
    health: createHealth((event) => events.push(event), machine),
  });
  let number = 0n;
  const chain = {behind: 12_000};
  return {
    machine,
    time,
    guard,
    witnessed,
    chain,
    /** The true time, which the machine's clock shows at first. */
    block(): void {
      number += 1n;
      guard.onBlock({number, at: Date.UTC(2030, 0, 1) + machine.monotonic() - chain.behind});
    },
    /** What was said since the last call. */
    said: () =>
      events
        .splice(0)
        .map((event) => (event.type === 'problem' ? `${event.code}: ${event.message}` : event.type)),
  };
}

describe('the guard of the clock', () => {
  it('says nothing while the clocks agree', () => {
    const {machine, guard, block, said, witnessed, time} = guarded();
    for (let n = 0; n < 10; n += 1) {
      block();
      guard.check();
      machine.pass(MINUTE);
    }
    expect(said()).toEqual([]);
    expect(witnessed).toHaveLength(10);
    expect(witnessed[9]).toEqual({wallAt: time.now() - MINUTE, chainAt: time.now() - MINUTE - 12_000});
  });

  it('reports a jump once, and its end when the clock comes back', () => {
    const {machine, guard, said} = guarded();
    machine.jump(5 * DAY);
    guard.check();
    machine.pass(10_000);
    guard.check();
    expect(said()).toEqual(['CLOCK_WRONG: the machine’s clock jumped ahead by 5 d']);
    machine.jump(-5 * DAY);
    guard.check();
    expect(said()).toEqual(['recovered']);
  });

  it('takes a jump for a correction when the chain agrees with it', () => {
    const {machine, guard, block, said, chain, time} = guarded();
    chain.behind = -DAY;
    block();
    machine.pass(MINUTE);
    block();
    expect(said()).toEqual(['CLOCK_WRONG: the machine’s clock is 1 d behind the chain’s newest block']);
    machine.jump(DAY);
    guard.check();
    machine.pass(MINUTE);
    block();
    expect(said()).toEqual(['recovered']);
    expect([time.jump(), time.now()]).toEqual([0, machine.now()]);
  });

  it('reports a clock that was wrong from the start, and not a chain that stands still', () => {
    const {machine, block, guard, said, chain} = guarded();
    const at = Date.UTC(2030, 0, 1) - 10 * DAY;
    guard.onBlock({number: 7n, at});
    machine.pass(MINUTE);
    guard.onBlock({number: 7n, at});
    expect(said()).toEqual([]);
    chain.behind = 400 * DAY;
    for (let n = 0; n < 10; n += 1) block();
    expect(said()).toEqual([expect.stringMatching(/^CLOCK_WRONG: .* 400 d ahead of the chain/)]);
  });

  it('gives the age the time that no jump moves', () => {
    const {machine, block, witnessed} = guarded();
    block();
    machine.jump(400 * DAY);
    machine.pass(MINUTE);
    block();
    expect(witnessed.map(({wallAt}) => wallAt - Date.UTC(2030, 0, 1))).toEqual([0, MINUTE]);
  });
});
