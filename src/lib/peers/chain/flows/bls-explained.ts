import type {ExplainedPreconditions} from './flow.ts';
import {DIRECTORY_EXPLAINED} from './account-explained.ts';

/** Those of each quorum of a coordinator, and of its BLS key. */
// prettier-ignore
export const QUORUM_EXPLAINED: ExplainedPreconditions = {
  'registry-pause': {means: 'The registry of the AVS takes registrations.', causes: ['Its owner has paused it.']},
  'quorum-N-stake': {means: 'The stake delegated to the operator reaches the minimum of the quorum.', causes: ['Not enough stake, or none in a strategy that the quorum counts.']},
  'quorum-N-seats': {means: 'The quorum has a free place.', causes: ['It has as many operators as it takes.']},
  'bls-key': {means: 'The operator has a BLS key of its own, the one that is registered if there is one.', causes: ['No key file yet: aos keys bls create.', 'node.bls_key_file holds another key than the one that is registered.']},
};

/** The preconditions of M2 quorums. */
// prettier-ignore
export const BLS_EXPLAINED: ExplainedPreconditions = {
  ...DIRECTORY_EXPLAINED,
  ...QUORUM_EXPLAINED,
  reregistration: {means: 'The service manager accepts this address.', causes: ['It never accepts an address again that was registered once and left.']},
  'service-manager-pause': {means: 'The service manager of the AVS takes registrations.', causes: ['Its owner has paused it.']},
  'ejection-cooldown': {means: 'No waiting period after an ejection is running.', causes: ['The AVS ejected the operator a short time ago.']},
  'm2-quorums': {means: 'The quorums take registrations in the old way (M2).', causes: ['The AVS has moved to operator sets: aos register --flow slashing-registry.']},
  quorums: {means: 'There is at least one quorum that the operator can join.', causes: ['No quorum counts the stake that is delegated to the operator.', '--quorums names one that does not exist.']},
};
