import {encodeAbiParameters, encodeFunctionData, parseAbiParameters, type Hex} from 'viem';
import {allocationManagerAbi, keyRegistrarAbi} from '../abis-core.ts';
import {intentKey, type TxPlan} from '../tx/plan.ts';
import {deregisterIntent, registerIntent} from './intents.ts';

export type SetRegistration = {
  allocationManager: Hex;
  registry: Hex;
  operator: Hex;
  avs: Hex;
  /** Operator set ids, ascending. */
  sets: readonly number[];
  /** The data for the AVS's registrar: its form depends on the kind of registrar. */
  data: Hex;
  socket: string | null;
};

/** Plans `registerForOperatorSets` of AllocationManager, which alone makes no stake slashable. */
export function planSets(params: SetRegistration): TxPlan {
  const {allocationManager, registry, operator, avs, sets, data, socket} = params;
  return {
    intent: registerIntent(registry, operator),
    title: 'register for operator sets of the AVS',
    to: allocationManager,
    data: encodeFunctionData({
      abi: allocationManagerAbi,
      functionName: 'registerForOperatorSets',
      args: [operator, {avs, operatorSetIds: [...sets], data}],
    }),
    value: 0n,
    mostGas: 1_500_000n + 600_000n * BigInt(sets.length),
    relies: ['allocation_manager', 'service_manager', 'registry'],
    signing: null,
    facts: [['operator sets', sets.join(', ')], ...(socket === null ? [] : [['socket', socket] as const])],
  };
}

export type SetExit = Pick<SetRegistration, 'allocationManager' | 'registry' | 'operator' | 'avs' | 'sets'>;

/** Plans `deregisterFromOperatorSets` of AllocationManager. */
export function planSetExit({allocationManager, registry, operator, avs, sets}: SetExit): TxPlan {
  return {
    intent: deregisterIntent(registry, operator, sets),
    title: 'leave the operator sets of the AVS',
    to: allocationManager,
    data: encodeFunctionData({
      abi: allocationManagerAbi,
      functionName: 'deregisterFromOperatorSets',
      args: [{operator, avs, operatorSetIds: [...sets]}],
    }),
    value: 0n,
    mostGas: 1_000_000n + 600_000n * BigInt(sets.length),
    relies: ['allocation_manager', 'service_manager', 'registry'],
    signing: null,
    facts: sets.length === 0 ? [] : [['operator sets', sets.join(', ')]],
  };
}

/** Encodes `data` for an AVSRegistrar: empty, or the ABI-encoded socket. */
export function registrarData(socket: string | null): Hex {
  return socket === null ? '0x' : encodeAbiParameters(parseAbiParameters('string socket'), [socket]);
}

export type SetKey = {
  keyRegistrar: Hex;
  operator: Hex;
  avs: Hex;
  set: number;
  /** ECDSA: the key's 20-byte address. BN254: 192 bytes, abi.encode(x, y, uint256[2], uint256[2]). */
  keyData: Hex;
  /** The key's signature over KeyRegistrar's digest. */
  signature: Hex;
};

/** Returns the intent of {@link planSetKey}. */
export function setKeyIntent({
  keyRegistrar,
  operator,
  avs,
  set,
}: Omit<SetKey, 'keyData' | 'signature'>): string {
  return intentKey('set-key', keyRegistrar, avs, String(set), operator);
}

/** Plans `registerKey` of KeyRegistrar, needed for each operator set before the registration (AVSRegistrar v2). */
export function planSetKey(params: SetKey): TxPlan {
  const {keyRegistrar, operator, avs, set, keyData, signature} = params;
  return {
    intent: setKeyIntent(params),
    title: `register a key for operator set ${set}`,
    to: keyRegistrar,
    data: encodeFunctionData({
      abi: keyRegistrarAbi,
      functionName: 'registerKey',
      args: [operator, {avs, id: set}, keyData, signature],
    }),
    value: 0n,
    mostGas: 1_500_000n,
    relies: ['key_registrar', 'service_manager'],
    signing: null,
    facts: [['key', keyData]],
  };
}
