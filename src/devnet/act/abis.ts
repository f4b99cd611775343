import {parseAbi} from 'viem';

/*
 * What only the network calls, never an operator. The functions of the published contracts are here with their published
 * signatures; those of the devnet's own contracts say so.
 */

const G1 = '(uint256 X, uint256 Y)';

/** AOSChallengeManager, with the BLSSignatureChecker that it is. */
export const aggregatorAbi = parseAbi([
  'struct G1Point { uint256 X; uint256 Y; }',
  'struct G2Point { uint256[2] X; uint256[2] Y; }',
  'struct Challenge { uint256 clockNumber; bytes32 attestationHash; bytes signature; uint32 challengeCreatedBlock; uint32 quorumThresholdPercentage; bytes quorumNumbers; }',
  'struct ChallengeResponse { uint32 referenceChallengeIndex; uint256 clockNumber; bytes32 attestationHash; }',
  'struct NonSignerStakesAndSignature { uint32[] nonSignerQuorumBitmapIndices; G1Point[] nonSignerPubkeys; G1Point[] quorumApks; G2Point apkG2; G1Point sigma; uint32[] quorumApkIndices; uint32[] totalStakeIndices; uint32[][] nonSignerStakeIndices; }',
  'function respondToChallenge(Challenge challenge, ChallengeResponse challengeResponse, NonSignerStakesAndSignature nonSignerStakesAndSignature)',
  'function aggregator() view returns (address)',
]);

/** RegistryCoordinator: who was in which quorum at a block. */
export const bitmapHistoryAbi = parseAbi([
  'function getQuorumBitmapIndicesAtBlockNumber(uint32 blockNumber, bytes32[] operatorIds) view returns (uint32[])',
  'function getQuorumBitmapAtBlockNumberByIndex(bytes32 operatorId, uint32 blockNumber, uint256 index) view returns (uint192)',
  'function ejectOperator(address operator, bytes quorumNumbers)',
  'function setEjector(address ejector)',
]);

/** StakeRegistry: what each weighed at a block. */
export const stakeHistoryAbi = parseAbi([
  'function getStakeUpdateIndexAtBlockNumber(bytes32 operatorId, uint8 quorumNumber, uint32 blockNumber) view returns (uint32)',
  'function getTotalStakeIndicesAtBlockNumber(uint32 blockNumber, bytes quorumNumbers) view returns (uint32[])',
]);

/** BLSApkRegistry: the sum of the keys at a block. */
export const apkHistoryAbi = parseAbi([
  `function getApk(uint8 quorumNumber) view returns (${G1})`,
  'function getApkIndicesAtBlockNumber(bytes quorumNumbers, uint256 blockNumber) view returns (uint32[])',
]);

/** IndexRegistry: the operators at a block. */
export const indexHistoryAbi = parseAbi([
  'function getOperatorListAtBlockNumber(uint8 quorumNumber, uint32 blockNumber) view returns (bytes32[])',
]);

/** The delay of allocations at AllocationManager. */
export const allocationDelayAbi = parseAbi([
  'function setAllocationDelay(address operator, uint32 delay)',
  'function ALLOCATION_CONFIGURATION_DELAY() view returns (uint32)',
]);

/** The devnet's own DelegationManager and EjectionManager. */
export const devnetOwnAbi = parseAbi([
  'function setShares(address operator, address strategy, uint256 shares)',
  'function eject(address operator, bytes quorumNumbers)',
]);
