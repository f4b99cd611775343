import {AosError} from '../../foundation/errors/error.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {SteadyTime} from '../../foundation/time/steady-time.ts';
import type {AgeClock} from '../journal/age-clock.ts';
import type {Health} from './health.ts';

/** Compares the machine's clock with the monotonic one and with the chain, and reports one that is wrong. */
export type ClockGuard = {
  /** A block of the chain was read; `at` is its time, Unix ms. */
  onBlock(block: {number: bigint; at: number}): void;
  /** Compares the clocks of the machine. Call it every {@link CHECK_EVERY_MS}. */
  check(): void;
};

export const CHECK_EVERY_MS = 10_000;
/** A newest block is so much behind the true time at most, and a right clock not more behind the block. */
const MOST_BEHIND_MS = 600_000;
const MOST_AHEAD_MS = 60_000;

const JUMP = 'jump';
const CHAIN = 'chain';

export function createClockGuard(deps: {
  time: SteadyTime;
  age: Pick<AgeClock, 'witness'>;
  health: Pick<Health, 'failed' | 'worked'>;
}): ClockGuard {
  const {time, age, health} = deps;
  let last: bigint | null = null;

  function check(): void {
    const jump = time.jump();
    if (jump === 0) health.worked('clock', JUMP);
    else
      health.failed(
        'clock',
        new AosError('CLOCK_WRONG', `the machine’s clock jumped ${way(jump)} by ${duration(Math.abs(jump))}`),
        JUMP,
      );
  }

  return {
    onBlock({number, at}) {
      // The first block may be old: a chain that stands still is no clock.
      const isLive = last !== null && number > last;
      last = number;
      const off = time.machine() - at;
      if (isLive && off <= MOST_BEHIND_MS && off >= -MOST_AHEAD_MS) {
        health.worked('clock', CHAIN);
        time.confirm();
        check();
      } else if (isLive)
        health.failed(
          'clock',
          new AosError(
            'CLOCK_WRONG',
            `the machine’s clock is ${duration(Math.abs(off))} ${off > 0 ? 'ahead of' : 'behind'} the chain’s newest block`,
          ),
          CHAIN,
        );
      age.witness({chainAt: at, wallAt: time.now()});
    },
    check,
  };
}

const way = (ms: number): string => (ms > 0 ? 'ahead' : 'back');
