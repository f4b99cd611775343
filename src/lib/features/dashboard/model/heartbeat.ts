import type {ProbeSources} from '../../../node/events/events.ts';
import type {OperatorView} from '../../../node/events/view.ts';

/**
 * Interval and allowance until the first liveness record arrives: the figures of the network
 * (docs/protocol.md#liveness).
 */
const DEFAULT_INTERVAL_MS = 10_000;
const DEFAULT_ALLOWANCE_MS = 3_600_000;
/** Missed probes in a row that make an outage. */
const MISSES = 3;

/** The probes of this node at one moment. */
export type Heartbeat = {
  /** Unix ms of the last probe; null when none is on record. */
  lastAt: number | null;
  via: 'http' | 'websocket' | null;
  /** The addresses that asked over HTTP in the last hour; null: none is known. */
  sources: ProbeSources | null;
  intervalMs: number;
  allowanceMs: number;
  /** Null when no probe is on record. */
  sinceLastProbeMs: number | null;
  /** Whether the last probe is more than three intervals ago, so that the offline allowance runs. */
  offline: boolean;
  /** The whole allowance while probes arrive; null when no probe is on record. */
  allowanceLeftMs: number | null;
};

/** Works out the heartbeat from the view of the operator. @param now Unix ms */
export function heartbeatOf({liveness, lastProbe}: OperatorView, now: number): Heartbeat {
  const intervalMs = liveness?.probeIntervalMs ?? DEFAULT_INTERVAL_MS;
  const allowanceMs = liveness?.allowanceMs ?? DEFAULT_ALLOWANCE_MS;
  const times = [lastProbe?.at, liveness?.lastProbeAt].filter((at) => typeof at === 'number');
  const via = lastProbe?.via ?? null;
  const sources = sourcesOf({liveness, lastProbe});
  if (times.length === 0)
    return {
      lastAt: null,
      via,
      sources,
      intervalMs,
      allowanceMs,
      sinceLastProbeMs: null,
      offline: false,
      allowanceLeftMs: null,
    };
  const lastAt = Math.max(...times);
  const sinceLastProbeMs = Math.max(0, now - lastAt);
  const offline = sinceLastProbeMs > MISSES * intervalMs;
  return {
    lastAt,
    via,
    sources,
    intervalMs,
    allowanceMs,
    sinceLastProbeMs,
    offline,
    allowanceLeftMs: offline ? Math.max(0, allowanceMs - sinceLastProbeMs) : allowanceMs,
  };
}

/** The record arrives once a minute; the last probe may be newer. */
function sourcesOf({liveness, lastProbe}: Pick<OperatorView, 'liveness' | 'lastProbe'>): ProbeSources | null {
  const recorded = liveness?.sources ?? null;
  if (lastProbe?.from === undefined) return recorded;
  return {count: recorded?.count ?? 1, last: lastProbe.from};
}

/** One place of the strip: a probe in time, late, very late or missed; or no record. */
export type Beat = 'good' | 'late' | 'bad' | 'missed' | 'none';

/** Returns the last `width` places of the strip, the latest last: probes, and the missed ones between and after them. */
export function beats(view: OperatorView, now: number, width: number): Beat[] {
  const {intervalMs} = heartbeatOf(view, now);
  const out: Beat[] = [];
  let before: number | null = null;
  for (const {at} of view.probes) {
    const gap: number = before === null ? 0 : at - before;
    for (let missed = missedIn(gap, intervalMs, width); missed > 0; missed -= 1) out.push('missed');
    out.push(gap <= 1.5 * intervalMs ? 'good' : gap <= MISSES * intervalMs ? 'late' : 'bad');
    before = at;
  }
  if (before !== null)
    for (let missed = missedIn(now - before, intervalMs, width); missed > 0; missed -= 1) out.push('missed');
  const last = out.slice(-width);
  return [...Array.from({length: width - last.length}, () => 'none' as const), ...last];
}

/** Counts the missed probes in a gap; one that may still arrive does not count. */
function missedIn(ms: number, intervalMs: number, most: number): number {
  return Math.min(most, Math.max(0, Math.floor(ms / intervalMs - 0.5)));
}
