import type {Reading} from '../../protocol/clock/readings.ts';
import {clockToWire, type Clock} from '../../protocol/clock/vlc.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {ClockFacts, Emit} from '../events/events.ts';
import {every} from '../../foundation/async/every.ts';
import {dispatchOf} from './job/record.ts';
import type {Journal} from '../journal/journal.ts';

/** The clock that came with a job, when (Unix ms) and with which. */
export type MergedClock = {clock: Clock; at: number; jobId: string};

/** The same journal, and the clock of the last new job that went into it, in this run or an earlier one. */
export function noteClocks(journal: Journal): {journal: Journal; merged: () => MergedClock | null} {
  let merged = mergedBefore(journal);
  return {
    journal: {
      ...journal,
      receive: (job, initialState) =>
        journal.receive(job, initialState).then((received) => {
          if (!received.known) merged = {clock: job.clock, at: job.receivedAt, jobId: job.key.jobId};
          return received;
        }),
    },
    merged: () => merged,
  };
}

function mergedBefore(journal: Journal): MergedClock | null {
  try {
    const record = journal.newest();
    if (record === undefined) return null;
    return {clock: dispatchOf(record).clock, at: record.receivedAt, jobId: record.key.jobId};
  } catch {
    return null; // display only; the job steps report a damaged journal
  }
}

/** How often the clock is read. */
const EMIT_EVERY_MS = 1_000;
/** Most entries of a peer's clock in one event: a frame may contain a hundred thousand. */
const MOST_ENTRIES = 32;

/** The counters of the clock. @param id the entry that this node advances */
export function clockFacts(reading: Reading, merged: MergedClock | null, id: bigint): ClockFacts {
  const own = reading.clock.get(id) ?? 0;
  const facts = {id: id.toString(), counter: own.toString(), readings: reading.n};
  if (merged === null) return {...facts, merged: null, ahead: null};
  const ids = new Set([id, ...merged.clock.keys()]);
  let ahead = 0;
  for (const one of ids) ahead += (reading.clock.get(one) ?? 0) - (merged.clock.get(one) ?? 0);
  const clock = clockToWire(new Map([...merged.clock].slice(0, MOST_ENTRIES)));
  return {...facts, merged: {clock, at: merged.at, jobId: merged.jobId}, ahead: ahead.toString()};
}

/** Reports the counters of the clock: at the start, then at most once a second, when it has moved. Ends with the signal. */
export async function watchClock(deps: {
  journal: Pick<Journal, 'lastReading'>;
  merged: () => MergedClock | null;
  clockId: bigint;
  time: Time;
  emit: Emit;
  signal: AbortSignal;
}): Promise<void> {
  let emitted = 0;
  const emitIfMoved = (): void => {
    const reading = deps.journal.lastReading();
    if (reading === null || reading.n === emitted) return;
    emitted = reading.n;
    deps.emit({type: 'clock', ...clockFacts(reading, deps.merged(), deps.clockId)});
  };
  emitIfMoved();
  await every(EMIT_EVERY_MS, deps, emitIfMoved);
}
