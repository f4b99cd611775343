import {parseAbi} from 'viem';

/*
 * EigenLayer's middleware: the contracts that each AVS deploys for itself, in all supported generations. Only the functions
 * and events that the toolkit uses; the errors are in abis-errors.ts.
 */

/** RegistryCoordinator of M2 and middleware v1.x. The functions that only v1.x has revert on older contracts. */
export const registryCoordinatorAbi = parseAbi([
  'function registerOperator(bytes quorumNumbers, string socket, ((uint256 X, uint256 Y) pubkeyRegistrationSignature, (uint256 X, uint256 Y) pubkeyG1, (uint256[2] X, uint256[2] Y) pubkeyG2) params, (bytes signature, bytes32 salt, uint256 expiry) operatorSignature)',
  'function deregisterOperator(bytes quorumNumbers)',
  'function updateSocket(string socket)',
  'function pubkeyRegistrationMessageHash(address operator) view returns ((uint256 X, uint256 Y))',
  'function getOperator(address operator) view returns ((bytes32 operatorId, uint8 status))',
  'function getOperatorStatus(address operator) view returns (uint8)',
  'function getOperatorId(address operator) view returns (bytes32)',
  'function getOperatorFromId(bytes32 operatorId) view returns (address)',
  'function getCurrentQuorumBitmap(bytes32 operatorId) view returns (uint192)',
  'function quorumCount() view returns (uint8)',
  'function getOperatorSetParams(uint8 quorumNumber) view returns ((uint32 maxOperatorCount, uint16 kickBIPsOfOperatorStake, uint16 kickBIPsOfTotalStake))',
  'function serviceManager() view returns (address)',
  'function blsApkRegistry() view returns (address)',
  'function stakeRegistry() view returns (address)',
  'function indexRegistry() view returns (address)',
  'function ejector() view returns (address)',
  'function churnApprover() view returns (address)',
  'function owner() view returns (address)',
  'function paused(uint8 index) view returns (bool)',
  // since the ejection cool-down
  'function ejectionCooldown() view returns (uint256)',
  'function lastEjectionTimestamp(address operator) view returns (uint256)',
  // v1.x and SlashingRegistryCoordinator
  'function avs() view returns (address)',
  'function allocationManager() view returns (address)',
  'function socketRegistry() view returns (address)',
  'function operatorSetsEnabled() view returns (bool)',
  'function isM2QuorumRegistrationDisabled() view returns (bool)',
  'function m2QuorumBitmap() view returns (uint256)',
  'event OperatorRegistered(address indexed operator, bytes32 indexed operatorId)',
  'event OperatorDeregistered(address indexed operator, bytes32 indexed operatorId)',
  'event OperatorSocketUpdate(bytes32 indexed operatorId, string socket)',
]);

export const socketRegistryAbi = parseAbi([
  'function getOperatorSocket(bytes32 operatorId) view returns (string)',
]);

export const stakeRegistryAbi = parseAbi([
  'function delegation() view returns (address)',
  'function getCurrentStake(bytes32 operatorId, uint8 quorumNumber) view returns (uint96)',
  'function getCurrentTotalStake(uint8 quorumNumber) view returns (uint96)',
  'function weightOfOperatorForQuorum(uint8 quorumNumber, address operator) view returns (uint96)',
  'function minimumStakeForQuorum(uint8 quorumNumber) view returns (uint96)',
  'function strategyParamsLength(uint8 quorumNumber) view returns (uint256)',
  'function strategyParamsByIndex(uint8 quorumNumber, uint256 index) view returns ((address strategy, uint96 multiplier))',
  'event OperatorStakeUpdate(bytes32 indexed operatorId, uint8 quorumNumber, uint96 stake)',
]);

