import type {ExplainedPreconditions} from './flow.ts';

/** The preconditions of every flow. */
// prettier-ignore
export const ACCOUNT_EXPLAINED: ExplainedPreconditions = {
  'avs-registration': {means: 'Whether the AVS has the operator registered already, for the quorums that are wanted.', causes: ['The registry says so; unknown when it does not answer.']},
  'eigenlayer-operator': {means: 'node_id is registered as an operator of EigenLayer.', causes: ['It was never registered there: aos register --as-operator --metadata-url URL.']},
  'core-release': {means: 'The EigenLayer of this chain lets aos make an operator.', causes: ['Its DelegationManager is older than 1.0, which registers operators in another form.']},
  'operator-account': {means: 'node_id is an account with a key, not a contract.', causes: ['A contract has to send the call itself: aos register --calldata.']},
  'gas-balance': {means: 'node_id has ETH for gas.', causes: ['Nothing was sent to it yet.']},
  'metadata': {means: 'EigenLayer’s web application can show the operator: the file at the metadata URL, and its logo, follow its rules.', causes: ['The file is not public, too large or too slow, or one of its entries breaks a rule. It holds up nothing.']},
  'metadata-permission': {means: 'The operator may update its own metadata URL at EigenLayer.', causes: ['It has named other admins: send the call data from one of them, or have one appoint it.']},
  'signing-key-signer': {means: 'The signer has the key that --signing-key names.', causes: ['The key was not given to Web3Signer, or the address has a typing error.']},
  'set-keys': {means: 'Each key that is named for an operator set is one that the set gets.', causes: ['The set has its key already.', 'The set does not exist, takes keys of the other curve, or the registry takes no keys of sets.']},
  'socket': {means: 'The registry knows what others reach this node at, and it is what the configuration says.', causes: ['net.outer_url, chain.socket and --socket are not set.', 'The node has moved: aos register sends the new one.']},
};

/** Those of the flows with a signature for AVSDirectory. */
// prettier-ignore
export const DIRECTORY_EXPLAINED: ExplainedPreconditions = {
  'avs-directory': {means: 'The AVSDirectory contract of EigenLayer is known.', causes: ['chain.contracts.avs_directory is not set.']},
  'avs-directory-pause': {means: 'AVSDirectory takes registrations.', causes: ['EigenLayer has paused it.']},
  'signature-domain': {means: 'The digest that AVSDirectory wants to be signed is one that aos can compute.', causes: ['The contract is of an unknown release, or chain.contracts.avs_directory is wrong.']},
};
