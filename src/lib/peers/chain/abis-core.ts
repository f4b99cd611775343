import {parseAbi} from 'viem';

/*
 * EigenLayer's core contracts: one address each on a chain, shared by all AVSs. Only the functions and events that the
 * toolkit uses. The contracts of an AVS pass on their errors, so all errors are in abis-errors.ts.
 */

export const delegationManagerAbi = parseAbi([
  'function isOperator(address operator) view returns (bool)',
  'function isDelegated(address staker) view returns (bool)',
  'function delegatedTo(address staker) view returns (address)',
  'function delegationApprover(address operator) view returns (address)',
  'function getOperatorShares(address operator, address[] strategies) view returns (uint256[])',
  'function operatorShares(address operator, address strategy) view returns (uint256)',
  'function minWithdrawalDelayBlocks() view returns (uint32)',
  // since core 1.0
  'function getOperatorsShares(address[] operators, address[] strategies) view returns (uint256[][])',
  'function allocationManager() view returns (address)',
  'function getSlashableSharesInQueue(address operator, address strategy) view returns (uint256)',
  'function registerAsOperator(address initDelegationApprover, uint32 allocationDelay, string metadataURI)',
  'function updateOperatorMetadataURI(address operator, string metadataURI)',
  'event OperatorRegistered(address indexed operator, address delegationApprover)',
  'event OperatorMetadataURIUpdated(address indexed operator, string metadataURI)',
  'event DelegationApproverUpdated(address indexed operator, address newDelegationApprover)',
  'event OperatorSharesSlashed(address indexed operator, address strategy, uint256 totalSlashedShares)',
]);

export const avsDirectoryAbi = parseAbi([
  'function calculateOperatorAVSRegistrationDigestHash(address operator, address avs, bytes32 salt, uint256 expiry) view returns (bytes32)',
  'function domainSeparator() view returns (bytes32)',
  'function version() view returns (string)',
  'function OPERATOR_AVS_REGISTRATION_TYPEHASH() view returns (bytes32)',
  'function avsOperatorStatus(address avs, address operator) view returns (uint8)',
  'function operatorSaltIsSpent(address operator, bytes32 salt) view returns (bool)',
  'function cancelSalt(bytes32 salt)',
  'function paused(uint8 index) view returns (bool)',
  'event OperatorAVSRegistrationStatusUpdated(address indexed operator, address indexed avs, uint8 status)',
  'event AVSMetadataURIUpdated(address indexed avs, string metadataURI)',
]);

export const strategyManagerAbi = parseAbi([
  'function delegation() view returns (address)',
  'event BurnOrRedistributableSharesIncreased((address avs, uint32 id) operatorSet, uint256 slashId, address strategy, uint256 shares)',
  'event BurnableSharesIncreased(address strategy, uint256 shares)',
]);

