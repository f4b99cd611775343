import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {type Envelope, type Incoming, parseIncoming, verifyEnvelope} from '../../protocol/wire/envelope.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {readDispatch, type DispatchJob, type JobKey} from '../../protocol/wire/messages.ts';
import type {VerifyDispatcher} from '../../config/config.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {Time} from '../../foundation/time/time.ts';
import {createBucket} from '../../foundation/async/token-bucket.ts';
import type {Emit, RejectReason} from '../events/events.ts';
import type {Health} from './health.ts';
import type {RefusedMessage} from './refused-messages.ts';
import type {Reply} from './session.ts';
import type {SignedBefore} from './signed-before.ts';

/** What came in and passed: frames are parsed and their sender checked before anything is done about them. */
export type InboxHandlers = {
  onJobs: (jobs: readonly DispatchJob[], frame: {id: string; text: string; signer: string | null}) => void;
  onReply: (id: string, reply: Reply) => void;
  /** Text that is no message at all; some servers say in plain words why they refuse. */
  onWords: (words: string) => void;
  /** Refuses a request by its id. */
  refuse: (id: string, reply: Reply) => void;
  /** Keeps a message that was not acted on: the dispatcher does not send it again. */
  keep: (refused: RefusedMessage) => void;
};

export type InboxOptions = {
  verify: VerifyDispatcher;
  /** The address that must sign requests; null: the address that the frame names. */
  dispatcherAddress: string | null;
  signedBefore: SignedBefore;
  health: Pick<Health, 'failed' | 'worked'>;
  time: Time;
  emit: Emit;
};

/**
 * Refusals go out at most so often a second: a flood must not make us sign without end
 * (docs/protocol.md#verifying-a-frame).
 */
const REFUSALS_PER_SECOND = 10;
/** What the problem of wrong signatures is about, beside the other problems with jobs. */
const SIGNATURE = 'signature';
/** Most characters of a text that is no message. */
const MAX_WORDS = 120;

export type Inbox = {
  take(bytes: Uint8Array): void;
  /** Refuses a request whose jobs cannot be taken since other jobs have their ids. */
  rejectOther(keys: readonly JobKey[], frame: {id: string; text: string}): void;
  /** Frames rejected so far; a flood emits fewer events. */
  rejected(): number;
};

/**
 * Takes frames off the wire: parse, verify requests by policy (docs/protocol.md#verifying-a-frame), hand on. A response is
 * bound to the unguessable id of our request: it needs no signature and is never answered. Never throws: a wrong frame is an
 * event, a refusal where it is a request with an id, and it is kept.
 */
export function createInbox(options: InboxOptions, handlers: InboxHandlers): Inbox {
  const {emit, time, health, signedBefore} = options;
  const mayRefuse = createBucket(REFUSALS_PER_SECOND, time);
  const mayEmit = createBucket(REFUSALS_PER_SECOND, time);
  let rejected = 0;
  let reportedUnsigned = false;

  function reject(
    reason: RejectReason,
    error: AosError,
    frame: Uint8Array | string,
    request: {id: string; code: number} | null,
    mayBeJob = true,
  ): void {
    rejected += 1;
    const {code, message} = error;
    // A flood is reported by its count, not frame by frame.
    if (mayEmit()) emit({type: 'frame_rejected', reason, code, message, count: rejected});
    handlers.keep({reason, code, message, frame, mayBeJob});
    if (request !== null && mayRefuse()) handlers.refuse(request.id, {code: request.code, message});
  }

  /** @returns the signer (null when unsigned and that is allowed), or undefined when the request was rejected */
  function senderOf(envelope: Envelope): string | null | undefined {
    if (options.verify === 'off') return null;
    const request = {id: envelope.id, code: 401};
    const refuse = (reason: RejectReason, error: AosError): void =>
      reject(reason, error, envelope.text, request, false);
    const checked = verifyEnvelope(envelope);
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
    if (!checked.hashMatches) emit({type: 'hash_mismatch', envelopeId: envelope.id});
    return checked.signer;
  }

  function takeRequest(envelope: Envelope): void {
    const signer = senderOf(envelope);
    if (signer === undefined) return;
    const {id, method, text} = envelope;
    if (method !== 'dispatch_job') {
      const error = new AosError('MESSAGE_INVALID', `unknown method ${safeText(String(method), 100)}`);
      reject('unknown-method', error, text, {id, code: 404});
      return;
    }
    let jobs: DispatchJob[];
    try {
      jobs = readDispatch(envelope.params);
    } catch (error) {
      reject('bad-message', asFrameError(error), text, {id, code: 400});
      return;
    }
    handlers.onJobs(jobs, {id, text, signer});
  }

  function take(bytes: Uint8Array): void {
    let incoming: Incoming;
    try {
      incoming = parseIncoming(bytes);
    } catch (error) {
      takeUnreadable(bytes, asFrameError(error));
      return;
    }
    if (incoming.kind === 'request') takeRequest(incoming.envelope);
    else if (incoming.reply !== null) handlers.onReply(incoming.id, incoming.reply);
    else
      reject('bad-message', new AosError('MESSAGE_INVALID', 'a response without a code'), bytes, null, false);
  }

  function takeUnreadable(bytes: Uint8Array, error: AosError): void {
    const words = isAosError(error, 'FRAME_NOT_JSON') ? wordsOf(bytes) : null;
    if (words === null) {
      // An incomplete request may still have an id: then its sender gets a refusal.
      const {id, isResponse} = error.details;
      const request = typeof id === 'string' ? {id, code: 400} : null;
      reject('unreadable', error, bytes, request, isResponse !== true);
      return;
    }
    handlers.onWords(words);
    reject('unreadable', new AosError('FRAME_NOT_JSON', `${error.message}: “${words}”`), bytes, null, false);
  }

  function rejectOther(keys: readonly JobKey[], {id, text}: {id: string; text: string}): void {
    const ids = safeText(keys.map(({jobId}) => jobId).join(', '), MAX_WORDS);
    const error = new AosError(
      'MESSAGE_INVALID',
      `another job has the id ${ids} and the same tag and position`,
    );
    reject('other-job', error, text, {id, code: 409});
  }

  return {take, rejectOther, rejected: () => rejected};
}

/** Why an unsigned request is refused; null: it is not. */
function unsignedProblem({verify, signedBefore, dispatcherAddress}: InboxOptions): AosError | null {
  if (verify === 'require')
    return new AosError('DISPATCHER_UNSIGNED', 'jobs come unsigned, and net.verify_dispatcher is require');
  if (!signedBefore.known()) return null;
  const before = `jobs come unsigned, though ${dispatcherAddress ?? ''} has signed them before`;
  return new AosError('DISPATCHER_UNSIGNED', before, {
    next: say('If this dispatcher signs nothing now, remove node.dispatcher_address.'),
  });
}

/** Text of a frame that is not meant to be JSON, made safe; null for what begins as JSON. */
function wordsOf(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes.subarray(0, 4 * MAX_WORDS))
    .toString('utf8')
    .trim();
  return text === '' || /^[{["]/.test(text) ? null : safeText(text, MAX_WORDS);
}

function asFrameError(error: unknown): AosError {
  if (isAosError(error)) return error;
  throw error; // a bug of ours must not pass for the sender's
}
