import type {OperatorView} from '../../../node/events/view.ts';

/**
 * What the operator expects before the first liveness record: the network's own figures
 * (docs/protocol.md#liveness).
 */
const DEFAULT_INTERVAL_MS = 10_000;
const DEFAULT_ALLOWANCE_MS = 3_600_000;
/** Three probes missed in a row are an outage. */
const MISSES = 3;

/** How the network reaches us, at one moment. */
export type Heartbeat = {
  /** Null: never, as far as is recorded. */
  lastAt: number | null;
  via: 'http' | 'websocket' | null;
  intervalMs: number;
  graceMs: number;
  /** Null: never probed. */
  sinceLastProbeMs: number | null;
  /** Longer than three intervals: the offline allowance is used. */
  offline: boolean;
  /** The whole of it while probes come; null: never probed. */
  graceLeftMs: number | null;
};

export function heartbeatOf({liveness, lastProbe}: OperatorView, now: number): Heartbeat {
  const intervalMs = liveness?.probeIntervalMs ?? DEFAULT_INTERVAL_MS;
  const graceMs = liveness?.graceMs ?? DEFAULT_ALLOWANCE_MS;
  const times = [lastProbe?.at, liveness?.lastProbeAt].filter((at) => typeof at === 'number');
  const via = lastProbe?.via ?? null;
  if (times.length === 0)
    return {
      lastAt: null,
      via,
      intervalMs,
      graceMs,
      sinceLastProbeMs: null,
      offline: false,
      graceLeftMs: null,
    };
  const lastAt = Math.max(...times);
  const sinceLastProbeMs = Math.max(0, now - lastAt);
  const offline = sinceLastProbeMs > MISSES * intervalMs;
  return {
    lastAt,
    via,
    intervalMs,
    graceMs,
    sinceLastProbeMs,
    offline,
    graceLeftMs: offline ? Math.max(0, graceMs - sinceLastProbeMs) : graceMs,
  };
}

/** One place of the strip: a probe that came in time, late, very late, or did not come; or nothing known. */
export type Beat = 'good' | 'late' | 'bad' | 'missed' | 'none';

/** The last probes and, between and after them, those that did not come; the latest last, exactly `width` places. */
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

/** How many probes are missing in a time between two; one that is on its way is not. */
function missedIn(ms: number, intervalMs: number, most: number): number {
  return Math.min(most, Math.max(0, Math.floor(ms / intervalMs - 0.5)));
}
