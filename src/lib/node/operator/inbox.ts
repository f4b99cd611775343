import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {type Envelope, parseEnvelope, verifyEnvelope} from '../../protocol/wire/envelope.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {readDispatch, readReply, type DispatchJob} from '../../protocol/wire/messages.ts';
import type {VerifyDispatcher} from '../../config/config.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {Time} from '../../foundation/time/time.ts';
import {createBucket} from '../../foundation/async/token-bucket.ts';
import type {Emit, RejectReason} from '../events/events.ts';
import type {Reply} from './session.ts';

/** What came in and passed: frames are parsed and their sender checked before anything is done about them. */
export type InboxHandlers = {
  onJobs: (jobs: readonly DispatchJob[], frame: {id: string; text: string; signer: string | null}) => void;
  onReply: (id: string, reply: Reply) => void;
  /** Refuses a request by its id. */
  refuse: (id: string, reply: Reply) => void;
};

export type InboxOptions = {
  verify: VerifyDispatcher;
  /** The address that must sign frames; null: the address that the frame names. */
  dispatcherAddress: string | null;
  time: Time;
  emit: Emit;
};

/**
 * Refusals go out at most so often a second: a flood must not make us sign without end
 * (docs/protocol.md#verifying-a-frame).
 */
const REFUSALS_PER_SECOND = 10;

export type Inbox = {
  take(bytes: Uint8Array): void;
  /** Frames rejected so far; the events of a flood do not tell each. */
  rejected(): number;
};

/**
 * Takes frames off the wire: parse, verify by policy (docs/protocol.md#verifying-a-frame), hand on. Never throws: what
 * is wrong with a frame is an event, and a refusal where the frame has an id.
 */
export function createInbox(options: InboxOptions, handlers: InboxHandlers): Inbox {
  const {emit, time} = options;
  const mayRefuse = createBucket(REFUSALS_PER_SECOND, time);
  const mayEmit = createBucket(REFUSALS_PER_SECOND, time);
  let rejected = 0;
  let reportedUnsigned = false;

  function reject(reason: RejectReason, error: AosError, request: {id: string; code: number} | null): void {
    rejected += 1;
    // A flood is reported by its count, not frame by frame.
    if (mayEmit())
      emit({type: 'frame_rejected', reason, code: error.code, message: error.message, count: rejected});
    if (request !== null && mayRefuse())
      handlers.refuse(request.id, {code: request.code, message: error.message});
  }

  /** @returns the signer (null when unsigned and that is allowed), or undefined when the frame was rejected */
  function senderOf(envelope: Envelope): string | null | undefined {
    if (options.verify === 'off') return null;
    const request = envelope.method === null ? null : {id: envelope.id, code: 401};
    const checked = verifyEnvelope(envelope);
    if (checked.state === 'invalid') {
      reject('wrong-signature', new AosError('ENVELOPE_INVALID', checked.reason), request);
      return undefined;
    }
    if (checked.state === 'unsigned') {
      if (options.verify === 'require') {
        reject('unsigned', new AosError('ENVELOPE_INVALID', 'the frame is not signed'), request);
        return undefined;
      }
      if (!reportedUnsigned) emit({type: 'frame_unsigned', policy: options.verify});
      reportedUnsigned = true;
      return null;
    }
    const expected = options.dispatcherAddress;
    if (expected !== null && !sameAddress(checked.signer, expected)) {
      const message = `signed by ${checked.signer}, not by dispatcher_address ${expected}`;
      reject('wrong-sender', new AosError('ENVELOPE_INVALID', message), request);
      return undefined;
    }
    if (!checked.hashMatches) emit({type: 'hash_mismatch', envelopeId: envelope.id});
    return checked.signer;
  }

  function takeRequest(envelope: Envelope, signer: string | null): void {
    if (envelope.method !== 'dispatch_job') {
      const error = new AosError(
        'MESSAGE_INVALID',
        `unknown method ${safeText(String(envelope.method), 100)}`,
      );
      reject('unknown-method', error, {id: envelope.id, code: 404});
      return;
    }
    handlers.onJobs(readDispatch(envelope.params), {id: envelope.id, text: envelope.text, signer});
  }

  function take(bytes: Uint8Array): void {
    let envelope: Envelope;
    try {
      envelope = parseEnvelope(bytes);
    } catch (error) {
      const frameError = asFrameError(error);
      // An incomplete envelope may still have an id: then its sender gets a refusal.
      const {id} = frameError.details;
      reject('unreadable', frameError, typeof id === 'string' ? {id, code: 400} : null);
      return;
    }
    const signer = senderOf(envelope);
    if (signer === undefined) return;
    try {
      if (envelope.method === null) handlers.onReply(envelope.id, readReply(envelope.result));
      else takeRequest(envelope, signer);
    } catch (error) {
      reject(
        'bad-message',
        asFrameError(error),
        envelope.method === null ? null : {id: envelope.id, code: 400},
      );
    }
  }

  return {take, rejected: () => rejected};
}

function asFrameError(error: unknown): AosError {
  if (isAosError(error)) return error;
  throw error; // a bug of ours must not pass for the sender's
}
