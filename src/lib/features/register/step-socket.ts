import {safeText} from '../../foundation/text/safe-text.ts';
import type {Precondition} from '../../peers/chain/precondition.ts';
import {step} from './report.ts';
import type {Sight, Walk} from './sight.ts';
import {isOtherSocket, socketOnChain} from './socket.ts';
import {sendAll, type Step} from './steps.ts';

/** Sends the socket of a registered operator whose node is reached elsewhere by now. */
export function socketStep(
  {avs: {flow}, options: {socket}}: Walk,
  preconditions: (sight: Sight) => Promise<readonly Precondition[]>,
): Step {
  const id = 'socket';
  const requests: Step['requests'] = ({place, state}) => {
    const plan =
      socket === null || state.known !== true || !state.takesSocket ? null : flow.planSocket(place, socket);
    return plan === null ? [] : [{intent: plan.intent, plan: () => Promise.resolve(plan)}];
  };
  return {
    id,
    isFinal: false,
    isDone: async (sight, before) => {
      // A registration that is only planned brings the socket with it.
      const isComing = before.some((one) => one.id === 'avs' && one.outcome === 'planned');
      if (isComing || requests(sight).length === 0) return [];
      const onChain = await socketOnChain(sight);
      if (isOtherSocket(onChain, socket)) return null;
      return onChain.state === 'known' ? [step(id, 'already', safeText(onChain.value))] : [];
    },
    blockers: preconditions,
    missing: () => null,
    requests,
    act: (sight, send) => sendAll(requests(sight), send),
  };
}
