import {QUORUM_EXPLAINED} from './bls-explained.ts';
import type {ExplainedPreconditions} from './flow.ts';
import {SETS_EXPLAINED} from './sets-explained.ts';

/** The preconditions of operator sets that are quorums of a coordinator. */
export const SLASHING_REGISTRY_EXPLAINED: ExplainedPreconditions = {...SETS_EXPLAINED, ...QUORUM_EXPLAINED};
