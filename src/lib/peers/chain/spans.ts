/** Blocks from `from` to `to`, both included. */
export type Span = {readonly from: number; readonly to: number};

export const lengthOf = ({from, to}: Span): number => to - from + 1;

/** Counts the blocks of spans. */
export const blocksIn = (spans: readonly Span[]): number =>
  spans.reduce((sum, span) => sum + lengthOf(span), 0);

/** Counts the requests of at most `size` blocks for the spans. */
export const windowsIn = (spans: readonly Span[], size: number): number =>
  spans.reduce((sum, span) => sum + Math.ceil(lengthOf(span) / size), 0);

/** Returns the union, ascending, with neighbours joined. */
export function union(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && span.from <= last.to + 1)
      joined[joined.length - 1] = {from: last.from, to: Math.max(last.to, span.to)};
    else joined.push(span);
  }
  return joined;
}

/** Returns the parts of `span` outside `covered`, ascending. */
export function without(span: Span, covered: readonly Span[]): Span[] {
  const rest: Span[] = [];
  let from = span.from;
  for (const done of union(covered)) {
    if (done.to < from) continue;
    if (done.from > span.to) break;
    if (done.from > from) rest.push({from, to: done.from - 1});
    from = done.to + 1;
  }
  if (from <= span.to) rest.push({from, to: span.to});
  return rest;
}
