import type {Precondition} from '../../peers/chain/precondition.ts';
import {setKeyRequests} from './requests.ts';
import type {Sight, Walk} from './sight.ts';
import {sendAll, type Step} from './steps.ts';

/** Registers a key for each operator set that wants one of its own first. A key is spent by it for good. */
export function keyStep(walk: Walk, preconditions: (sight: Sight) => Promise<readonly Precondition[]>): Step {
  const requests: Step['requests'] = (sight) => setKeyRequests(sight, walk);
  return {
    id: 'operator-set-key',
    isFinal: true,
    isDone: (sight) => Promise.resolve(requests(sight).length === 0 ? [] : null),
    blockers: preconditions,
    missing: () => null,
    requests,
    act: (sight, send) => sendAll(requests(sight), send),
  };
}
