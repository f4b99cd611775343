import type {ExplainedPreconditions} from '../../peers/chain/flows/flow.ts';

/** What each precondition of `aos deregister --check` is about that `aos register --check` does not have. */
// prettier-ignore
export const LEAVE_EXPLAINED: ExplainedPreconditions = {
  'open-jobs': {means: 'This node has answered all jobs that it took.', causes: ['The operator still works on them: aos drain --wait lets it finish, and take no new ones.', 'A worker does not answer: aos job list --state failed.']},
  'way-back': {means: 'The address can register again after it has left.', causes: ['The published service manager of AOS keeps every address that was ever on its list, and refuses each of them.']},
  'challenges': {means: 'No challenge is open. They name no operator, so they hold up nothing.', causes: ['Anyone may open one: aos challenge list.']},
  'slashable-afterwards': {means: 'How long the stake allocated to the sets can still be slashed after leaving.', causes: ['EigenLayer keeps it slashable for its deallocation delay, and takes the address back into the sets only after it.']},
  'exit-permission': {means: 'The operator may make the call that leaves by itself.', causes: ['It has named other admins at EigenLayer: send the call data from one of them, or have one appoint it.']},
  'exit-call': {means: 'The registry takes the call that leaves, as far as a simulation shows.', causes: ['The contract refuses it; what was found says why.', 'node_id has less ETH than the call can cost, or it would cost more than --max-fee, --max-tip or --max-cost.']},
};
