import type {LivenessFacts, OperatorEvent, ProbeSources} from '../events/events.ts';
import type {Time} from '../../foundation/time/time.ts';
import {assessLiveness, type Outage} from './liveness.ts';
import {gapsOf, type Span} from './spans.ts';

/** Follows the record while the operator runs: reports its facts every minute, and when an outage begins and ends. */
export type LivenessWatch = {
  /** Takes the operator's events, after the recorder has. */
  onEvent(event: OperatorEvent): void;
  stop(): void;
};

export type LivenessWatchDeps = {
  /** Returns the recorded spans at `now`, the number of probes in older spans, and who asked. */
  record: (now: number) => {spans: readonly Span[]; olderProbes: number; sources?: ProbeSources | null};
  probeIntervalMs: number;
  allowanceMs: number;
  time: Time;
  /** Must not throw. */
  onFacts: (facts: LivenessFacts) => void;
  /** Called when an outage begins that no process has reported. Must not throw. */
  onOutage: (outage: Outage) => void;
  /** Called when the reported outage has ended. Must not throw. */
  onOutageEnd: (start: number) => void;
  /** Start of the outage (Unix ms) that was open when the last process ended; null when there was none. */
  open: number | null;
};

const REPORT_EVERY_MS = 60_000;
/** Newest outages in one event at most. */
const MOST_OUTAGES = 5;

/** Allows for timers and a wall clock that differ by milliseconds. */
const MARGIN_MS = 50;

/** Creates a watch that begins with the event `started`. */
export function watchLiveness(deps: LivenessWatchDeps): LivenessWatch {
  const {time} = deps;
  const gaps = gapsOf(deps.probeIntervalMs);
  let open = deps.open;
  let stopped = false;
  let cancelMinute = (): void => {};
  let cancelSilence = (): void => {};

  /** Assesses the record, and reports the facts `always` or when an outage has begun or ended. */
  function assess(always: boolean): void {
    const now = time.now();
    const {spans, olderProbes, sources = null} = deps.record(now);
    const options = {now, allowanceMs: deps.allowanceMs, gaps};
    const {lastProbeAt, allowanceMs, allowanceLeftMs, probes, outages} = assessLiveness(spans, options);
    const [newest] = outages;
    const present = newest?.end === null ? newest : null;
    const continues = isSame(open, present?.start ?? null);
    const ended = continues ? null : open;
    const begun = continues ? null : present;
    open = present?.start ?? null;
    if (always || ended !== null || begun !== null) {
      const {probeIntervalMs} = deps;
      const few = outages.slice(0, MOST_OUTAGES).map((outage) => ({...outage}));
      deps.onFacts({
        lastProbeAt,
        allowanceMs,
        allowanceLeftMs,
        probes: probes + olderProbes,
        probeIntervalMs,
        ...(sources === null ? {} : {sources}),
        outages: few,
      });
    }
    if (ended !== null) deps.onOutageEnd(ended);
    if (begun !== null) deps.onOutage(begun);
  }

  /** Compares the starts of two outages with a tolerance, because a killed process may not have stored its last marks. */
  function isSame(a: number | null, b: number | null): boolean {
    return a === null || b === null ? a === b : Math.abs(a - b) <= gaps.probed;
  }

  function everyMinute(): void {
    assess(true);
    cancelMinute = time.after(REPORT_EVERY_MS, everyMinute);
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
      // The summary contains the facts at the end.
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
