import {classOf, middleOf} from './duration-classes.ts';
import type {OperatorEventBody} from './events.ts';
import type {JobRate, JobRates} from './rates.ts';

/** The jobs of one minute of arrival, as the journal counts them. Minutes are Unix minutes. */
export type MinuteOfJobs = {
  minute: number;
  /** The first of their numbers in the journal. */
  firstSeq: number;
  received: number;
  accepted: number;
  selected: number;
  answered: number;
  /** How many took how long to be accepted, by class of duration (duration-classes.ts). */
  durations: readonly (readonly [durationClass: number, jobs: number])[];
};

/** Counts jobs by the minute in which they came, so that what becomes of one later counts where it came. */
export type JobRatesCounter = {
  /** Takes every event of the operator. @param now Unix ms */
  onEvent(event: OperatorEventBody, now: number): void;
  rates(now: number): JobRates;
};

/** How much of the past the rates span, and how many jobs of the journal are looked at for it: that takes 0.1 s. */
export const RATES_MS = 86_400_000;
export const MOST_RATED = 50_000;

const MINUTE_MS = 60_000;
const HOUR = 60;
/** Older minutes are forgotten: so many slots at most. */
const DAY = 24 * HOUR;

type Slot = Omit<MinuteOfJobs, 'durations'> & {durations: Map<number, number>};

/**
 * @param before the minutes of the last day, from the journal, in order
 * @param kinds kinds of worker that this operator runs: a job of another kind is answered by none
 */
export function createJobRates(before: readonly MinuteOfJobs[], kinds: readonly string[]): JobRatesCounter {
  let slots: Slot[] = before.map((minute) => ({...minute, durations: new Map(minute.durations)}));

  function slotOf(now: number, seq: number): Slot {
    // A clock that was set back moves no job to an earlier slot: numbers and minutes rise together.
    const minute = Math.max(Math.floor(now / MINUTE_MS), slots.at(-1)?.minute ?? 0);
    const last = slots.at(-1);
    if (last?.minute === minute) {
      last.firstSeq = Math.min(last.firstSeq, seq);
      return last;
    }
    const none = {received: 0, accepted: 0, selected: 0, answered: 0};
    const slot: Slot = {minute, firstSeq: seq, ...none, durations: new Map()};
    slots = [...slots.filter((one) => one.minute > minute - DAY), slot];
    return slot;
  }

  /** The slot in which a job came; undefined: it came before the last day. */
  function slotWith(seq: number): Slot | undefined {
    let [low, high] = [0, slots.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((slots[middle]?.firstSeq ?? Infinity) <= seq) low = middle + 1;
      else high = middle;
    }
    return slots[low - 1];
  }

  function add(seq: number, what: 'selected' | 'answered'): void {
    const slot = slotWith(seq);
    if (slot !== undefined) slot[what] += 1;
  }

  return {
    onEvent(event, now) {
      switch (event.type) {
        case 'job_received':
          slotOf(now, event.job.seq).received += 1;
          return;
        case 'job_sampled':
          if (event.selected && kinds.includes(event.job.kind)) add(event.job.seq, 'selected');
          return;
        case 'job_concluded':
          if (event.outcome === 'answered') add(event.job.seq, 'answered');
          return;
        case 'result_accepted': {
          const slot = slotWith(event.job.seq);
          if (slot === undefined) return;
          slot.accepted += 1;
          const klass = classOf(event.ms);
          slot.durations.set(klass, (slot.durations.get(klass) ?? 0) + 1);
          return;
        }
        default:
          return;
      }
    },
    rates(now) {
      const minute = Math.floor(now / MINUTE_MS);
      return {hour: rateOf(slots, minute - HOUR), day: rateOf(slots, minute - DAY)};
    },
  };
}

/** @param after the minutes after this one count */
function rateOf(slots: readonly Slot[], after: number): JobRate {
  const rate = {received: 0, accepted: 0, selected: 0, answered: 0};
  const durations = new Map<number, number>();
  for (const slot of slots) {
    if (slot.minute <= after) continue;
    rate.received += slot.received;
    rate.accepted += slot.accepted;
    rate.selected += slot.selected;
    rate.answered += slot.answered;
    for (const [klass, jobs] of slot.durations) durations.set(klass, (durations.get(klass) ?? 0) + jobs);
  }
  return {...rate, p95Ms: percentile(durations, rate.accepted, 0.95)};
}

/** The duration that this share of the jobs did not exceed; null of none. */
function percentile(durations: ReadonlyMap<number, number>, jobs: number, share: number): number | null {
  let left = Math.ceil(jobs * share);
  for (const [klass, count] of [...durations].sort(([a], [b]) => a - b)) {
    left -= count;
    if (left <= 0) return middleOf(klass);
  }
  return null;
}
