import type {LivenessFacts, OperatorEvent} from '../events/events.ts';
import type {Time} from '../../foundation/time/time.ts';
import {assessLiveness, type Outage} from './liveness.ts';
import {gapsOf, type Span} from './spans.ts';

/** Follows the record while the operator runs: says how it stands, and when an outage begins and ends. */
export type LivenessWatch = {
  /** Takes the operator's events, after the recorder has. */
  onEvent(event: OperatorEvent): void;
  stop(): void;
};

export type LivenessWatchDeps = {
  /** What is recorded, as of now, and the probes of older spans. */
  record: (now: number) => {spans: readonly Span[]; olderProbes: number};
  probeIntervalMs: number;
  graceMs: number;
  time: Time;
  /** Must not throw. */
  onFacts: (facts: LivenessFacts) => void;
  /** An outage began that neither this process nor an earlier one has reported. Must not throw. */
  onOutage: (outage: Outage) => void;
  /** The reported outage is over. Must not throw. */
  onOutageEnd: (start: number) => void;
  /** Start of the outage (Unix ms) that the last process knew of and that had not ended; null: none. */
  open: number | null;
};

const TELL_EVERY_MS = 60_000;
/** Most outages in one event, the newest. */
const MOST_OUTAGES = 5;

/** Timers and the wall clock do not agree to the millisecond. */
const MARGIN_MS = 50;

/** Begins when the operator says that it has started. */
export function watchLiveness(deps: LivenessWatchDeps): LivenessWatch {
  const {time} = deps;
  const gaps = gapsOf(deps.probeIntervalMs);
  let open = deps.open;
  let stopped = false;
  let cancelMinute = (): void => {};
  let cancelSilence = (): void => {};

  /** Tells how it stands: `always`, or when an outage has begun or ended. */
  function assess(always: boolean): void {
    const now = time.now();
    const {spans, olderProbes} = deps.record(now);
    const options = {now, graceMs: deps.graceMs, gaps};
    const {lastProbeAt, graceMs, graceLeftMs, probes, outages} = assessLiveness(spans, options);
    const [newest] = outages;
    const present = newest?.end === null ? newest : null;
    const goesOn = isSame(open, present?.start ?? null);
    const ended = goesOn ? null : open;
    const begun = goesOn ? null : present;
    open = present?.start ?? null;
    if (always || ended !== null || begun !== null) {
      const {probeIntervalMs} = deps;
      const few = outages.slice(0, MOST_OUTAGES).map((outage) => ({...outage}));
      deps.onFacts({
        lastProbeAt,
        graceMs,
        graceLeftMs,
        probes: probes + olderProbes,
        probeIntervalMs,
        outages: few,
      });
    }
    if (ended !== null) deps.onOutageEnd(ended);
    if (begun !== null) deps.onOutage(begun);
  }

  /** A process that was killed may not have written its last marks; two outages are never that near. */
  function isSame(a: number | null, b: number | null): boolean {
    return a === null || b === null ? a === b : Math.abs(a - b) <= gaps.probed;
  }

  function everyMinute(): void {
    assess(true);
    cancelMinute = time.after(TELL_EVERY_MS, everyMinute);
  }
  function afterProbe(): void {
    cancelSilence();
    cancelSilence = time.after(gaps.probed + MARGIN_MS, () => assess(false));
    if (open !== null) assess(false);
  }

  return {
    onEvent({type}) {
      if (stopped) return;
      if (type === 'started') everyMinute();
      // What goes into the summary is as of the end.
      if (type === 'stopping') assess(true);
      if (type === 'started' || type === 'probe_answered') afterProbe();
    },
    stop() {
      stopped = true;
      cancelMinute();
      cancelSilence();
    },
  };
}
