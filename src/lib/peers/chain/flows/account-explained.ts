import type {ExplainedPreconditions} from './flow.ts';

/** The preconditions of every flow. */
// prettier-ignore
export const ACCOUNT_EXPLAINED: ExplainedPreconditions = {
  'avs-registration': {means: 'Whether the AVS has the operator registered already, for the quorums that are wanted.', causes: ['The registry says so; unknown when it does not answer.']},
  'eigenlayer-operator': {means: 'node_id is registered as an operator of EigenLayer.', causes: ['It was never registered there: aos register --as-operator --metadata-url URL.']},
  'operator-account': {means: 'node_id is an account with a key, not a contract.', causes: ['A contract has to send the call itself: aos register --calldata.']},
  'gas-balance': {means: 'node_id has ETH for gas.', causes: ['Nothing was sent to it yet.']},
};

/** Those of the flows with a signature for AVSDirectory. */
// prettier-ignore
export const DIRECTORY_EXPLAINED: ExplainedPreconditions = {
  'avs-directory': {means: 'The AVSDirectory contract of EigenLayer is known.', causes: ['chain.contracts.avs_directory is not set.']},
  'avs-directory-pause': {means: 'AVSDirectory takes registrations.', causes: ['EigenLayer has paused it.']},
  'signature-domain': {means: 'The digest that AVSDirectory wants to be signed is one that aos can compute.', causes: ['The contract is of an unknown release, or chain.contracts.avs_directory is wrong.']},
};
