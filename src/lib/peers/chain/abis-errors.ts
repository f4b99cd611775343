import {parseAbi} from 'viem';

/**
 * Every custom error that can end a call of the toolkit to any contract: the contracts of the AVS pass on EigenLayer's
 * errors.
 */
export const revertErrorsAbi = parseAbi([
  // AVSDirectory, DelegationManager
  'error OperatorAlreadyRegisteredToAVS()',
  'error OperatorNotRegisteredToAVS()',
  'error OperatorNotRegisteredToEigenLayer()',
  'error SaltSpent()',
  'error SignatureExpired()',
  'error InvalidSignature()',
  'error CurrentlyPaused()',
  'error ActivelyDelegated()',
  'error OperatorsCannotUndelegate()',
  // RegistryCoordinator, StakeRegistry, BLSApkRegistry of middleware v1.x
  'error M2QuorumRegistrationIsDisabled()',
  'error OnlyM2QuorumsAllowed()',
  'error BitmapEmpty()',
  'error BitmapCannotBeZero()',
  'error BytesArrayNotOrdered()',
  'error BytesArrayLengthTooLong()',
  'error BitmapValueTooLarge()',
  'error QuorumDoesNotExist()',
  'error AlreadyRegisteredForQuorums()',
  'error NotRegistered()',
  'error NotRegisteredForQuorum()',
  'error CannotReregisterYet()',
  'error BelowMinimumStakeRequirement()',
  'error MaxOperatorCountReached()',
  'error InvalidBLSSignatureOrPrivateKey()',
  'error BLSPubkeyAlreadyRegistered()',
  'error OperatorAlreadyRegistered()',
  'error OperatorNotRegistered()',
  'error ZeroPubKey()',
  // ECDSAStakeRegistry
  'error InsufficientWeight()',
  // AllocationManager, AVSRegistrar, KeyRegistrar
  'error InvalidPermissions()',
  'error InvalidOperator()',
  'error InvalidOperatorSet()',
  'error AlreadyMemberOfSet()',
  'error NotMemberOfSet()',
  'error InvalidCaller()',
  'error InvalidAVSRegistrar()',
  'error OperatorNotSlashable()',
  'error StrategyNotInOperatorSet()',
  'error InvalidWadToSlash()',
  'error StrategiesMustBeInAscendingOrder()',
  'error KeyNotRegistered()',
  'error OperatorNotInAllowlist()',
  'error KeyAlreadyRegistered()',
  'error OperatorAlreadyRegisteredKey()',
  'error CallerNotOperator()',
  // PenaltyLedger
  'error MoratoriumInForce()',
]);
