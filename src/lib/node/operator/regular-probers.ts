import type {Time} from '../../foundation/time/time.ts';

/** Follows which addresses ask `/ping` regularly, as the network does. */
export type RegularProbers = {
  /**
   * An address asked.
   * @returns `others` when every address that asked regularly is silent, and only others ask; `regular` when one of
   * those asked; else null
   */
  asked(address: string): 'regular' | 'others' | null;
  /** Those that are silent, the last that asked first, and for how long. */
  silent(): {address: string; ms: number} | null;
};

/** Addresses that are followed. */
const MOST = 200;
/** So many times, at least half an interval apart, make an address a regular one: five minutes of the network's probes. */
const REGULAR = 30;
/** So many intervals without one make it silent. */
const SILENT = 6;
/** It is forgotten after so long: the network asks from elsewhere now. */
const FORGET_MS = 3_600_000;

type Prober = {at: number; beats: number; beatAt: number};

export function createRegularProbers(time: Time, intervalMs: number): RegularProbers {
  /** The one that asked longest ago first. */
  const probers = new Map<string, Prober>();

  function regulars(now: number): [string, Prober][] {
    return [...probers].filter(([, {at, beats}]) => beats >= REGULAR && now - at < FORGET_MS);
  }

  /** Makes room: the one that asked the fewest times goes. */
  function dropOne(): void {
    let least: [string, Prober] | undefined;
    for (const one of probers) if (least === undefined || one[1].beats < least[1].beats) least = one;
    if (least !== undefined) probers.delete(least[0]);
  }

  return {
    asked(address) {
      const now = time.monotonic();
      const before = probers.get(address) ?? {at: now, beats: 0, beatAt: -Infinity};
      const isBeat = now - before.beatAt >= intervalMs / 2;
      const prober = {
        at: now,
        beats: before.beats + (isBeat ? 1 : 0),
        beatAt: isBeat ? now : before.beatAt,
      };
      if (!probers.has(address) && probers.size >= MOST) dropOne();
      probers.delete(address);
      probers.set(address, prober);
      if (prober.beats >= REGULAR) return 'regular';
      const known = regulars(now);
      return known.length > 0 && known.every(([, {at}]) => now - at > SILENT * intervalMs) ? 'others' : null;
    },
    silent() {
      const now = time.monotonic();
      const last = regulars(now).at(-1);
      return last === undefined ? null : {address: last[0], ms: now - last[1].at};
    },
  };
}