export const allocationManagerAbi = parseAbi([
  'function delegation() view returns (address)',
  'function permissionController() view returns (address)',
  'function registerForOperatorSets(address operator, (address avs, uint32[] operatorSetIds, bytes data) params)',
  'function deregisterFromOperatorSets((address operator, address avs, uint32[] operatorSetIds) params)',
  'function modifyAllocations(address operator, ((address avs, uint32 id) operatorSet, address[] strategies, uint64[] newMagnitudes)[] params)',
  'function slashOperator(address avs, (address operator, uint32 operatorSetId, address[] strategies, uint256[] wadsToSlash, string description) params) returns (uint256 slashId, uint256[] shares)',
  'function getAVSRegistrar(address avs) view returns (address)',
  'function getOperatorSetCount(address avs) view returns (uint256)',
  'function isOperatorSet((address avs, uint32 id) operatorSet) view returns (bool)',
  'function isMemberOfOperatorSet(address operator, (address avs, uint32 id) operatorSet) view returns (bool)',
  'function isOperatorSlashable(address operator, (address avs, uint32 id) operatorSet) view returns (bool)',
  'function getRegisteredSets(address operator) view returns ((address avs, uint32 id)[])',
  'function getAllocatedSets(address operator) view returns ((address avs, uint32 id)[])',
  'function getAllocation(address operator, (address avs, uint32 id) operatorSet, address strategy) view returns ((uint64 currentMagnitude, int128 pendingDiff, uint32 effectBlock))',
  'function getStrategiesInOperatorSet((address avs, uint32 id) operatorSet) view returns (address[])',
  'function getAllocationDelay(address operator) view returns (bool isSet, uint32 delay)',
  'function getMaxMagnitude(address operator, address strategy) view returns (uint64)',
  'function getEncumberedMagnitude(address operator, address strategy) view returns (uint64)',
  'function getAllocatableMagnitude(address operator, address strategy) view returns (uint64)',
  'function getSlashCount((address avs, uint32 id) operatorSet) view returns (uint256)',
  'function getSlasher((address avs, uint32 id) operatorSet) view returns (address)',
  'function DEALLOCATION_DELAY() view returns (uint32)',
  'function paused(uint8 index) view returns (bool)',
  // It has no indexed argument: a filter can name only topic0.
  'event OperatorSlashed(address operator, (address avs, uint32 id) operatorSet, address[] strategies, uint256[] wadSlashed, string description)',
  'event AllocationUpdated(address operator, (address avs, uint32 id) operatorSet, address strategy, uint64 magnitude, uint32 effectBlock)',
  'event MaxMagnitudeUpdated(address operator, address strategy, uint64 maxMagnitude)',
  'event OperatorAddedToOperatorSet(address indexed operator, (address avs, uint32 id) operatorSet)',
  'event OperatorRemovedFromOperatorSet(address indexed operator, (address avs, uint32 id) operatorSet)',
  'event AVSMetadataURIUpdated(address indexed avs, string metadataURI)',
]);

export const keyRegistrarAbi = parseAbi([
  'function registerKey(address operator, (address avs, uint32 id) operatorSet, bytes keyData, bytes signature)',
  'function deregisterKey(address operator, (address avs, uint32 id) operatorSet)',
  'function getECDSAKeyRegistrationMessageHash(address operator, (address avs, uint32 id) operatorSet, address keyAddress) view returns (bytes32)',
  'function getBN254KeyRegistrationMessageHash(address operator, (address avs, uint32 id) operatorSet, bytes keyData) view returns (bytes32)',
  'function getOperatorSetCurveType((address avs, uint32 id) operatorSet) view returns (uint8)',
  'function isRegistered((address avs, uint32 id) operatorSet, address operator) view returns (bool)',
  'function isKeyGloballyRegistered(bytes32 keyHash) view returns (bool)',
]);

export const permissionControllerAbi = parseAbi([
  'function canCall(address account, address caller, address target, bytes4 selector) view returns (bool)',
  'function setAppointee(address account, address appointee, address target, bytes4 selector)',
]);

export const rewardsCoordinatorAbi = parseAbi([
  'function claimerFor(address earner) view returns (address)',
  'function cumulativeClaimed(address earner, address token) view returns (uint256)',
  'function getCurrentClaimableDistributionRoot() view returns ((bytes32 root, uint32 rewardsCalculationEndTimestamp, uint32 activatedAt, bool disabled))',
  'function getDistributionRootsLength() view returns (uint256)',
  'function getOperatorAVSSplit(address operator, address avs) view returns (uint16)',
  'event RewardsClaimed(bytes32 root, address indexed earner, address indexed claimer, address indexed recipient, address token, uint256 claimedAmount)',
]);

export const strategyAbi = parseAbi([
  'function underlyingToken() view returns (address)',
  'function sharesToUnderlyingView(uint256 amountShares) view returns (uint256)',
]);

export const erc20Abi = parseAbi([
  'function symbol() view returns (string)',
  'function decimals() view returns (uint8)',
]);
