/** Number and time (unix seconds) of a block. */
export type BlockTime = {number: number; timestamp: number};

/** Steps at most; halving alone needs 26 for 60 million blocks. */
const MOST_STEPS = 64;

/**
 * Finds the first block between `first` and `last` whose time is `seconds` or later; `last` when there is none. It guesses
 * from the pace of the chain, and halves after a guess that gains little, so that a few steps are enough.
 */
export async function firstBlockSince(
  seconds: number,
  {first, last}: {first: BlockTime; last: BlockTime},
  timeOf: (block: number) => Promise<number>,
): Promise<number> {
  if (first.timestamp >= seconds) return first.number;
  let low = first; // before `seconds`
  let high = last; // at it or later, or the end
  let halve = false;
  for (let step = 0; step < MOST_STEPS && high.number - low.number > 1; step += 1) {
    const width = high.number - low.number;
    const pace = (high.timestamp - low.timestamp) / width;
    const guess = pace > 0 ? Math.ceil((seconds - low.timestamp) / pace) : Math.ceil(width / 2);
    const ahead = halve ? Math.floor(width / 2) : Math.min(Math.max(guess, 1), width - 1);
    const number = low.number + Math.max(1, ahead);
    const timestamp = await timeOf(number);
    if (timestamp < seconds) low = {number, timestamp};
    else high = {number, timestamp};
    halve = high.number - low.number > width / 2;
  }
  return high.number;
}
