import {zeroAddress, type Hex} from 'viem';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {sameAddress} from '../../../protocol/wire/ethereum.ts';
import {avsRegistrarAbi} from '../abis-avs.ts';
import {allocationManagerAbi} from '../abis-core.ts';
import {unique} from '../addresses.ts';
import type {Chain} from '../open.ts';
import {readNamed, call, valueOf} from '../read.ts';
import type {ResolvedContracts} from '../contract-types.ts';
import type {Membership, MembershipParts, Socket} from './registration-types.ts';
import {readPendingSetExits} from './sets-pending-exits.ts';

/** Set ids that are always read; AVSs number their sets from 0. */
const FIRST_IDS = Array.from({length: 16}, (_, id) => id);

/** Reads the membership in operator sets. One dependent step, and one more for sets with greater ids. */
export async function readSetsMembership(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
): Promise<MembershipParts> {
  const {serviceManager: avs, registry, registrar} = contracts;
  const manager = contracts.allocationManager ?? zeroAddress;
  const abi = allocationManagerAbi;
  const [said, first] = await Promise.all([
    readNamed(chain, {
      registered: call(abi, manager, 'getRegisteredSets', [operator]),
      allocated: call(abi, manager, 'getAllocatedSets', [operator]),
      socket: call(avsRegistrarAbi, registrar ?? registry, 'getOperatorSocket', [operator]),
      delay: call(abi, manager, 'DEALLOCATION_DELAY', []),
    }),
    readSetStrategies(chain, manager, avs, FIRST_IDS),
  ]);
  const idsOf = (list: readonly {avs: Hex; id: number}[] | null): number[] =>
    (list ?? []).filter((set) => sameAddress(set.avs, avs)).map(({id}) => id);
  const members = idsOf(said.registered);
  // A set that was left slashes what is still allocated to it, whatever its id is.
  const later = [...new Set([...members, ...idsOf(said.allocated)])].filter((id) => !FIRST_IDS.includes(id));
  const sets = [...first, ...(await readSetStrategies(chain, manager, avs, later))];
  const quorums = sets.map(({id, strategies}) => ({
    number: id,
    member: said.registered === null ? null : members.includes(id),
    weight: null,
    recorded: null,
    total: null,
    minimum: null,
    operators: null,
    maxOperators: null,
    strategies: strategies.map((strategy) => ({strategy, multiplier: null})),
  }));
  const state = said.registered === null ? 'unknown' : members.length > 0 ? 'registered' : 'not_registered';
  const membership = async (): Promise<Membership> => {
    const left = quorums.filter(({member}) => member === false).map(({number}) => number);
    const until = await readSlashableUntil(chain, {manager, avs, operator, left, delay: said.delay ?? 0});
    return {
      state,
      operatorId: null,
      socket: socketOf(said.socket),
      quorums: quorums.map((quorum) => {
        const slashableUntil = until.get(quorum.number);
        return slashableUntil === undefined ? quorum : {...quorum, slashableUntil};
      }),
    };
  };
  return {
    membership: membership(),
    strategies: unique(sets.flatMap(({strategies}) => strategies)),
  };
}

/** Reads until which block sets that the operator has left can still slash it. One dependent step, two where some can. */
async function readSlashableUntil(
  chain: Chain,
  {
    manager,
    avs,
    operator,
    left,
    delay,
  }: {manager: Hex; avs: Hex; operator: Hex; left: readonly number[]; delay: number},
): Promise<ReadonlyMap<number, bigint>> {
  const answers = await chain.read(
    left.map((id) => call(allocationManagerAbi, manager, 'isOperatorSlashable', [operator, {avs, id}])),
  );
  const slashable = left.filter((_, index) => valueOf(answers[index]) === true);
  if (slashable.length === 0) return new Map();
  const {until, latest} = await readPendingSetExits(chain, {manager, operator, avs, delay});
  return new Map(slashable.map((id) => [id, until.get(id) ?? latest]));
}

/** Reads the strategies of the sets that exist among `ids`. */
async function readSetStrategies(
  chain: Chain,
  manager: Hex,
  avs: Hex,
  ids: readonly number[],
): Promise<{id: number; strategies: readonly Hex[]}[]> {
  const sets = ids.map((id) => ({avs, id}));
  const [exist, lists] = await Promise.all([
    chain.read(sets.map((set) => call(allocationManagerAbi, manager, 'isOperatorSet', [set]))),
    chain.read(sets.map((set) => call(allocationManagerAbi, manager, 'getStrategiesInOperatorSet', [set]))),
  ]);
  return ids.flatMap((id, index) =>
    valueOf(exist[index]) === true ? [{id, strategies: valueOf(lists[index]) ?? []}] : [],
  );
}

function socketOf(socket: string | null): Socket {
  return socket === null || socket === '' ? {state: 'none'} : {state: 'known', value: safeText(socket)};
}
