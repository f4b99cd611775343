import {zeroAddress} from 'viem';
import {avsRegistrarAbi} from '../abis-avs.ts';
import {allocationManagerAbi} from '../abis-core.ts';
import {call, readNamed} from '../read.ts';
import type {AvsState, CoolDown, Exit, FlowPlace, GroupWords} from './flow.ts';
import {readSets, type SetsFacts} from './sets-facts.ts';
import {readSecondsPerBlock} from './sets-pending-exits.ts';

export const SET_WORDS: GroupWords = {one: 'operator set', many: 'operator sets'};

/** Reads the state of a registration for operator sets. @param wanted set ids; null for all */
export async function readSetsState(
  {chain, contracts, operator}: FlowPlace,
  wanted: readonly number[] | null,
): Promise<AvsState> {
  const [facts, {socket}] = await Promise.all([
    readSets(chain, contracts, operator, wanted),
    readNamed(chain, {
      socket: call(avsRegistrarAbi, contracts.registry, 'getOperatorSocket', [operator]),
    }),
  ]);
  return {...setsState(facts, wanted), takesSocket: socket !== null};
}

/** Returns the state that the facts of operator sets show; without a socket and a BLS key. */
export function setsState(facts: SetsFacts, wanted: readonly number[] | null): AvsState {
  const asked = facts.sets.filter(({id}) => wanted === null || wanted.includes(id));
  const open = asked.filter(({member}) => member !== true);
  const groups = facts.sets.filter(({member}) => member === true).map(({id}) => id);
  return {
    registered: asked.length > 0 && open.length === 0,
    known: areSetsRead(facts) ? groups.length > 0 : null,
    operatorId: null,
    groups,
    joining: open.map(({id}) => id),
    blsKeyId: null,
    takesBlsKey: false,
    takesSignature: false,
    takesSocket: false,
    keysMissing: open.flatMap(({id, curve, keyRegistered}) =>
      curve !== null && curve !== 'none' && keyRegistered !== true ? [{id, curve}] : [],
    ),
  };
}

/** Whether every set that the operator is in is known: no set can be left, or called left, by a part of them. */
function areSetsRead({listed, sets}: SetsFacts): boolean {
  return listed && sets.every(({member}) => member !== null);
}

/**
 * Reads until when the sets that were left can slash.
 * @param left none: any set that was left before
 * @throws AosError as {@link Chain.read}
 */
export async function readSetsExit(
  {chain, contracts, operator}: FlowPlace,
  left: readonly number[],
): Promise<Exit> {
  const {leaving} = await readSets(chain, contracts, operator, left.length === 0 ? null : left);
  return {canReregister: null, slashableUntil: leaving?.latest ?? null};
}

/** Reads AllocationManager's DEALLOCATION_DELAY; null where it does not answer. @throws AosError as {@link Chain.read} */
export async function readSetsCoolDown({chain, contracts}: FlowPlace): Promise<CoolDown | null> {
  const manager = contracts.allocationManager ?? zeroAddress;
  const [{blocks}, seconds] = await Promise.all([
    readNamed(chain, {blocks: call(allocationManagerAbi, manager, 'DEALLOCATION_DELAY', [])}),
    readSecondsPerBlock(chain),
  ]);
  return blocks === null ? null : {blocks, ms: Math.round(blocks * seconds * 1_000)};
}
