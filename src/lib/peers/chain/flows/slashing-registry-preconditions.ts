import type {Hex} from 'viem';
import {pause, type Precondition} from '../precondition.ts';
import {blsKey, hasPlaceFor, quorumPreconditions} from './bls-preconditions.ts';
import {setsPreconditions, type SetsRequest} from './sets-preconditions.ts';
import type {CoordinatorFacts} from './slashing-registry-facts.ts';

export type CoordinatorRequest = SetsRequest & {
  operator: Hex;
  /** Id of the operator's own BLS key; null without one. */
  keyId: Hex | null;
};

/** Returns the sets that the operator would join now: the wanted ones, or all with a place for it, without its own. */
export function setsToJoin({sets, quorums}: CoordinatorFacts, wanted: readonly number[] | null): number[] {
  const open = sets.sets.filter(({id, member}) => {
    if (member === true) return false;
    if (wanted !== null) return wanted.includes(id);
    const quorum = quorums.find(({number}) => number === id);
    return quorum === undefined || hasPlaceFor(quorum);
  });
  return open.map(({id}) => id);
}

/** Returns the preconditions of a registration for operator sets at a SlashingRegistryCoordinator. */
export function coordinatorPreconditions(
  facts: CoordinatorFacts,
  request: CoordinatorRequest,
): Precondition[] {
  const joining = setsToJoin(facts, request.sets);
  const isMember = facts.sets.sets.some(({member}) => member === true);
  // Without a wish, sets that take no operator of this stake are left out.
  const asked =
    request.sets === null && (joining.length > 0 || isMember) ? sharedSets(facts, joining) : facts.sets;
  const common = setsPreconditions(asked, request);
  const key = blsKey(facts, request);
  if (common[0]?.done === true) return [common[0], key];
  return [
    ...common,
    ...pause('registry-pause', facts.registryPaused, 'the registry'),
    ...facts.quorums
      .filter(({number}) => facts.sets.sets.some(({id, member}) => id === number && member !== true))
      .flatMap((quorum) => quorumPreconditions(quorum, request.sets)),
    key,
  ];
}

/** The facts about the sets that the operator is in, or would join. */
function sharedSets({sets}: CoordinatorFacts, joining: readonly number[]): CoordinatorFacts['sets'] {
  return {...sets, sets: sets.sets.filter(({id, member}) => member === true || joining.includes(id))};
}
