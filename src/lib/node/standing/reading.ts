import type {ChainLink} from '../events/links.ts';
import type {StandingFigures} from '../events/standing.ts';

/** What one reading of the chain says of this operator, in the node's words. */
export type StandingReading = {links: readonly ChainLink[]; figures: StandingFigures};

/** What earlier readings have left open: each is read by its own number until it ends, however much came after it. */
export type Followed = {
  /** `from`: the first number that was not there yet; null: no reading is known. */
  challenges: {open: readonly number[]; from: number | null};
  /** `from`: the first number that may not have been read yet; null: the newest are enough. */
  penalties: {open: readonly bigint[]; from: bigint | null};
};

/** Reads the chain. */
export type StandingReader = {
  /** @throws AosError CHAIN_* when no RPC answers */
  read(signal: AbortSignal, followed: Followed): Promise<StandingReading>;
};
