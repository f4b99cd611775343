import {createBucket} from '../../foundation/async/token-bucket.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {FrameJob} from '../../protocol/wire/frame-jobs.ts';
import type {Emit, RejectReason} from '../events/events.ts';
import type {RefusedMessage} from './refused-messages.ts';
import type {Respond} from './responses.ts';

/** Whom a refusal goes to. */
type Request = {id: string; code: number; respond: Respond};

/** Frames and jobs that are not taken: each is counted and kept, and its sender gets a refusal where it asked for something. */
export type Refusals = {
  /** @param mayBeJob whether a job may be lost with it */
  reject(
    reason: RejectReason,
    error: AosError,
    refused: {frame: Uint8Array; request: Request | null; mayBeJob?: boolean},
  ): void;
  /** A frame that cannot be read, or is plain words. */
  unreadable(bytes: Uint8Array, error: AosError, respond: Respond): void;
  /** Refuses jobs that cannot be taken since other jobs have their ids; `isAnswered`: others of the frame were taken. */
  rejectOther(
    jobs: readonly FrameJob[],
    frame: {id: string; bytes: Uint8Array; total: number; respond: Respond},
    isAnswered: boolean,
  ): void;
  /** Frames and jobs rejected so far; a flood emits fewer events. */
  rejected(): number;
};

/**
 * Refusals go out at most so often a second: a flood must not make us sign without end
 * (docs/protocol.md#verifying-a-frame).
 */
const REFUSALS_PER_SECOND = 10;
/** Most characters of a text that is no message. */
const MAX_WORDS = 120;

export function createRefusals(deps: {
  time: Time;
  emit: Emit;
  keep: (refused: RefusedMessage) => void;
  /** Text that is no message at all; some servers say in plain words why they refuse. */
  onWords: (words: string) => void;
}): Refusals {
  const {time, emit, keep} = deps;
  const mayRefuse = createBucket(REFUSALS_PER_SECOND, time);
  const mayEmit = createBucket(REFUSALS_PER_SECOND, time);
  let rejected = 0;

  const reject: Refusals['reject'] = (reason, error, {frame, request, mayBeJob = true}) => {
    rejected += 1;
    const {code, message} = error;
    // A flood is reported by its count, not frame by frame.
    if (mayEmit()) emit({type: 'frame_rejected', reason, code, message, count: rejected});
    keep({reason, code, message, frame, mayBeJob});
    if (request !== null && mayRefuse()) void request.respond(request.id, {code: request.code, message});
  };

  return {
    reject,
    unreadable(bytes, error, respond) {
      const words = isAosError(error, 'FRAME_NOT_JSON') ? wordsOf(bytes) : null;
      if (words === null) {
        // An incomplete request may still have an id: then its sender gets a refusal.
        const {id, isResponse} = error.details;
        const request = typeof id === 'string' ? {id, code: 400, respond} : null;
        reject('unreadable', error, {frame: bytes, request, mayBeJob: isResponse !== true});
        return;
      }
      deps.onWords(words);
      const plain = new AosError('FRAME_NOT_JSON', `${error.message}: “${words}”`);
      reject('unreadable', plain, {frame: bytes, request: null, mayBeJob: false});
    },
    rejectOther(jobs, {id, bytes, total, respond}, isAnswered) {
      for (const [n, {key, span}] of jobs.entries()) {
        const jobId = safeText(key.jobId, MAX_WORDS);
        const text = `another job has the id ${jobId} and the same tag and position`;
        const part = total === 1 ? bytes : bytes.subarray(span.start, span.end);
        const request = isAnswered || n > 0 ? null : {id, code: 409, respond};
        reject('other-job', new AosError('MESSAGE_INVALID', text), {frame: part, request});
      }
    },
    rejected: () => rejected,
  };
}

/** Text of a frame that is not meant to be JSON, made safe; null for what begins as JSON. */
function wordsOf(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes.subarray(0, 4 * MAX_WORDS))
    .toString('utf8')
    .trim();
  return text === '' || /^[{["]/.test(text) ? null : safeText(text, MAX_WORDS);
}
