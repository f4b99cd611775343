import type {LogFilter, ChainLog} from './log-port.ts';
import {
  bestCase,
  withSparser,
  withDenser,
  nextSize,
  sparse,
  type Density,
  type ProviderCap,
} from './log-window.ts';
import {blocksIn, lengthOf, union, windowsIn, type Span} from './spans.ts';

/** One filter, the blocks to scan, and the receiver of the logs. */
export type ScanTarget = {
  filter: LogFilter;
  spans: readonly Span[];
  /** Called once for each answered window; windows never overlap and together are `spans`. */
  take(span: Span, logs: readonly ChainLog[]): void;
};

export type ScanRange = {target: ScanTarget; pending: Span[]; density: Density};

export type Window = {range: ScanRange; span: Span; probe: boolean};

export const scanRangesOf = (targets: readonly ScanTarget[]): ScanRange[] =>
  targets.map((target) => ({target, pending: union(target.spans), density: sparse}));

export const blocksLeft = (ranges: readonly ScanRange[]): number =>
  ranges.reduce((sum, {pending}) => sum + blocksIn(pending), 0);

/** Number of requests for the remaining blocks with windows of `size`, within each filter's own limit. */
export const requestsLeft = (ranges: readonly ScanRange[], size: number): number =>
  ranges.reduce((sum, {pending, density}) => sum + windowsIn(pending, Math.min(size, density.limit)), 0);

/** Lower bound of the number of requests, ignoring the filters' own limits. */
export const fewestRequests = (ranges: readonly ScanRange[], cap: ProviderCap): number =>
  ranges.reduce((sum, {pending}) => sum + windowsIn(pending, bestCase(cap)), 0);

/**
 * Cuts the next window from the remaining blocks; null when it must wait for an answer, or no block is left.
 * @param active number of windows in progress; `probing`: one of them is a probe
 */
export function nextWindow(
  ranges: readonly ScanRange[],
  cap: ProviderCap,
  {active, probing}: {active: number; probing: boolean},
): Window | null {
  const range = ranges.find(({pending}) => pending.length > 0);
  if (range === undefined) return null;
  const {base, probe, alone} = nextSize(cap, (size) => requestsLeft(ranges, size));
  if (probe !== null) {
    const long = longest(ranges);
    const informs = base === null || Math.min(lastLength(long), long.density.limit) > base;
    if (informs && !probing && (!alone || active === 0))
      return cut(long, Math.min(probe, long.density.limit), true);
    if (base === null || (informs && alone)) return null;
  }
  return base === null ? null : cut(range, Math.min(base, range.density.limit), false);
}

/** Picks the range with the longest span: a probe shorter than its size would not test the cap. */
function longest(ranges: readonly ScanRange[]): ScanRange {
  return ranges.reduce((best, range) => (lastLength(range) > lastLength(best) ? range : best));
}

function lastLength({pending}: ScanRange): number {
  const last = pending.at(-1);
  return last === undefined ? 0 : lengthOf(last);
}

/**
 * Takes `size` blocks: from the start, or for a probe from the end, so that a refused probe rejoins its neighbours.
 */
function cut(range: ScanRange, size: number, probe: boolean): Window | null {
  const whole = probe ? range.pending.at(-1) : range.pending[0];
  if (whole === undefined) return null;
  const blocks = Math.min(size, lengthOf(whole));
  const span = probe
    ? {from: whole.to - blocks + 1, to: whole.to}
    : {from: whole.from, to: whole.from + blocks - 1};
  const rest = probe ? {from: whole.from, to: span.from - 1} : {from: span.to + 1, to: whole.to};
  range.pending.splice(probe ? -1 : 0, 1, ...(rest.from <= rest.to ? [rest] : []));
  return {range, span, probe};
}

/** Returns the blocks of a refused window to its range. */
export function returnWindow({range, span}: Window): void {
  range.pending = union([...range.pending, span]);
}

/** Lowers the filter's limit after a window with too many logs. */
export function narrowWindows({range, span}: Window, suggested: Span | null): void {
  const works =
    suggested !== null && suggested.from >= span.from && suggested.to < span.to ? lengthOf(suggested) : null;
  range.density = withDenser(range.density, lengthOf(span), works);
}

/** Raises the filter's limit after answered windows. */
export function widenWindows({range, span}: Window, cap: ProviderCap): void {
  range.density = withSparser(range.density, lengthOf(span), cap.good);
}
