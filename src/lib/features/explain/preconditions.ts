type Explained = {means: string; causes: readonly string[]};

/** What each precondition of `aos register --check` is about; `N` stands for the number of a quorum or a set. */
// prettier-ignore
export const PRECONDITIONS: Readonly<Record<string, Explained>> = {
  'avs-registration': {means: 'Whether the AVS has the operator registered already, for the quorums that are wanted.', causes: ['The registry says so; unknown when it does not answer.']},
  'avs-directory': {means: 'The AVSDirectory contract of EigenLayer is known.', causes: ['chain.contracts.avs_directory is not set.']},
  'avs-directory-pause': {means: 'AVSDirectory takes registrations.', causes: ['EigenLayer has paused it.']},
  'registry-pause': {means: 'The registry of the AVS takes registrations.', causes: ['Its owner has paused it.']},
  'service-manager-pause': {means: 'The service manager of the AVS takes registrations.', causes: ['Its owner has paused it.']},
  'allocation-manager-pause': {means: 'AllocationManager takes registrations for operator sets.', causes: ['EigenLayer has paused it.']},
  'eigenlayer-operator': {means: 'node_id is registered as an operator of EigenLayer.', causes: ['It was never registered there: aos register --as-operator --metadata-url URL.']},
  'operator-account': {means: 'node_id is an account with a key, not a contract.', causes: ['A contract has to send the call itself: aos register --calldata.']},
  'gas-balance': {means: 'node_id has ETH for gas.', causes: ['Nothing was sent to it yet.']},
  'signature-domain': {means: 'The digest that AVSDirectory wants to be signed is one that aos can compute.', causes: ['The contract is of an unknown release, or chain.contracts.avs_directory is wrong.']},
  reregistration: {means: 'The service manager accepts this address.', causes: ['It never accepts an address again that was registered once and left.']},
  'ejection-cooldown': {means: 'No waiting period after an ejection is running.', causes: ['The AVS ejected the operator a short time ago.']},
  'm2-quorums': {means: 'The quorums take registrations in the old way (M2).', causes: ['The AVS has moved to operator sets: aos register --flow operator-sets.']},
  quorums: {means: 'There is at least one quorum that the operator can join.', causes: ['No quorum counts the stake that is delegated to the operator.', '--quorums names one that does not exist.']},
  'quorum-N-stake': {means: 'The stake delegated to the operator reaches the minimum of the quorum.', causes: ['Not enough stake, or none in a strategy that the quorum counts.']},
  'quorum-N-seats': {means: 'The quorum has a free place.', causes: ['It has as many operators as it takes.']},
  'bls-key': {means: 'The operator has a BLS key of its own, the one that is registered if there is one.', causes: ['No key file yet: aos keys bls create.', 'node.bls_key_file holds another key than the one that is registered.']},
  weight: {means: 'The registry counts some stake of the operator.', causes: ['No stake is delegated in a strategy that it counts.']},
  'signing-key': {means: 'The key to sign with is the one that is registered.', causes: ['--signing-key names another key.']},
  'operator-sets': {means: 'There is at least one operator set that the operator can join.', causes: ['--quorums names one that does not exist.', 'The AVS has no operator sets.']},
  registrar: {means: 'The registrar of the AVS serves operator sets.', causes: ['The AVS has set none, or one for another AVS.']},
  permission: {means: 'The operator may act for itself at EigenLayer.', causes: ['It has named other admins: send the call data from one of them.']},
  'allocation-delay': {means: 'The operator has set an allocation delay, which it needs to allocate stake later.', causes: ['It was never set.']},
  'set-N-key': {means: 'The operator’s key is registered for the operator set.', causes: ['aos register registers it as a step of its own.']},
  'set-N-left': {means: 'The operator has not left this set so recently that it is still bound to it.', causes: ['A set that was left can be joined again after the deallocation delay.']},
};
