import {parseAbi} from 'viem';

/*
 * The contracts of the AOS network, and those of an AVS beside EigenLayer's middleware: the functions and events that the
 * toolkit uses. The errors are in abis-errors.ts.
 */

/** AOSServiceManager, with functions of service managers of the ECDSA flow. Its `MAX_RANGE` is internal. */
export const serviceManagerAbi = parseAbi([
  'function avsDirectory() view returns (address)',
  'function owner() view returns (address)',
  'function paused(uint8 index) view returns (bool)',
  'function PAUSED_OPERTOR_REGISTRATION() view returns (uint8)',
  'function operators(uint256 index) view returns (address)',
  'function getNumOperators() view returns (uint256)',
  'function operatorRanges(address operator) view returns (uint256 start, uint256 end)',
  'function getOperatorsInRange(uint256 value) view returns (address[])',
  'function updateOperatorRange(address operatorAddress, uint256 start, uint256 end)',
  // only the registry calls it
  'function registerOperatorToAVS(address operator, (bytes signature, bytes32 salt, uint256 expiry) operatorSignature)',
  'function getRestakeableStrategies() view returns (address[])',
  'function getOperatorRestakedStrategies(address operator) view returns (address[])',
  // ECDSAServiceManagerBase
  'function stakeRegistry() view returns (address)',
]);

/** OperatorRangeManager; a service manager answers the views but `MAX_RANGE`. */
export const rangeManagerAbi = parseAbi([
  'function operatorRanges(address operator) view returns (uint256 start, uint256 end)',
  'function operators(uint256 index) view returns (address)',
  'function getNumOperators() view returns (uint256)',
  'function getOperatorsInRange(uint256 value) view returns (address[])',
  'function MAX_RANGE() view returns (uint256)',
  'function owner() view returns (address)',
  'function registerOperator(address operator, uint256 start, uint256 end)',
  'function updateOperatorRange(address operator, uint256 start, uint256 end)',
]);

/** AOSChallengeManager. */
export const challengeManagerAbi = parseAbi([
  'function latestChallengeNum() view returns (uint32)',
  'function challengeNumber() view returns (uint32)',
  'function getChallengeResponseWindowBlock() view returns (uint32)',
  'function CHALLENGE_RESPONSE_WINDOW_BLOCK() view returns (uint32)',
  'function CHALLENGE_CHALLENGE_WINDOW_BLOCK() view returns (uint32)',
  'function allChallengeHashes(uint32 index) view returns (bytes32)',
  'function allChallengeResponses(uint32 index) view returns (bytes32)',
  'function challengeSuccesfullyChallenged(uint32 index) view returns (bool)',
  'function aggregator() view returns (address)',
  'function registryCoordinator() view returns (address)',
  'function createNewChallenge(uint256 clockNumber, bytes32 attestationHash, bytes signature, uint32 quorumThresholdPercentage, bytes quorumNumbers)',
  'event NewChallengeCreated(uint32 indexed challengeIndex, (uint256 clockNumber, bytes32 attestationHash, bytes signature, uint32 challengeCreatedBlock, uint32 quorumThresholdPercentage, bytes quorumNumbers) challenge)',
  'event ChallengeResponded((uint32 referenceChallengeIndex, uint256 clockNumber, bytes32 attestationHash) challengeResponse, (uint32 challengeResponsedBlock) challengeResponseMetadata)',
]);

/** Kinds: 0 Offline, 1 IncorrectInference, 2 ZkVerifyFailed. Times are unix seconds. */
export const penaltyLedgerAbi = parseAbi([
  'function penaltyWei() view returns (uint256)',
  'function setPenalty(uint256 penaltyWei)',
  'function moratoriumUntil() view returns (uint256)',
  'function penaltyCount() view returns (uint256)',
  'function penalties(uint256 id) view returns (address operator, uint8 kind, uint256 amountWei, bytes32 ref, uint64 recordedAt, bool executed)',
  'function owner() view returns (address)',
  'function record(address operator, uint8 kind, bytes32 ref, string description) returns (uint256 id)',
  'function execute(uint256 id)',
  'event PenaltyRecorded(uint256 indexed id, address indexed operator, uint8 indexed kind, uint256 amountWei, bytes32 ref, string description)',
  'event PenaltyExecuted(uint256 indexed id, address indexed operator, uint256 amountWei)',
  'event PenaltyChanged(uint256 penaltyWei)',
]);

/** Slasher contracts of an AVS: another OperatorSlashed than AllocationManager's. */
export const avsSlasherAbi = parseAbi([
  'event OperatorSlashed(uint256 indexed slashingRequestId, address indexed operator, uint32 indexed operatorSetId, uint256[] wadsToSlash, string description)',
  'event SlashingRequested(uint256 indexed requestId, address indexed operator, uint32 operatorSetId, uint256[] wadsToSlash, string description)',
  'event SlashingRequestCancelled(uint256 indexed requestId)',
]);

/** The same events of earlier and other releases: one topic0, other indexed arguments. */
export const avsSlasherVariantAbi = parseAbi([
  'event OperatorSlashed(uint256 indexed slashingRequestId, address indexed operator, uint32 operatorSetId, uint256[] wadsToSlash, string description)',
  'event SlashingRequested(uint256 indexed requestId, address indexed operator, uint32 indexed operatorSetId, uint256[] wadsToSlash, string description)',
  'event SlashingRequestCancelled(uint256 requestId)',
]);
