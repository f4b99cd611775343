import type {ExplainedPreconditions} from './flow.ts';
import {DIRECTORY_EXPLAINED} from './account-explained.ts';

/** The preconditions of an ECDSAStakeRegistry. */
// prettier-ignore
export const ECDSA_EXPLAINED: ExplainedPreconditions = {
  ...DIRECTORY_EXPLAINED,
  weight: {means: 'The registry counts some stake of the operator.', causes: ['No stake is delegated in a strategy that it counts.']},
  'signing-key': {means: 'The key to sign with is the one that is registered.', causes: ['--signing-key names another key.']},
};
