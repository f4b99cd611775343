import {onceOperator, type Precondition} from '../../peers/chain/precondition.ts';
import type {AvsState} from '../../peers/chain/flows/flow.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import type {BlsKey} from './key.ts';
import {step, type StepReport} from './report.ts';
import {registrationRequest} from './requests.ts';
import {lookAt, type Sight, type Walk} from './sight.ts';
import {sendAll, type Step} from './steps.ts';

/** Registers at the AVS. The BLS key goes with it, in the same transaction, and has a row of its own. */
export function avsStep(walk: Walk, preconditions: (sight: Sight) => Promise<readonly Precondition[]>): Step {
  const {
    avs: {flow},
    options: {blsKey},
  } = walk;
  const id = 'avs';
  const requests: Step['requests'] = (sight) =>
    sight.state.registered ? [] : [registrationRequest(sight, walk)];
  return {
    id,
    // Leaving may be for good, but registering is not, and the transaction is simulated as a whole.
    isFinal: false,
    isDone: ({state}) => {
      const {many} = flow.words.group;
      const where = state.groups.length === 0 ? 'registered' : `${many} ${state.groups.join(', ')}`;
      return Promise.resolve(
        state.registered ? [...blsStep(state, null, blsKey), step(id, 'already', where)] : null,
      );
    },
    blockers: async (sight) => {
      const list = await preconditions(sight);
      // With nothing to join there is no call to make, also where the operator is only planned.
      const isEmpty = flow.words.isChosen && sight.state.joining.length === 0;
      return isEmpty ? list.map(alsoWhenPlanned) : list;
    },
    missing: () => null,
    requests,
    act: async (sight, send) => {
      const [done] = await sendAll(requests(sight), send);
      if (done === undefined) return [];
      return [...blsStep(sight.state, done, blsKey), await checkJoined(done, walk)];
    },
  };
}

function alsoWhenPlanned({needsOperator, ...one}: Precondition): Precondition {
  return one.id === 'eigenlayer-operator' && needsOperator === true ? onceOperator(one) : one;
}

/** The transaction may be an earlier one, which was found on its way and named other quorums. */
async function checkJoined(done: StepReport, walk: Walk): Promise<StepReport> {
  if (done.outcome !== 'done' || walk.options.quorums === null) return done;
  const {groups, joining} = (await lookAt(walk)).state;
  if (joining.length === 0) return done;
  const found = `registered for ${groups.join(', ')}; what was sent before did not name ${joining.join(', ')}`;
  const next = say('Run the command again: it registers for these too.');
  return step(done.id, 'pending', found, {tx: done.tx, call: done.call, next});
}

function blsStep(
  {takesBlsKey, blsKeyId}: AvsState,
  avs: StepReport | null,
  key: BlsKey | null,
): StepReport[] {
  if (!takesBlsKey) return [];
  if (blsKeyId !== null) return [step('bls-key', 'already', blsKeyId)];
  if (avs === null || avs.outcome === 'missing') return [];
  return [step('bls-key', avs.outcome, `${key?.id ?? ''}, with the registration`)];
}
