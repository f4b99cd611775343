import type {LogFilter, ChainLog} from './log-port.ts';
import {bestCase, calmer, denser, nextSize, sparse, type Density, type ProviderCap} from './log-window.ts';
import {blocksIn, lengthOf, union, windowsIn, type Span} from './spans.ts';

/** The blocks that one filter is still to be scanned for, and who takes what is found. */
export type ScanTask = {
  filter: LogFilter;
  spans: readonly Span[];
  /** Called once for each answered window; windows never overlap and together are `spans`. */
  take(span: Span, logs: readonly ChainLog[]): void;
};

export type Lane = {task: ScanTask; pending: Span[]; density: Density};

export type Window = {lane: Lane; span: Span; probe: boolean};

export const lanesOf = (tasks: readonly ScanTask[]): Lane[] =>
  tasks.map((task) => ({task, pending: union(task.spans), density: sparse}));

export const blocksLeft = (lanes: readonly Lane[]): number =>
  lanes.reduce((sum, {pending}) => sum + blocksIn(pending), 0);

/** How many requests all that is left takes with windows of `size`, each filter's own limit heeded. */
export const requestsLeft = (lanes: readonly Lane[], size: number): number =>
  lanes.reduce((sum, {pending, density}) => sum + windowsIn(pending, Math.min(size, density.limit)), 0);

/** The same if no filter has so many logs that its windows must stay small. */
export const fewestRequests = (lanes: readonly Lane[], cap: ProviderCap): number =>
  lanes.reduce((sum, {pending}) => sum + windowsIn(pending, bestCase(cap)), 0);

/**
 * Cuts the next window off what is left; null when the next one has to wait for an answer, or nothing is left.
 * @param active how many windows are under way; `probing`: one of them is a probe
 */
export function nextWindow(
  lanes: readonly Lane[],
  cap: ProviderCap,
  {active, probing}: {active: number; probing: boolean},
): Window | null {
  const lane = lanes.find(({pending}) => pending.length > 0);
  if (lane === undefined) return null;
  const {base, probe, alone} = nextSize(cap, (size) => requestsLeft(lanes, size));
  if (probe !== null) {
    const long = longest(lanes);
    const tells = base === null || Math.min(lastLength(long), long.density.limit) > base;
    if (tells && !probing && (!alone || active === 0))
      return cut(long, Math.min(probe, long.density.limit), true);
    if (base === null || (tells && alone)) return null;
  }
  return base === null ? null : cut(lane, Math.min(base, lane.density.limit), false);
}

/** A probe needs room: a window shorter than asked for says nothing of the cap. */
function longest(lanes: readonly Lane[]): Lane {
  return lanes.reduce((best, lane) => (lastLength(lane) > lastLength(best) ? lane : best));
}

function lastLength({pending}: Lane): number {
  const last = pending.at(-1);
  return last === undefined ? 0 : lengthOf(last);
}

/**
 * Takes `size` blocks: a probe from the end of what is left, so that a refused one joins what is left again; the others
 * from the start.
 */
function cut(lane: Lane, size: number, probe: boolean): Window | null {
  const whole = probe ? lane.pending.at(-1) : lane.pending[0];
  if (whole === undefined) return null;
  const blocks = Math.min(size, lengthOf(whole));
  const span = probe
    ? {from: whole.to - blocks + 1, to: whole.to}
    : {from: whole.from, to: whole.from + blocks - 1};
  const rest = probe ? {from: whole.from, to: span.from - 1} : {from: span.to + 1, to: whole.to};
  lane.pending.splice(probe ? -1 : 0, 1, ...(rest.from <= rest.to ? [rest] : []));
  return {lane, span, probe};
}

/** Puts a refused window back. */
export function putBack({lane, span}: Window): void {
  lane.pending = union([...lane.pending, span]);
}

/** A window of the filter had too many logs. */
export function cutFiner({lane, span}: Window, suggested: Span | null): void {
  const works =
    suggested !== null && suggested.from >= span.from && suggested.to < span.to ? lengthOf(suggested) : null;
  lane.density = denser(lane.density, lengthOf(span), works);
}

/** A window of the filter was answered. */
export function cutCoarser({lane, span}: Window, cap: ProviderCap): void {
  lane.density = calmer(lane.density, lengthOf(span), cap.good);
}
