import {toFunctionSelector, zeroAddress, type Hex} from 'viem';
import {sameAddress} from '../../../protocol/wire/ethereum.ts';
import {avsRegistrarAbi, registryCoordinatorAbi} from '../abis-avs.ts';
import {allocationManagerAbi, keyRegistrarAbi, permissionControllerAbi} from '../abis-core.ts';
import type {Chain} from '../open.ts';
import {readNamed, call, valueOf} from '../read.ts';
import {readAllowlist} from './sets-allowlist.ts';
import {readPendingSetExits, type PendingSetExits} from './sets-pending-exits.ts';
import type {ResolvedContracts} from '../contract-types.ts';

/** One operator set from the operator's view. */
export type SetFacts = {
  id: number;
  member: boolean | null;
  /** Also true for DEALLOCATION_DELAY blocks after leaving, during which the operator may not join again. */
  slashable: boolean | null;
  /** The kind of key of the set; null where the registrar has no keys. */
  curve: 'none' | 'ecdsa' | 'bn254' | null;
  keyRegistered: boolean | null;
  /** Whether the registrar's allowlist has the operator; null without an allowlist for this set. */
  allowed: boolean | null;
};

/** The state of an operator at AllocationManager and the AVS's registrar (docs/eigenlayer.md#operator-sets). */
export type SetsFacts = {
  /** AllocationManager's count; ids may have gaps. */
  setCount: number | null;
  /** Those that exist among the ids that were asked for, and all that the operator is in. */
  sets: readonly SetFacts[];
  /** Whether AllocationManager gave its list of the operator's sets: without it `sets` may lack some that the operator is in. */
  listed: boolean;
  /** Sets that exist and are not in `sets`, where all were asked for: their ids are not known. */
  unfound: number;
  paused: boolean | null;
  /** Null when the AVS has named none, so that AllocationManager would call the AVS itself. */
  registrar: Hex | null;
  registrarServesAvs: boolean | null;
  /** Whether the operator may act for itself: false after it has named other admins. */
  permitted: boolean | null;
  /** The same for its keys at KeyRegistrar: PermissionController has one answer for each contract and function. */
  keysPermitted: boolean | null;
  /** Null when it was never set, so that the operator cannot allocate. */
  allocationDelay: number | null;
  /** Blocks during which a left set may slash. */
  deallocationDelay: number | null;
  leaving: PendingSetExits | null;
  /** Unix seconds when an ejected operator may register again, from a SlashingRegistryCoordinator. */
  ejectedUntil: bigint | null;
};

const PAUSED_SET_REGISTRATION = 2;
const CURVES = ['none', 'ecdsa', 'bn254'] as const;
/** Ids that are read beyond the number of sets: ids may have gaps. AllocationManager has no list of an AVS's sets. */
const SPARE_IDS = 16;

const REGISTER = toFunctionSelector(
  'function registerForOperatorSets(address operator, (address avs, uint32[] operatorSetIds, bytes data) params)',
);
const REGISTER_KEY = toFunctionSelector(
  'function registerKey(address operator, (address avs, uint32 id) operatorSet, bytes keyData, bytes signature)',
);

/**
 * Reads the state of an operator in operator sets: two dependent steps, a third for a set that it has left recently.
 * @param wanted set ids; null for all sets. Those that the operator is in are always read.
 */
