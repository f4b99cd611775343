import type {Slices} from '../../foundation/async/slices.ts';
import {createBucket} from '../../foundation/async/token-bucket.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import type {Time} from '../../foundation/time/time.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {verifyFrame, type RequestFrame} from '../../protocol/wire/frame.ts';
import type {VerifyDispatcher} from '../../config/config.ts';
import type {Emit, RejectReason} from '../events/events.ts';
import type {Health} from './health.ts';
import type {SignedBefore} from './signed-before.ts';

export type SenderCheckOptions = {
  verify: VerifyDispatcher;
  /** The address that must sign requests; null: the address that the frame names. */
  dispatcherAddress: string | null;
  signedBefore: SignedBefore;
  health: Pick<Health, 'failed' | 'worked'>;
  time: Time;
  emit: Emit;
};

/**
 * Checks by policy who sent a request (docs/protocol.md#verifying-a-frame).
 * @returns the signer (null when unsigned and that is allowed), or undefined when the request was refused
 */
export type SenderCheck = (
  frame: RequestFrame,
  refuse: (reason: RejectReason, error: AosError) => void,
) => Slices<string | null | undefined>;

/** What the problem of wrong signatures is about, beside the other problems with jobs. */
const SIGNATURE = 'signature';
/** Events about signed frames with a wrong hash, at most, a second. */
const MISMATCHES_PER_SECOND = 1;

export function createSenderCheck(options: SenderCheckOptions): SenderCheck {
  const {emit, health, signedBefore} = options;
  const mayEmitMismatch = createBucket(MISMATCHES_PER_SECOND, options.time);
  let reportedUnsigned = false;

  return function* (frame, refuse) {
    if (options.verify === 'off') return null;
    const checked = yield* verifyFrame(frame);
    if (checked.state === 'invalid') {
      refuse('wrong-signature', new AosError('ENVELOPE_INVALID', checked.reason));
      return undefined;
    }
    if (checked.state === 'unsigned') {
      const problem = unsignedProblem(options);
      if (problem !== null) {
        health.failed('jobs', problem, SIGNATURE);
        refuse('unsigned', new AosError('ENVELOPE_INVALID', 'the frame is not signed', {next: problem.next}));
        return undefined;
      }
      if (!reportedUnsigned) emit({type: 'frame_unsigned', policy: options.verify});
      reportedUnsigned = true;
      return null;
    }
    const expected = options.dispatcherAddress;
    if (expected !== null && !sameAddress(checked.signer, expected)) {
      const message = `signed by ${checked.signer}, not by dispatcher_address ${expected}`;
      health.failed('jobs', new AosError('DISPATCHER_OTHER_SIGNER', `jobs are ${message}`), SIGNATURE);
      refuse('wrong-sender', new AosError('ENVELOPE_INVALID', message));
      return undefined;
    }
    signedBefore.note();
    health.worked('jobs', SIGNATURE);
    if (!checked.hashMatches && mayEmitMismatch()) emit({type: 'hash_mismatch', envelopeId: frame.id});
    return checked.signer;
  };
}

/** Why an unsigned request is refused; null: it is not. */
function unsignedProblem({verify, signedBefore, dispatcherAddress}: SenderCheckOptions): AosError | null {
  if (verify === 'require')
    return new AosError('DISPATCHER_UNSIGNED', 'jobs come unsigned, and net.verify_dispatcher is require');
  if (!signedBefore.known()) return null;
  const before = `jobs come unsigned, though ${dispatcherAddress ?? ''} has signed them before`;
  return new AosError('DISPATCHER_UNSIGNED', before, {
    next: say('If this dispatcher signs nothing now, remove node.dispatcher_address.'),
  });
}
