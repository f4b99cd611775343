import type {ChainLink} from '../events/links.ts';
import type {StandingFigures} from '../events/standing.ts';

/** What one reading of the chain says of this operator, in the node's words. */
export type StandingReading = {links: readonly ChainLink[]; figures: StandingFigures};

/** Reads the chain. */
export type StandingReader = {
  /** @throws AosError CHAIN_* when no RPC answers */
  read(signal: AbortSignal): Promise<StandingReading>;
};
