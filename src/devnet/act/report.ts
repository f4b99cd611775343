import type {ActRequest} from './request.ts';

/** A transaction of an act, or blocks that passed. Numbers of blocks are decimal. */
export type ActStep = {
  /** What it did, in the past tense, to follow the name of who did it. */
  what: string;
  /** Null where blocks passed. */
  txHash: string | null;
  block: string;
};

/** What an act did to the chain. Bigints are decimal text: it travels as JSON. */
export type ActReport = {
  act: ActRequest['act'];
  /** Checksummed; null where it is about no operator, as a challenge. */
  operator: string | null;
  /** The configuration file of that operator, or of the first. */
  config: string;
  steps: ActStep[];
  /** The latest block after it. */
  block: string;
  challenge: {index: number; clockNumber: string; deadlineBlock: string; isAnswered: boolean} | null;
  pending: {
    /** Wei that were deposited: counted at the next update of the operator's recorded stake. */
    deposited: string;
    strategy: string;
    /** Magnitudes now and after `effectBlock`, 1e18 = all of the stake. */
    magnitude: string;
    newMagnitude: string;
    effectBlock: string;
  } | null;
};