export async function readSets(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
  wanted: readonly number[] | null,
): Promise<SetsFacts> {
  const {registry, serviceManager: avs} = contracts;
  const manager = contracts.allocationManager ?? zeroAddress;
  const permissions = contracts.permissionController ?? zeroAddress;
  const keys = contracts.keyRegistrar ?? zeroAddress;
  const abi = allocationManagerAbi;
  const said = await readNamed(chain, {
    setCount: call(abi, manager, 'getOperatorSetCount', [avs]),
    paused: call(abi, manager, 'paused', [PAUSED_SET_REGISTRATION]),
    delay: call(abi, manager, 'getAllocationDelay', [operator]),
    deallocationDelay: call(abi, manager, 'DEALLOCATION_DELAY', []),
    serves: call(avsRegistrarAbi, contracts.registrar ?? registry, 'supportsAVS', [avs]),
    permitted: call(permissionControllerAbi, permissions, 'canCall', [operator, operator, manager, REGISTER]),
    keysPermitted: call(permissionControllerAbi, permissions, 'canCall', [
      operator,
      operator,
      keys,
      REGISTER_KEY,
    ]),
    joined: call(abi, manager, 'getRegisteredSets', [operator]),
    allocated: call(abi, manager, 'getAllocatedSets', [operator]),
    cooldown: call(registryCoordinatorAbi, registry, 'ejectionCooldown', []),
    ejectedAt: call(registryCoordinatorAbi, registry, 'lastEjectionTimestamp', [operator]),
  });
  const setCount = said.setCount === null ? null : Number(said.setCount);
  const joined = idsOf(avs, said.joined);
  const guessed = [
    ...Array.from({length: setCount === 0 ? 0 : (setCount ?? 0) + SPARE_IDS}, (_, id) => id),
    ...contracts.quorums.map(({number}) => number),
    ...idsOf(avs, said.allocated),
  ];
  const ids = [...new Set([...(wanted ?? guessed), ...joined])].sort((a, b) => a - b);
  const sets = await readSetList(chain, contracts, operator, {ids, joined});
  const left = sets.filter(({member, slashable}) => member === false && slashable === true);
  return {
    setCount,
    sets,
    listed: said.joined !== null,
    unfound: wanted === null && setCount !== null ? Math.max(0, setCount - sets.length) : 0,
    paused: said.paused,
    registrar: contracts.registrar,
    registrarServesAvs: said.serves,
    permitted: said.permitted,
    keysPermitted: said.keysPermitted,
    allocationDelay: said.delay?.[0] === true ? said.delay[1] : null,
    deallocationDelay: said.deallocationDelay,
    leaving:
      left.length === 0 || said.deallocationDelay === null
        ? null
        : await readPendingSetExits(chain, {manager, operator, avs, delay: said.deallocationDelay}),
    ejectedUntil:
      said.ejectedAt === null || said.cooldown === null || said.ejectedAt === 0n
        ? null
        : said.ejectedAt + said.cooldown + 1n,
  };
}

function idsOf(avs: Hex, sets: readonly {avs: Hex; id: number}[] | null): number[] {
  return (sets ?? []).filter((set) => sameAddress(set.avs, avs)).map(({id}) => id);
}

/** Reads the existing sets among `ids`; those that the operator has `joined` do exist. One dependent step. */
async function readSetList(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
  {ids, joined}: {ids: readonly number[]; joined: readonly number[]},
): Promise<SetFacts[]> {
  if (ids.length === 0) return [];
  const manager = contracts.allocationManager ?? zeroAddress;
  const keys = contracts.keyRegistrar ?? zeroAddress;
  const abi = allocationManagerAbi;
  const sets = ids.map((id) => ({avs: contracts.serviceManager, id}));
  const registrar = contracts.registrar ?? contracts.registry;
  const [exist, members, slashable, curves, registered, allowlist] = await Promise.all([
    chain.read(sets.map((set) => call(abi, manager, 'isOperatorSet', [set]))),
    chain.read(sets.map((set) => call(abi, manager, 'isMemberOfOperatorSet', [operator, set]))),
    chain.read(sets.map((set) => call(abi, manager, 'isOperatorSlashable', [operator, set]))),
    chain.read(sets.map((set) => call(keyRegistrarAbi, keys, 'getOperatorSetCurveType', [set]))),
    chain.read(sets.map((set) => call(keyRegistrarAbi, keys, 'isRegistered', [set, operator]))),
    readAllowlist(chain, {registrar, avs: contracts.serviceManager, operator}, ids),
  ]);
  return sets.flatMap(({id}, index): SetFacts[] => {
    if (valueOf(exist[index]) !== true && !joined.includes(id)) return [];
    const curve = valueOf(curves[index]);
    return [
      {
        id,
        member: valueOf(members[index]),
        slashable: valueOf(slashable[index]),
        curve: curve === null ? null : (CURVES[curve] ?? null),
        keyRegistered: valueOf(registered[index]),
        allowed: allowlist.get(id) ?? null,
      },
    ];
  });
}
