import {linkedAbort} from '../../foundation/async/abort.ts';
import {createBackoff} from '../../foundation/async/backoff.ts';
import {createCondition} from '../../foundation/async/condition.ts';
import type {Time} from '../../foundation/time/time.ts';
import {rangeOfText, rangeText} from '../../protocol/vrf/range-text.ts';
import type {SamplingRange} from '../../protocol/vrf/sampling.ts';
import type {Emit} from '../events/events.ts';
import type {Health} from './health.ts';
import type {RangeReader} from './ports.ts';
import type {Notes} from '../journal/journal.ts';

/**
 * The sampling range of node_id: the chain's, kept in the journal, good while the chain is away
 * (docs/protocol.md#sampling-range).
 */
export type RangeKeeper = {
  /** The last known range, undefined when there is none yet. */
  known(): SamplingRange | undefined;
  /** The last known range; waits for the first answer of the chain when there is none yet. */
  get(signal: AbortSignal): Promise<SamplingRange>;
  /** Asks the chain again soon, e.g. after a reconnect. */
  refresh(): void;
  /** Reads now and then until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
};

/** Name of the journal's durable note. */
export const RANGE_NOTE = 'sampling-range';

export function createRangeKeeper(deps: {
  reader: RangeReader;
  journal: Notes;
  refreshMs: number;
  /** `chain.vrf_sort_precision`, for the share that the range is. */
  precision: number;
  time: Time;
  random: () => number;
  emit: Emit;
  health: Health;
}): RangeKeeper {
  const {reader, journal, time, emit, health} = deps;
  const backoff = createBackoff({firstMs: 500, capMs: 30_000, random: deps.random});
  const knowledge = createCondition();
  let known = rangeOfText(journal.recall(RANGE_NOTE));
  let wake: (() => void) | undefined;
  let wanted = false;

  if (known !== undefined) announce(known, 'journal');

  function announce(range: SamplingRange, source: 'chain' | 'journal'): void {
    const block = range.block === null ? null : range.block.toString();
    emit({
      type: 'range',
      start: range.start.toString(),
      end: range.end.toString(),
      max: range.max.toString(),
      block,
      source,
      precision: deps.precision,
    });
  }

  async function readOnce(signal: AbortSignal): Promise<boolean> {
    try {
      const fresh = await reader.read(signal);
      const changed = known === undefined || !sameRange(known, fresh);
      known = fresh;
      backoff.reset();
      health.worked('chain', 'sampling range');
      if (changed) announce(fresh, 'chain');
      knowledge.changed();
      if (changed) {
        // Not awaited, so that a disk that hangs does not stop the chain from being read.
        journal
          .remember(RANGE_NOTE, rangeText(fresh))
          .catch((error: unknown) => health.failed('journal', error));
      }
      return true;
    } catch (error) {
      if (!signal.aborted) health.failed('chain', error, 'sampling range');
      return false;
    }
  }

  return {
    known: () => known,
    async get(signal) {
      while (known === undefined) await knowledge.until(() => known !== undefined, signal);
      return known;
    },
    refresh() {
      wanted = true;
      wake?.();
    },
    async run(signal) {
      const stopped = (): boolean => signal.aborted;
      const refreshWanted = (): boolean => wanted;
      while (!stopped()) {
        wanted = false;
        const ok = await readOnce(signal);
        if (refreshWanted() || stopped()) continue;
        const {controller: nap, unlink} = linkedAbort(signal);
        wake = () => nap.abort();
        const pause = time.sleep(ok ? deps.refreshMs : backoff.next(), nap.signal);
        await pause.catch(() => undefined); // woken early, or the end of the run: the loop's condition tells
        unlink();
      }
    },
  };
}

function sameRange(a: SamplingRange, b: SamplingRange): boolean {
  return a.start === b.start && a.end === b.end && a.max === b.max;
}
