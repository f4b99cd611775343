import type {Gaps, Span, SpanKind} from './spans.ts';

/** Why no probe arrived, as far as this machine can know. */
export type OutageCause = 'process-down' | 'network-down' | 'not-probed';

/** No probe for longer than three intervals. Times are Unix ms. */
export type Outage = {
  start: number;
  /** Null while it lasts. */
  end: number | null;
  durationMs: number;
  /** What went on for the most of it. */
  cause: OutageCause;
  /** Longer than the offline allowance: the network may penalise it. */
  overGrace: boolean;
};

export type Liveness = {
  /** When the network last reached us; null: never, as far as is recorded. */
  lastProbeAt: number | null;
  sinceLastProbeMs: number | null;
  graceMs: number;
  /** What is left of the allowance if the current outage continues; all of it while probes arrive. Null: never probed. */
  graceLeftMs: number | null;
  /** Probes answered, of all that is recorded. */
  probes: number;
  /** When the first one came. */
  firstProbeAt: number | null;
  /** Newest first. */
  outages: readonly Outage[];
};

type Period = {start: number; end: number};

/**
 * What the recorded periods say at `now`. The order of the spans does not matter, nor that some overlap or lie in the
 * future, as they do when the wall clock was set.
 */
export function assessLiveness(
  spans: readonly Span[],
  {now, graceMs, gaps}: {now: number; graceMs: number; gaps: Gaps},
): Liveness {
  const probed = periodsOf(spans, 'probed', now, gaps);
  const running = periodsOf(spans, 'running', now, gaps);
  const connected = periodsOf(spans, 'connected', now, gaps);
  const last = probed.at(-1);
  const probes = spans.reduce((sum, span) => (span.kind === 'probed' ? sum + span.count : sum), 0);
  const base = {graceMs, probes, firstProbeAt: probed[0]?.start ?? null};
  if (last === undefined)
    return {...base, lastProbeAt: null, sinceLastProbeMs: null, graceLeftMs: null, outages: []};

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
        overGrace: durationMs > graceMs,
      },
    ];
  });
  const sinceLastProbeMs = now - last.end;
  const graceLeftMs = sinceLastProbeMs <= gaps.probed ? graceMs : Math.max(0, graceMs - sinceLastProbeMs);
  return {...base, lastProbeAt: last.end, sinceLastProbeMs, graceLeftMs, outages: outages.reverse()};
}

/** The periods of one kind up to `now`, in order, those that touch joined. */
function periodsOf(spans: readonly Span[], kind: SpanKind, now: number, gaps: Gaps): Period[] {
  const sorted = spans
    .filter((span) => span.kind === kind && span.start <= now)
    .map(({start, end}) => ({start, end: Math.min(end, now)}))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  const joined: Period[] = [];
  for (const period of sorted) {
    const before = joined.at(-1);
    // Another process or connection begins a span of its own, however short the time between them was.
    if (before !== undefined && period.start - before.end <= (kind === 'probed' ? gaps.probed : 0))
      before.end = Math.max(before.end, period.end);
    else joined.push({...period});
  }
  return joined;
}

/** The state that lasted longest; of equals the graver one. */
function causeOf(outage: Period, running: readonly Period[], connected: readonly Period[]): OutageCause {
  const length = outage.end - outage.start;
  const up = overlap(outage, running);
  // Connected without a running process cannot be; marks of the two are not made at the same instant.
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