export const blsApkRegistryAbi = parseAbi([
  'function getOperatorId(address operator) view returns (bytes32)',
  'function operatorToPubkeyHash(address operator) view returns (bytes32)',
  'function pubkeyHashToOperator(bytes32 pubkeyHash) view returns (address)',
  'function getRegisteredPubkey(address operator) view returns ((uint256 X, uint256 Y), bytes32)',
  'event NewPubkeyRegistration(address indexed operator, (uint256 X, uint256 Y) pubkeyG1, (uint256[2] X, uint256[2] Y) pubkeyG2)',
  'event OperatorAddedToQuorums(address operator, bytes32 operatorId, bytes quorumNumbers)',
  'event OperatorRemovedFromQuorums(address operator, bytes32 operatorId, bytes quorumNumbers)',
]);

export const indexRegistryAbi = parseAbi([
  'function totalOperatorsForQuorum(uint8 quorumNumber) view returns (uint32)',
]);

export const ejectionManagerAbi = parseAbi(['event OperatorEjected(bytes32 operatorId, uint8 quorumNumber)']);

/** ECDSAStakeRegistry: the functions of all three generations, and those of some. */
export const ecdsaStakeRegistryAbi = parseAbi([
  'function operatorRegistered(address operator) view returns (bool)',
  'function getOperatorWeight(address operator) view returns (uint256)',
  'function getLastCheckpointOperatorWeight(address operator) view returns (uint256)',
  'function getLastCheckpointTotalWeight() view returns (uint256)',
  'function getLastCheckpointThresholdWeight() view returns (uint256)',
  'function minimumWeight() view returns (uint256)',
  'function quorum() view returns (((address strategy, uint96 multiplier)[] strategies))',
  // b2 of 2024 (sic), b2 of 2025
  'function getLastestOperatorSigningKey(address operator) view returns (address)',
  'function getLatestOperatorSigningKey(address operator) view returns (address)',
  'function updateOperatorSigningKey(address newSigningKey)',
  'event OperatorRegistered(address indexed operator, address indexed avs)',
  'event OperatorDeregistered(address indexed operator, address indexed avs)',
  'event SigningKeyUpdate(address indexed operator, uint256 indexed updateBlock, address indexed newSigningKey, address oldSigningKey)',
]);

/** Registration and deregistration in the first generation (early to mid 2024). */
export const ecdsaB1Abi = parseAbi([
  'function registerOperatorWithSignature(address operator, (bytes signature, bytes32 salt, uint256 expiry) operatorSignature)',
  'function deregisterOperator()',
]);

/** The second generation (mid 2024 to 2025). */
export const ecdsaB2Abi = parseAbi([
  'function registerOperatorWithSignature((bytes signature, bytes32 salt, uint256 expiry) operatorSignature, address signingKey)',
  'function deregisterOperator()',
]);

/** The third generation (2025). */
export const ecdsaB3Abi = parseAbi([
  'function registerOperatorM2Quorum((bytes signature, bytes32 salt, uint256 expiry) operatorSignature, address signingKey)',
  'function deregisterOperatorM2Quorum()',
]);

/** AVSRegistrar v2, with or without a socket: AllocationManager calls it when an operator joins or leaves. */
export const avsRegistrarAbi = parseAbi([
  'function supportsAVS(address avs) view returns (bool)',
  'function keyRegistrar() view returns (address)',
  'function allocationManager() view returns (address)',
  'function getOperatorSocket(address operator) view returns (string)',
  // AVSRegistrarWithSocket
  'function updateSocket(address operator, string socket)',
  'event OperatorDeregistered(address indexed operator, uint32[] operatorSetIds)',
]);

/** The allowlist of an AVSRegistrarWithAllowlist and of a TaskAVSRegistrar, which has the configuration too. */
export const allowlistAbi = parseAbi([
  'function isOperatorAllowed((address avs, uint32 id) operatorSet, address operator) view returns (bool)',
  'function getAvsConfig() view returns ((uint32 aggregatorOperatorSetId, uint32[] executorOperatorSetIds))',
]);

/** The allowlist of the first AVSRegistrarWithAllowlist: one for all sets. */
export const commonAllowlistAbi = parseAbi([
  'function isOperatorAllowed(address operator) view returns (bool)',
]);
