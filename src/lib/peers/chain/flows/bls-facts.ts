import {zeroAddress, zeroHash, type Hex} from 'viem';
import {serviceManagerAbi} from '../abis-aos.ts';
import {blsApkRegistryAbi, registryCoordinatorAbi} from '../abis-avs.ts';
import type {Chain} from '../open.ts';
import {quorumsOf, readQuorums, type QuorumFacts} from './bls-quorums.ts';
import {readNamed, call} from '../read.ts';
import {readCanReregister} from './bls-reregistration.ts';
import type {ResolvedContracts} from '../contract-types.ts';

/** The states of an operator in RegistryCoordinator. */
export const BLS_STATUS = ['never registered', 'registered', 'deregistered'] as const;
export type BlsStatus = (typeof BLS_STATUS)[number];

/**
 * The state of an operator at a registry coordinator (docs/eigenlayer.md#bls-coordinator); null where unknown.
 */
export type BlsFacts = {
  status: BlsStatus | null;
  /** keccak256 of its BLS public key; remains after the operator has left. */
  operatorId: Hex | null;
  registeredQuorums: readonly number[];
  quorums: readonly QuorumFacts[];
  /** Null when the registry has no such switch. */
  registryPaused: boolean | null;
  managerPaused: boolean | null;
  /** Middleware v1.x: whether M2 quorums are closed, and which quorums are M2 quorums beside operator sets. */
  m2Disabled: boolean;
  m2Quorums: readonly number[] | null;
  /** Unix seconds when an ejected operator may register again; null when it was never ejected, or without such a rule. */
  ejectedUntil: bigint | null;
  /** Id of the BLS key registered for the operator. */
  keyId: Hex | null;
  /** The operator that has registered the wanted key. */
  wantedKeyOwner: Hex | null;
  /** Whether the service manager accepts the operator, which may have been registered before; null when unknown. */
  canReregister: boolean | null;
};

/** Pause bits: RegistryCoordinator's for registrations, AOSServiceManager's PAUSED_OPERTOR_REGISTRATION. */
const PAUSED_REGISTER = 0;
const PAUSED_MANAGER_REGISTRATION = 1;

/**
 * Reads the state of an operator at a registry coordinator, in two dependent steps.
 * @param wantedKeyId id of the operator's own BLS key; null when it has none yet
 */
export async function readBls(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
  wantedKeyId: Hex | null,
): Promise<BlsFacts> {
  const {registry, serviceManager} = contracts;
  const keys = contracts.blsApkRegistry ?? zeroAddress;
  const coordinator = registryCoordinatorAbi;
  const [said, quorums, canReregister] = await Promise.all([
    readNamed(chain, {
      status: call(coordinator, registry, 'getOperatorStatus', [operator]),
      operatorId: call(coordinator, registry, 'getOperatorId', [operator]),
      registryPaused: call(coordinator, registry, 'paused', [PAUSED_REGISTER]),
      managerPaused: call(serviceManagerAbi, serviceManager, 'paused', [PAUSED_MANAGER_REGISTRATION]),
      m2Disabled: call(coordinator, registry, 'isM2QuorumRegistrationDisabled', []),
      operatorSetsEnabled: call(coordinator, registry, 'operatorSetsEnabled', []),
      m2Bitmap: call(coordinator, registry, 'm2QuorumBitmap', []),
      cooldown: call(coordinator, registry, 'ejectionCooldown', []),
      ejectedAt: call(coordinator, registry, 'lastEjectionTimestamp', [operator]),
      keyId: call(blsApkRegistryAbi, keys, 'getOperatorId', [operator]),
      wantedKeyOwner: call(blsApkRegistryAbi, keys, 'pubkeyHashToOperator', [wantedKeyId ?? zeroHash]),
    }),
    readQuorums(chain, contracts, operator),
    readCanReregister(chain, contracts, operator),
  ]);
  const operatorId = notZero(said.operatorId);
  const late = await readNamed(chain, {
    bitmap: call(coordinator, registry, 'getCurrentQuorumBitmap', [operatorId ?? zeroHash]),
  });
  return {
    status: said.status === null ? null : (BLS_STATUS[said.status] ?? null),
    operatorId,
    registeredQuorums: quorumsOf(late.bitmap ?? 0n),
    quorums,
    registryPaused: said.registryPaused,
    managerPaused: said.managerPaused,
    m2Disabled: said.m2Disabled === true,
    m2Quorums: said.operatorSetsEnabled === true && said.m2Bitmap !== null ? quorumsOf(said.m2Bitmap) : null,
    ejectedUntil: ejectedUntil(said.ejectedAt, said.cooldown),
    keyId: notZero(said.keyId),
    wantedKeyOwner: wantedKeyId === null ? null : notZero(said.wantedKeyOwner),
    canReregister,
  };
}

/** Returns the first second after the cool-down. */
function ejectedUntil(at: bigint | null, cooldown: bigint | null): bigint | null {
  return at === null || cooldown === null || at === 0n ? null : at + cooldown + 1n;
}

function notZero(hex: Hex | null): Hex | null {
  return hex === null || /^0x0*$/.test(hex) ? null : hex;
}
