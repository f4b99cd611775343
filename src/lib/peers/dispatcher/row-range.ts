/** A sampling range; null: none is set. */
export type SetRange = {start: bigint; end: bigint} | null;

/** True when both are the same range, or both are none. */
export function sameRange(a: SetRange, b: SetRange): boolean {
  return a?.start === b?.start && a?.end === b?.end;
}

/** `1200–1800` */
export function rangeText({start, end}: {start: bigint; end: bigint}): string {
  return `${start}–${end}`;
}

/**
 * In words, that the dispatcher's row has another range than the chain; null: the same, or the row has none. The chain
 * decides: a published dispatcher moves the range on chain and leaves its row as it was.
 */
export function rowDifference(row: SetRange, chain: SetRange): string | null {
  if (row === null || sameRange(row, chain)) return null;
  const onChain = chain === null ? 'no range is set on chain' : `the chain says ${rangeText(chain)}`;
  return `the row of the dispatcher says ${rangeText(row)}, ${onChain}, and the chain decides`;
}
