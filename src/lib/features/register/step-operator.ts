import {asOperatorIntent, planAsOperator} from '../../peers/chain/plans/as-operator.ts';
import type {Precondition} from '../../peers/chain/precondition.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {metadataWarning} from './metadata.ts';
import {step} from './report.ts';
import type {Sight, Walk} from './sight.ts';
import {sendAll, type Step} from './steps.ts';

/** What to type to become an EigenLayer operator. */
const AS_OPERATOR = run('register', ['--as-operator', '--metadata-url', 'URL']);

/**
 * Makes the address an operator of EigenLayer, where that is asked for. It is for good: so everything else that the
 * registration needs is looked at first.
 * @param preconditions of all that follows
 */
export function operatorStep(
  {avs: {contracts, operator}, options: {metadataUrl, warn}, metadata}: Walk,
  preconditions: (sight: Sight) => Promise<readonly Precondition[]>,
): Step {
  const {delegationManager} = contracts;
  const id = 'eigenlayer-operator';
  const requests: Step['requests'] = ({account}) =>
    account.isOperator !== false || metadataUrl === null
      ? []
      : [
          {
            intent: asOperatorIntent({delegationManager, operator}),
            plan: () => Promise.resolve(planAsOperator({delegationManager, operator, metadataUrl})),
          },
        ];
  return {
    id,
    isFinal: true,
    isDone: ({account}) =>
      Promise.resolve(account.isOperator === true ? [step(id, 'already', operator)] : null),
    blockers: async (sight) => {
      const isAsked = metadataUrl !== null && sight.account.isOperator === false;
      const list = await preconditions(sight);
      return list.filter((one) => one.needsOperator !== true || (one.id === id && !isAsked));
    },
    missing: ({account: {isOperator}}) => {
      // Becoming one is for good: never on a guess.
      if (isOperator === null)
        return step(id, 'missing', `unknown: ${delegationManager} does not answer as DelegationManager`, {
          next: say('Check chain.contracts.delegation_manager, or use another RPC.'),
        });
      return metadataUrl === null
        ? step(id, 'missing', `${operator} is not an operator of EigenLayer`, {next: AS_OPERATOR})
        : null;
    },
    requests,
    act: (sight, send) => {
      const warning = metadataWarning(metadata);
      if (warning !== null) warn(warning);
      return sendAll(requests(sight), send);
    },
  };
}
