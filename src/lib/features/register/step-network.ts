import {unknown, type Fact} from '../../foundation/fact.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {fail} from '../../peers/chain/precondition.ts';
import {readRangeState} from '../../peers/chain/plans/range.ts';
import type {SetRange} from '../../peers/dispatcher/row-range.ts';
import {registerWithDispatcher} from './dispatcher.ts';
import {lookAtRange, rangeStep} from './range.ts';
import type {StepReport} from './report.ts';
import type {Walk} from './sight.ts';
import type {Step} from './steps.ts';

/**
 * The dispatcher, which sets the range on chain when it registers an operator, and then the range. What the range was before is
 * known to the first of the two alone.
 */
export function networkSteps(walk: Walk): readonly [Step, Step] {
  const {
    session,
    avs: {contracts, operator, sortPrecision},
    options: {mode, dispatcherUrl, limits, confirmDispatcher, note, progress},
  } = walk;
  const {signer, tx} = session;
  const {rangeContract} = contracts;
  let before: Fact<SetRange> = unknown('the dispatcher was not asked');
  const none = {isFinal: false, missing: () => null, requests: () => []} as const;

  const dispatcher: Step = {
    ...none,
    id: 'dispatcher',
    isDone: () => Promise.resolve(null),
    blockers: ({state}) => {
      // It moves the range on chain: not for an operator that was removed while a question waited for its answer.
      if (mode !== 'apply' || state.known !== false) return Promise.resolve([]);
      const needed = 'registered with the AVS';
      return Promise.resolve([fail('avs-registration', 'not registered', needed, run('register'))]);
    },
    act: async () => {
      const asked = await registerWithDispatcher({
        url: dispatcherUrl,
        operator: signer.address,
        agree: confirmDispatcher,
        sign: mode === 'apply' ? (message, signal) => signer.sign(message, signal) : null,
        look: (signal) => lookAtRange(session, rangeContract, operator, signal),
        time: tx.time,
        note,
        progress,
        signal: limits.signal,
      });
      before = asked.before;
      return [asked.report];
    },
  };
  const range: Step = {
    ...none,
    id: 'range',
    isDone: async ({place}, steps) => {
      if (rangeContract === null) return [];
      const state = await readRangeState(place.chain, rangeContract, operator);
      return [rangeStep(state, {dispatcher: outcomeOf(steps), before, precision: sortPrecision})];
    },
    blockers: () => Promise.resolve([]),
    act: () => Promise.resolve([]),
  };
  return [dispatcher, range];
}

function outcomeOf(steps: readonly StepReport[]): StepReport['outcome'] {
  return steps.find(({id}) => id === 'dispatcher')?.outcome ?? 'waiting';
}
