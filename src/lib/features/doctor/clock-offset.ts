import {say} from '../../foundation/next-step/next-step.ts';
import {fail, ok, unclear, warn, type Finding} from './check.ts';

/**
 * How far this machine's clock is ahead (ms; negative: behind), as one source bounds it. A Date header has whole seconds
 * only, so a single answer leaves more than a second open; several at different moments narrow it down.
 */
export type OffsetRange = {low: number; high: number};

export type OffsetSource = OffsetRange & {
  /** Host and kind, for people. */
  name: string;
  /** On this machine: it shares the clock that is being asked about. */
  isLocal: boolean;
};

export const WARN_MS = 200;
export const FAIL_MS = 2_000;
/** Known less exactly than this, a clock that is off by seconds looks the same as one that is right. */
const TOO_VAGUE_MS = 4_000;
const SECOND_MS = 1_000;

/**
 * What one answer says: the other side's clock read `date` (whole seconds, so up to a second more) at some moment between
 * sending and receiving.
 */
export function rangeOfDate(dateMs: number, sentAt: number, receivedAt: number): OffsetRange {
  return {low: sentAt - (dateMs + SECOND_MS), high: receivedAt - dateMs};
}

/** What two answers of one source say together; null when they contradict each other. */
export function narrow(a: OffsetRange, b: OffsetRange): OffsetRange | null {
  const low = Math.max(a.low, b.low);
  const high = Math.min(a.high, b.high);
  return low <= high ? {low, high} : null;
}

/**
 * The median of several: as long as most of the sources are right, the true offset lies in it. Of an even number the two
 * in the middle bound it.
 */
export function medianRange(sources: readonly OffsetRange[]): OffsetRange | null {
  const lows = sources.map(({low}) => low).sort((a, b) => a - b);
  const highs = sources.map(({high}) => high).sort((a, b) => a - b);
  const low = lows[Math.ceil((lows.length - 1) / 2)];
  const high = highs[Math.floor((highs.length - 1) / 2)];
  if (low === undefined || high === undefined) return null;
  // Two that contradict each other: the truth is somewhere between.
  return low <= high ? {low, high} : {low: high, high: low};
}

/**
 * The verdict on the clock. Sources on this machine count only where there are no others, and then they can show that it
 * is wrong, but not that it is right, unless the whole network is on this machine.
 */
export function judgeOffset(
  sources: readonly OffsetSource[],
  {allLocal, unread}: {allLocal: boolean; /** Why a source said nothing. */ unread: readonly string[]},
): Finding {
  const remote = sources.filter(({isLocal}) => !isLocal);
  const used = remote.length > 0 ? remote : sources;
  const median = medianRange(used);
  const check = say('timedatectl status   (or: chronyc tracking)');
  if (median === null)
    return unclear(`no source gave the time${unread.length > 0 ? `: ${unread.join('; ')}` : ''}`, check);
  const {low, high} = median;
  const least = low <= 0 && high >= 0 ? 0 : Math.min(Math.abs(low), Math.abs(high));
  const names = used.map(({name}) => name).join(', ');
  const found = `${offsetText(median)}, by ${names}`;
  const repair = say('sudo timedatectl set-ntp true   (or start chronyd)');
  if (least >= FAIL_MS) return fail(found, repair);
  if (least >= WARN_MS) return warn(found, repair);
  if (high - low > TOO_VAGUE_MS) return unclear(`${found}: too vague to judge`, check);
  if (remote.length === 0 && !allLocal)
    return unclear(`only programs on this machine were asked, and they share its clock (${names})`, check);
  return ok(found);
}

/** `accurate to 120 ms`, or `350 ms ahead (±80 ms)`. */
export function offsetText({low, high}: OffsetRange): string {
  if (low <= 0 && high >= 0) return `accurate to ${msText(Math.max(-low, high))}`;
  const middle = (low + high) / 2;
  const word = middle > 0 ? 'ahead' : 'behind';
  return `${msText(Math.abs(middle))} ${word} (±${msText((high - low) / 2)})`;
}

function msText(ms: number): string {
  return ms < 10_000 ? `${Math.ceil(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
