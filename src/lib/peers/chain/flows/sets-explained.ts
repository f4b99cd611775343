import type {ExplainedPreconditions} from './flow.ts';

/** The preconditions of operator sets. */
// prettier-ignore
export const SETS_EXPLAINED: ExplainedPreconditions = {
  'operator-sets': {means: 'There is at least one operator set that the operator can join.', causes: ['--quorums names one that does not exist.', 'The AVS has no operator sets.']},
  'allocation-manager': {means: 'The AllocationManager contract of EigenLayer is known.', causes: ['chain.contracts.allocation_manager is not set, and the registrar does not name it.']},
  registrar: {means: 'The registrar of the AVS serves operator sets.', causes: ['The AVS has set none, or one for another AVS.']},
  'allocation-manager-pause': {means: 'AllocationManager takes registrations for operator sets.', causes: ['EigenLayer has paused it.']},
  permission: {means: 'The operator may act for itself at EigenLayer.', causes: ['It has named other admins: send the call data from one of them.']},
  'key-permission': {means: 'The operator may register keys for itself at KeyRegistrar.', causes: ['It has named other admins, and was appointed for other functions only: send the call data from an admin, or have one appoint it.']},
  'ejection-cooldown': {means: 'No waiting period after an ejection is running.', causes: ['The AVS ejected the operator a short time ago.']},
  'allocation-delay': {means: 'The operator has set an allocation delay, which it needs to allocate stake later.', causes: ['It was never set.']},
  'set-N-key': {means: 'The operator’s key is registered for the operator set.', causes: ['aos register registers it as a step of its own.']},
  'set-N-allowlist': {means: 'The registrar of the AVS has the operator on its allowlist for the operator set.', causes: ['The AVS has not put it there yet: ask for it. Nothing is sent before, because a key that is registered is spent for good.']},
  'set-N-left': {means: 'The operator has not left this set so recently that it is still bound to it.', causes: ['A set that was left can be joined again after the deallocation delay.']},
};
