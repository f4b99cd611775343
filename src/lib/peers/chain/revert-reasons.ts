import {type NextStep, run, say} from '../../foundation/next-step/next-step.ts';
/** The reason for a contract's refusal, in the toolkit's words. */
export type RevertReason = {
  id: string;
  /** Its meaning for the operator. */
  means: string;
  /** The next step. */
  next: NextStep;
  /** Names of its custom errors (revertErrorsAbi). */
  errors: readonly string[];
  /** Parts of the revert strings of older releases. */
  texts: readonly string[];
};

/** Builds a reason. @param next the next step; a text is a step without a command */
const reason = (
  id: string,
  means: string,
  next: NextStep | string,
  errors: readonly string[],
  texts: readonly string[] = [],
): RevertReason => ({id, means, next: typeof next === 'string' ? say(next) : next, errors, texts});

const CHECK = run('register', ['--check'], 'See what is missing');
const AGAIN = 'Run the command again; it signs again.';
const STATUS = run('status');

/**
 * The reasons of EigenLayer's and AOS's contracts, with old strings and new errors. A more specific text comes first,
 * because `operator already registered` ends several of them.
 */
export const REVERT_REASONS: readonly RevertReason[] = [
  // pauses
  reason(
    'paused',
    'the contract is paused for this',
    'Wait until its unpauser lifts the pause, then run the command again.',
    ['CurrentlyPaused'],
    ['Pausable: index is paused', 'Pausable: paused'],
  ),

  // BLSApkRegistry
  reason(
    'bls-key-zero',
    'the BLS public key is empty',
    run('keys bls create', [], 'Create a key'),
    ['ZeroPubKey'],
    ['cannot register zero pubkey'],
  ),
  reason(
    'bls-key-known',
    'this operator has registered a BLS key already',
    CHECK,
    [],
    ['operator already registered pubkey'],
  ),
  reason(
    'bls-key-taken',
    'another operator has registered this BLS key',
    run('keys bls create', [], 'Create a key of your own'),
    ['BLSPubkeyAlreadyRegistered'],
    ['public key already registered'],
  ),
  reason(
    'bls-signature-wrong',
    'the BLS signature does not fit the BLS key',
    run('keys bls show', [], 'Check the key file'),
    ['InvalidBLSSignatureOrPrivateKey'],
    ['either the G1 signature is wrong, or G1 and G2 private key do not match'],
  ),

  // quorums
  reason(
    'quorums-unordered',
    'the quorum numbers are not in ascending order',
    'Give each quorum once: --quorums 0,1',
    ['BytesArrayNotOrdered', 'BytesArrayLengthTooLong'],
    ['orderedBytesArray is not ordered', 'orderedBytesArray is too long'],
  ),
  reason(
    'quorum-unknown',
    'a quorum does not exist',
    run('register', ['--check'], 'List the quorums there are'),
    ['QuorumDoesNotExist', 'BitmapValueTooLarge'],
    ['bitmap exceeds max value', 'quorum does not exist'],
  ),
  reason(
    'quorums-none',
    'no quorum was named',
    'Name one: --quorums 0',
    ['BitmapEmpty', 'BitmapCannotBeZero'],
    ['bitmap cannot be 0'],
  ),
  reason(
    'quorum-registered',
    'the operator is in one of these quorums already',
    STATUS,
    ['AlreadyRegisteredForQuorums'],
    ['operator already registered for some quorums'],
  ),
  reason(
    'quorum-not-registered',
    'the operator is not in one of these quorums',
    STATUS,
    ['NotRegisteredForQuorum'],
    ['operator is not registered for specified quorums', 'operator is not registered for quorum'],
  ),
  reason(
    'quorum-stake',
    'the stake is below the minimum of a quorum',
    'Have more stake delegated, or leave the quorum out with --quorums.',
    ['BelowMinimumStakeRequirement'],
    ['does not meet minimum stake requirement'],
  ),
  reason(
    'quorum-full',
    'a quorum has its greatest number of operators',
    'Ask the AVS for a churn approval, or wait for a free place.',
    ['MaxOperatorCountReached'],
    ['operator count exceeds maximum'],
  ),
  reason(
    'm2-disabled',
    'the AVS takes no more M2 registrations',
    run('register', ['--check'], 'Leave --flow away: the AVS has moved to operator sets'),
    ['M2QuorumRegistrationIsDisabled'],
  ),
  reason(
    'm2-only',
    'a quorum is an operator set, not an M2 quorum',
    'Leave it out with --quorums, or name the flow of its operator sets: --flow.',
    ['OnlyM2QuorumsAllowed'],
  ),
  reason(
    'ejection-cooldown',
    'the operator was ejected and must wait before it registers again',
    run('register', ['--check'], 'See when it ends'),
    ['CannotReregisterYet'],
    ['operator cannot reregister yet'],
  ),

  // AVSDirectory
  reason(
    'signature-expired',
    'the operator signature has expired on the chain',
    AGAIN,
    ['SignatureExpired'],
    ['operator signature expired'],
  ),
  reason(
    'salt-spent',
    'the salt of the operator signature was used before',
    AGAIN,
    ['SaltSpent'],
    ['salt already spent'],
  ),
  reason(
    'not-eigenlayer-operator',
    'the address is no EigenLayer operator',
    run('register', ['--as-operator', '--metadata-url', 'URL'], 'Make it one'),
    ['OperatorNotRegisteredToEigenLayer', 'InvalidOperator'],
    ['operator not registered to EigenLayer'],
  ),
  reason(
    'signature-wrong',
    'the operator signature is not by the operator',
    run('signer check'),
    ['InvalidSignature'],
    ['signature not from signer', 'EIP1271SignatureUtils', 'ECDSA: invalid signature'],
  ),
  reason(
    'avs-not-registered',
    'the operator is not registered at the AVS',
    STATUS,
    ['OperatorNotRegisteredToAVS', 'NotRegistered', 'OperatorNotRegistered'],
    ['deregisterOperatorFromAVS: operator not registered', '_deregisterOperator: operator is not registered'],
  ),
  reason(
    'avs-registered',
    'the operator is registered at the AVS already',
    STATUS,
    ['OperatorAlreadyRegisteredToAVS', 'OperatorAlreadyRegistered'],
    ['registerOperatorToAVS: operator already registered'],
  ),

  // DelegationManager
  reason(
    'operator-known',
    'the address is an EigenLayer operator, or delegates to one, already',
    STATUS,
    ['ActivelyDelegated', 'OperatorsCannotUndelegate'],
    ['caller is already actively delegated', 'operator has already registered'],
  ),

  // AOSServiceManager has one text for members and former members
  reason(
    'reregistration',
    'the service manager has this address on its list, and never accepts an address twice',
    'Use another operator address, or ask the AOS team.',
    [],
    ['Operator already registered'],
  ),

  // ECDSAStakeRegistry
  reason('weight', 'the stake is below the minimum weight', 'Have more stake delegated to the operator.', [
    'InsufficientWeight',
  ]),

  // AllocationManager, AVSRegistrar, KeyRegistrar
  reason(
    'permission',
    'the sender may not act for this operator',
    'Send from the operator, its admin or an appointee.',
    ['InvalidPermissions', 'InvalidCaller', 'CallerNotOperator'],
  ),
  reason(
    'set-unknown',
    'an operator set does not exist',
    run('register', ['--check'], 'List the sets there are'),
    ['InvalidOperatorSet'],
  ),
  reason(
    'set-member',
    'the operator is in the set, or still slashable by it after leaving',
    run('register', ['--check'], 'See until when'),
    ['AlreadyMemberOfSet'],
  ),
  reason('set-not-member', 'the operator is not in the set', STATUS, ['NotMemberOfSet']),
  reason('set-key-missing', 'the operator has no key registered for the set', CHECK, ['KeyNotRegistered']),
  reason('set-key-known', 'the operator or another has registered this key already', CHECK, [
    'KeyAlreadyRegistered',
    'OperatorAlreadyRegisteredKey',
  ]),
  reason(
    'allowlist',
    'the operator is not on the allowlist of the AVS',
    'Ask the AVS to put the operator on its allowlist, then run the command again.',
    ['OperatorNotInAllowlist'],
  ),
  reason('registrar', 'the registrar of the AVS does not serve it', 'Ask the AOS team.', [
    'InvalidAVSRegistrar',
  ]),

  // slashing
  reason(
    'slash-refused',
    'the slashing request does not fit the operator set',
    'Nothing to do for an operator.',
    [
      'OperatorNotSlashable',
      'StrategyNotInOperatorSet',
      'InvalidWadToSlash',
      'StrategiesMustBeInAscendingOrder',
    ],
  ),
  reason('moratorium', 'no penalty is executed before the moratorium ends', STATUS, ['MoratoriumInForce']),
];
