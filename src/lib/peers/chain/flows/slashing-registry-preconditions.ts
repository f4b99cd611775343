import type {Hex} from 'viem';
import {say} from '../../../foundation/next-step/next-step.ts';
import {fail, onceOperator, pause, type Precondition} from '../precondition.ts';
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
    return quorum !== undefined && hasPlaceFor(quorum);
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
  if (common[0]?.done === true) return [...common, key];
  const outside = facts.sets.sets.filter(({member}) => member !== true);
  return [
    ...common,
    ...(joining.length === 0 && outside.length > 0 ? [noPlace()] : []),
    ...pause('registry-pause', facts.registryPaused, 'the registry'),
    ...outside.flatMap(({id}) => setPreconditions(id, facts, request.sets)),
    key,
  ];
}

function noPlace(): Precondition {
  return onceOperator(
    fail(
      'quorums',
      'none',
      'at least one operator set to join',
      say('Have stake delegated that an operator set counts.'),
    ),
  );
}

/** Judges stake and places of a set; one that was not requested makes no failure. */
function setPreconditions(
  id: number,
  {quorums}: CoordinatorFacts,
  wanted: readonly number[] | null,
): Precondition[] {
  const quorum = quorums.find(({number}) => number === id);
  if (quorum !== undefined) return quorumPreconditions(quorum, wanted);
  if (wanted?.includes(id) !== true) return [];
  const next = say('Leave the set out: --quorums');
  return [fail(`quorum-${id}-stake`, 'the registry has no such quorum', 'a quorum of the registry', next)];
}

/** The facts about the sets that the operator is in, or would join. */
function sharedSets({sets}: CoordinatorFacts, joining: readonly number[]): CoordinatorFacts['sets'] {
  return {...sets, sets: sets.sets.filter(({id, member}) => member === true || joining.includes(id))};
}
