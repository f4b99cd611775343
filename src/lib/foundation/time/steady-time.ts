import type {Time} from './time.ts';

/**
 * Time whose `now` no jump of the machine's clock moves: it follows that clock only while it moves along with the monotonic
 * one. After a jump it continues as it was, until {@link SteadyTime.confirm}.
 */
export type SteadyTime = Time & {
  /** What the machine's clock says, Unix ms. */
  machine(): number;
  /** By how much the machine's clock has jumped away from this one, ms; 0: they move alike. */
  jump(): number;
  /** Another witness says that the machine's clock is right: it is followed from here on. */
  confirm(): void;
};

/** What a clock may be corrected by in one step: daemons correct more than this only once, at their start. */
const STEP_MS = 30_000;
/** What a clock may be slowed down or sped up by, as a share of the time: Linux corrects by at most 0.05 %. */
const SLEW = 0.001;

export function createSteadyTime(time: Time): SteadyTime {
  let base = {wall: time.now(), monotonic: time.monotonic()};
  /** How far the machine's clock was ahead of the monotonic one when it was followed last. */
  let ahead = 0;

  const passed = (): number => time.monotonic() - base.monotonic;
  const aheadNow = (): number => time.now() - (base.wall + passed());
  const isAlike = (ms: number): boolean => Math.abs(ms) <= STEP_MS + SLEW * passed();

  return {
    ...time,
    now() {
      const ms = aheadNow();
      if (!isAlike(ms)) return Math.floor(base.wall + passed() + ahead);
      ahead = ms;
      return time.now();
    },
    machine: () => time.now(),
    jump() {
      const ms = aheadNow();
      return isAlike(ms) ? 0 : Math.round(ms - ahead);
    },
    confirm() {
      base = {wall: time.now(), monotonic: time.monotonic()};
      ahead = 0;
    },
  };
}
