import type {Time} from '../../foundation/time/time.ts';

/** Addresses that are remembered. */
const MOST = 1_000;
/** An address that asked before may be recorded so often, when few ask. */
const EACH_MS = 500;
/** Probes recorded in a second, of all addresses that asked before. */
const PER_SECOND = 2;
/** New addresses recorded in a second. */
const NEW_PER_SECOND = 1;
/** An address that has not asked for so long is new again, and has no turn any more. */
const FORGET_MS = 3_600_000;

type Known = {askedAt: number; recordedAt: number};

/**
 * Returns what tells whether a probe of an address is recorded. Anyone may ask at any rate: each address has its fair turn,
 * so that those who ask most do not hide the network's own probes.
 */
export function createProbePace(time: Time): (address: string) => boolean {
  /** The one that asked longest ago first. */
  const known = new Map<string, Known>();
  let news = NEW_PER_SECOND;
  let newsAt = time.monotonic();

  function takeNew(now: number): boolean {
    news = Math.min(NEW_PER_SECOND, news + ((now - newsAt) / 1_000) * NEW_PER_SECOND);
    newsAt = now;
    if (news < 1) return false;
    news -= 1;
    return true;
  }

  return (address) => {
    const now = time.monotonic();
    for (const [other, {askedAt}] of known) {
      if (now - askedAt < FORGET_MS) break;
      known.delete(other);
    }
    const before = known.get(address);
    if (before === undefined) {
      if (!takeNew(now)) return false;
      known.set(address, {askedAt: now, recordedAt: now});
      const [oldest] = known.keys();
      if (known.size > MOST && oldest !== undefined) known.delete(oldest);
      return true;
    }
    const mayRecord = now - before.recordedAt >= Math.max(EACH_MS, (known.size / PER_SECOND) * 1_000);
    known.delete(address);
    known.set(address, {askedAt: now, recordedAt: mayRecord ? now : before.recordedAt});
    return mayRecord;
  };
}
