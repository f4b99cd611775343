import {bytesToHex, encodeAbiParameters, encodeFunctionData, parseAbiParameters, type Hex} from 'viem';
import {AosError} from '../../../foundation/errors/error.ts';
import {ecdsaB1Abi, ecdsaB2Abi, ecdsaB3Abi, registryCoordinatorAbi} from '../abis-avs.ts';
import {allocationManagerAbi, keyRegistrarAbi} from '../abis-core.ts';
import {intentKey, type TxPlan} from '../tx/plan.ts';

/** AVSDirectory's operator signature (SignatureWithSaltAndExpiry). */
export type OperatorSignature = {signature: Hex; salt: Hex; /** Unix seconds. */ expiry: bigint};

/** A point of BN254's first group, with the names of the ABI. */
type G1 = {readonly X: bigint; readonly Y: bigint};
type G2 = {readonly X: readonly [bigint, bigint]; readonly Y: readonly [bigint, bigint]};

/** `IBLSApkRegistry.PubkeyRegistrationParams`. */
export type BlsKeyProof = {
  readonly pubkeyRegistrationSignature: G1;
  readonly pubkeyG1: G1;
  readonly pubkeyG2: G2;
};

/** The key parameter for an operator whose BLS key is registered: the registry ignores it. */
const KEY_IS_KNOWN: BlsKeyProof = {
  pubkeyRegistrationSignature: {X: 0n, Y: 0n},
  pubkeyG1: {X: 0n, Y: 0n},
  pubkeyG2: {X: [0n, 0n], Y: [0n, 0n]},
};

/** Returns the intent of the registration with an AVS, the same for all flows. */
export function registerIntent(registry: Hex, operator: Hex): string {
  return intentKey('register', registry, operator);
}

export type BlsRegistration = {
  registry: Hex;
  operator: Hex;
  /** Strictly ascending. */
  quorums: readonly number[];
  socket: string;
  /** Null when the operator's BLS key is registered. */
  key: BlsKeyProof | null;
  signature: OperatorSignature;
};

/** Plans `registerOperator` of a BLS RegistryCoordinator (flow a). */
export function planBls({registry, operator, quorums, socket, key, signature}: BlsRegistration): TxPlan {
  const {pubkeyRegistrationSignature, pubkeyG1, pubkeyG2} = key ?? KEY_IS_KNOWN;
  return {
    intent: registerIntent(registry, operator),
    title: 'register with the AVS',
    to: registry,
    data: encodeFunctionData({
      abi: registryCoordinatorAbi,
      functionName: 'registerOperator',
      args: [quorumBytes(quorums), socket, {pubkeyRegistrationSignature, pubkeyG1, pubkeyG2}, signature],
    }),
    value: 0n,
    facts: [
      ['quorums', quorums.join(', ')],
      ['socket', socket],
      ['BLS key', key === null ? 'registered before' : 'is registered too'],
    ],
  };
}

export type EcdsaRegistration = {
  flow: 'ecdsa-b1' | 'ecdsa-b2' | 'ecdsa-b3';
  registry: Hex;
  operator: Hex;
  /** The key that signs tasks; unused in the first generation. */
  signingKey: Hex;
  signature: OperatorSignature;
};

/** Plans the registration with one generation of ECDSAStakeRegistry (flow b). */
export function planEcdsa({flow, registry, operator, signingKey, signature}: EcdsaRegistration): TxPlan {
  return {
    intent: registerIntent(registry, operator),
    title: 'register with the AVS',
    to: registry,
    data: ecdsaEntry(flow, operator, signingKey, signature),
    value: 0n,
    facts: flow === 'ecdsa-b1' ? [] : [['signing key', signingKey]],
  };
}

function ecdsaEntry(
  flow: EcdsaRegistration['flow'],
  operator: Hex,
  signingKey: Hex,
  signature: OperatorSignature,
): Hex {
  const functionName = 'registerOperatorWithSignature';
  switch (flow) {
    case 'ecdsa-b1':
      return encodeFunctionData({abi: ecdsaB1Abi, functionName, args: [operator, signature]});
    case 'ecdsa-b2':
      return encodeFunctionData({abi: ecdsaB2Abi, functionName, args: [signature, signingKey]});
    case 'ecdsa-b3':
      return encodeFunctionData({
        abi: ecdsaB3Abi,
        functionName: 'registerOperatorM2Quorum',
        args: [signature, signingKey],
      });
  }
}

export type SetRegistration = {
  allocationManager: Hex;
  registry: Hex;
  operator: Hex;
  avs: Hex;
  /** Operator set ids, ascending. */
  sets: readonly number[];
  /** The data for the AVS's registrar: see {@link coordinatorData} and {@link registrarData}. */
  data: Hex;
  socket: string | null;
};

/** Plans `registerForOperatorSets` of AllocationManager (flow c), which alone makes no stake slashable. */
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
    facts: [['operator sets', sets.join(', ')], ...(socket === null ? [] : [['socket', socket] as const])],
  };
}

/** Encodes `data` for a SlashingRegistryCoordinator: registration type NORMAL, socket and BLS key. */
export function coordinatorData(socket: string, key: BlsKeyProof | null): Hex {
  return encodeAbiParameters(COORDINATOR_DATA, [0, socket, toAbi(key ?? KEY_IS_KNOWN)]);
}

const COORDINATOR_DATA = parseAbiParameters([
  'uint8 registrationType, string socket, PubkeyRegistrationParams params',
  'struct G1Point { uint256 X; uint256 Y; }',
  'struct G2Point { uint256[2] X; uint256[2] Y; }',
  'struct PubkeyRegistrationParams { G1Point pubkeyRegistrationSignature; G1Point pubkeyG1; G2Point pubkeyG2; }',
]);

/** Copies the members, because viem's types need this shape. */
function toAbi({pubkeyRegistrationSignature, pubkeyG1, pubkeyG2}: BlsKeyProof) {
  return {pubkeyRegistrationSignature, pubkeyG1, pubkeyG2};
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

/** Plans `registerKey` of KeyRegistrar, needed for each operator set before the registration (flow c, AVSRegistrar v2). */
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
    facts: [['key', keyData]],
  };
}

/**
 * Encodes quorum numbers for the registry: one byte each.
 * @throws AosError USAGE for a number that does not fit into a byte, which would be another quorum
 */
export function quorumBytes(quorums: readonly number[]): Hex {
  const unfit = quorums.find((number) => !(Number.isInteger(number) && number >= 0 && number <= 255));
  if (unfit !== undefined) throw new AosError('USAGE', `there is no quorum ${unfit}: they go from 0 to 255`);
  return bytesToHex(Uint8Array.from(quorums));
}
