/*
 * The challenge manager takes an answer while `block.number <= challengeCreatedBlock + window`. At a head, the next block is
 * the first that can still contain one.
 */

/** Returns the last block that takes an answer. */
export function deadlineOf(createdBlock: bigint, windowBlocks: bigint): bigint {
  return createdBlock + windowBlocks;
}

/** Returns how many blocks after `head` still take an answer; 0 once none does. */
export function blocksLeft(deadlineBlock: bigint, head: bigint): bigint {
  return deadlineBlock > head ? deadlineBlock - head : 0n;
}

/** Returns the first block whose challenges still take an answer after `head`. */
export function firstOpenBlock(head: bigint, windowBlocks: bigint): bigint {
  const first = head + 1n - windowBlocks;
  return first > 0n ? first : 0n;
}
