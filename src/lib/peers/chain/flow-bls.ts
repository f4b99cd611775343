import {zeroAddress, zeroHash, type Hex} from 'viem';
import {serviceManagerAbi} from './abis-aos.ts';
import {blsApkRegistryAbi, registryCoordinatorAbi} from './abis-avs.ts';
import type {Chain} from './open.ts';
import {quorumsOf, readQuorums, type QuorumFacts} from './quorums.ts';
import {readNamed, call} from './read.ts';
import {readCanReregister} from './reregistration.ts';
import type {ResolvedContracts} from './contract-types.ts';

/** RegistryCoordinator's own words for an operator's state. */
export const BLS_STATUS = ['never registered', 'registered', 'deregistered'] as const;
export type BlsStatus = (typeof BLS_STATUS)[number];

/**
 * The state of an operator at a registry coordinator (docs/eigenlayer.md#bls-coordinator); null where unknown.
 */
export type BlsFacts = {
  status: BlsStatus | null;
  /** keccak256 of its BLS public key; stays after it has left. */
  operatorId: Hex | null;
  registeredQuorums: readonly number[];
  quorums: readonly QuorumFacts[];
  /** Null: no such switch. */
  registryPaused: boolean | null;
  managerPaused: boolean | null;
  /** Middleware v1.x: M2 quorums are closed; those that are M2 quorums while operator sets are open beside them. */
  m2Disabled: boolean;
  m2Quorums: readonly number[] | null;
  /** Unix seconds from when an ejected operator may register again; null: it was never ejected, or no such rule. */
  ejectedUntil: bigint | null;
  /** Id of the BLS key registered for the operator. */
  keyId: Hex | null;
  /** Who has registered the key the operator wants to use. */
  wantedKeyOwner: Hex | null;
  /** The service manager accepts the operator, which may have been registered before; null: unknown. */
  canReregister: boolean | null;
};

/** Pause bits: RegistryCoordinator's for registrations, AOSServiceManager's PAUSED_OPERTOR_REGISTRATION. */
const PAUSED_REGISTER = 0;
const PAUSED_MANAGER_REGISTRATION = 1;

/** @param wantedKeyId id of the operator's own BLS key, null when it has none yet. Two dependent steps. */
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

/** The registry wants more than the cool-down to have passed. */
function ejectedUntil(at: bigint | null, cooldown: bigint | null): bigint | null {
  return at === null || cooldown === null || at === 0n ? null : at + cooldown + 1n;
}

function notZero(hex: Hex | null): Hex | null {
  return hex === null || /^0x0*$/.test(hex) ? null : hex;
}
