import type {Gaps, Span, SpanKind} from './spans.ts';

/** Why no probe arrived, from what this machine recorded. */
export type OutageCause = 'process-down' | 'network-down' | 'not-probed';

/** A time of more than three intervals without a probe. Times are Unix ms. */
export type Outage = {
  start: number;
  /** Null while it lasts. */
  end: number | null;
  durationMs: number;
  /** The state of the node for most of the time. */
  cause: OutageCause;
  /** Whether it is longer than the offline allowance, so that the network may penalise it. */
  overAllowance: boolean;
};

/** How the network has reached this node, from the record. Times are Unix ms. */
export type Liveness = {
  /** The last recorded probe; null when there is none. */
  lastProbeAt: number | null;
  sinceLastProbeMs: number | null;
  allowanceMs: number;
  /** The rest of the allowance in the current outage; the whole one while probes arrive. Null when no probe is recorded. */
  allowanceLeftMs: number | null;
  /** All recorded probes. */
  probes: number;
  /** The first recorded probe. */
  firstProbeAt: number | null;
  /** Outages, newest first. */
  outages: readonly Outage[];
};

type Period = {start: number; end: number};

/**
 * Assesses the recorded periods at `now`. The spans may have any order, overlap, or lie in the future, as after a change of
 * the wall clock.
 */
export function assessLiveness(
  spans: readonly Span[],
  {now, allowanceMs, gaps}: {now: number; allowanceMs: number; gaps: Gaps},
): Liveness {
  const probed = periodsOf(spans, 'probed', now, gaps);
  const running = periodsOf(spans, 'running', now, gaps);
  const connected = periodsOf(spans, 'connected', now, gaps);
  const last = probed.at(-1);
  const probes = spans.reduce((sum, span) => (span.kind === 'probed' ? sum + span.count : sum), 0);
  const base = {allowanceMs, probes, firstProbeAt: probed[0]?.start ?? null};
  if (last === undefined)
    return {...base, lastProbeAt: null, sinceLastProbeMs: null, allowanceLeftMs: null, outages: []};

  const outages = probed.flatMap((period, index): Outage[] => {
    const next = probed[index + 1];
    const end = next?.start ?? now;
    const outage = {start: period.end, end};
    const durationMs = end - period.end;
    if (durationMs <= gaps.probed) return [];
    const cause = causeOf(outage, running, connected);
    return [
      {
        start: period.end,
        end: next === undefined ? null : end,
        durationMs,
        cause,
        overAllowance: durationMs > allowanceMs,
      },
    ];
  });
  const sinceLastProbeMs = now - last.end;
  const allowanceLeftMs =
    sinceLastProbeMs <= gaps.probed ? allowanceMs : Math.max(0, allowanceMs - sinceLastProbeMs);
  return {...base, lastProbeAt: last.end, sinceLastProbeMs, allowanceLeftMs, outages: outages.reverse()};
}

/** Returns the periods of one kind up to `now`, in order, and joins those that touch. */
function periodsOf(spans: readonly Span[], kind: SpanKind, now: number, gaps: Gaps): Period[] {
  const sorted = spans
    .filter((span) => span.kind === kind && span.start <= now)
    .map(({start, end}) => ({start, end: Math.min(end, now)}))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  const joined: Period[] = [];
  for (const period of sorted) {
    const before = joined.at(-1);
    // A new process or connection begins its own span, however short the time between the two is.
    if (before !== undefined && period.start - before.end <= (kind === 'probed' ? gaps.probed : 0))
      before.end = Math.max(before.end, period.end);
    else joined.push({...period});
  }
  return joined;
}

/** Returns the state that lasted longest; the worse one when two are equal. */
function causeOf(outage: Period, running: readonly Period[], connected: readonly Period[]): OutageCause {
  const length = outage.end - outage.start;
  const up = overlap(outage, running);
  // A connection needs a running process, but the marks of the two have different times.
  const online = Math.min(up, overlap(outage, connected));
  const shares: [OutageCause, number][] = [
    ['process-down', length - up],
    ['network-down', up - online],
    ['not-probed', online],
  ];
  return shares.reduce((most, share) => (share[1] > most[1] ? share : most))[0];
}

function overlap(within: Period, periods: readonly Period[]): number {
  return periods.reduce((sum, {start, end}) => {
    const from = Math.max(start, within.start);
    const to = Math.min(end, within.end);
    return to > from ? sum + (to - from) : sum;
  }, 0);
}
