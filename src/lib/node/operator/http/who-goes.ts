/** A connection, as the choice of who has to go sees it. */
export type Guest = {
  /** Whom a limit for each address counts it for; null: no such limit holds. */
  readonly network: string | null;
  /** `new`: nothing it sent could be read yet; `idle`: no request; `reading`: a request comes; `working`: it is answered. */
  readonly state: 'new' | 'idle' | 'reading' | 'working';
};

/** How many may stay, of all and of each network. */
export type Room = {most: number; each: number};

/** Who stays first. */
const ORDER = ['new', 'working', 'reading', 'idle'] as const;

/**
 * Chooses the connections to close so that the others fit. Of one network the oldest go; when all together are too many,
 * those of the networks with the most. Idle ones go first; new ones and those being answered stay.
 * @param guests the oldest first
 */
export function whoGoes<T extends Guest>(guests: readonly T[], {most, each}: Room): T[] {
  const kept = new Set<T>();
  const counts = new Map<string | null, number>();
  const waiting: T[] = [];
  const keep = (guest: T): void => {
    kept.add(guest);
    counts.set(guest.network, (counts.get(guest.network) ?? 0) + 1);
  };
  const level = fairShare(guests, {most, each});
  for (const state of ORDER) {
    for (const guest of guests.filter((one) => one.state === state).reverse()) {
      const count = counts.get(guest.network) ?? 0;
      if (state === 'new' || state === 'working') keep(guest);
      else if (count < level && kept.size < most) keep(guest);
      else waiting.push(guest);
    }
  }
  // Room that networks below their share leave.
  for (const guest of waiting) {
    const isWithin = guest.network === null || (counts.get(guest.network) ?? 0) < each;
    if (kept.size < most && isWithin) keep(guest);
  }
  return guests.filter((guest) => !kept.has(guest));
}

/** The largest number for each network with which all fit; at least 0. */
function fairShare(guests: readonly Guest[], {most, each}: Room): number {
  const sizes = new Map<string | null, number>();
  for (const {network} of guests) sizes.set(network, (sizes.get(network) ?? 0) + 1);
  const total = (level: number): number => {
    let sum = 0;
    for (const size of sizes.values()) sum += Math.min(size, level);
    return sum;
  };
  let level = Math.min(each, most);
  while (level > 0 && total(level) > most) level -= 1;
  return level;
}
