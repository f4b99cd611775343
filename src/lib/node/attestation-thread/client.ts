import {existsSync} from 'node:fs';
import {Worker as Thread} from 'node:worker_threads';
import {linkedAbort} from '../../foundation/async/abort.ts';
import {createLimiter} from '../../foundation/async/limiter.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {
  AttestationPolicy,
  AttestationReport,
  AttestedAnswer,
} from '../../protocol/attestation/report.ts';

/** What the thread is sent; `document` in bytes. */
export type AttestationRequest = {
  id: number;
  document: Uint8Array;
  policy: AttestationPolicy;
  answer: AttestedAnswer;
};
export type AttestationAnswer = {id: number; report: AttestationReport};

export type AttestationThread = {
  /**
   * Checks a document, one at a time.
   * @throws AosError ATTESTATION_UNJUDGED, or the signal's reason
   */
  check(
    document: Uint8Array,
    policy: AttestationPolicy,
    answer: AttestedAnswer,
    signal: AbortSignal,
  ): Promise<AttestationReport>;
  close(): Promise<void>;
};

export type AttestationThreadOptions = {
  /** The thread's script; null: there is none, and nothing can be checked. */
  threadUrl: URL | null;
  time: Time;
  /** Longest check, ms; then the thread is ended, and the next check starts another. [20 s] */
  limitMs?: number;
};

/** A document is 64 KiB at most; the rest is for the packages that read it. */
const LIMITS = {maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16, stackSizeMb: 2};
const LIMIT_MS = 20_000;

/** URL of the built thread; null in the source tree, because a thread of Node 20 cannot load TypeScript. */
export function attestationThreadUrl(from: string = import.meta.url): URL | null {
  const url = new URL('../attestation-thread.js', from);
  return existsSync(url) ? url : null;
}

/**
 * A worker thread that checks attestation documents (docs/adr/0059-attestations-in-a-thread.md). It starts with the
 * first document, and again with the next one after it ended.
 */
export function createAttestationThread({
  threadUrl,
  time,
  limitMs = LIMIT_MS,
}: AttestationThreadOptions): AttestationThread {
  const oneAtATime = createLimiter(1);
  const closed = new AbortController();
  let thread: Thread | null = null;
  let nextId = 0;

  /** Of the request that the thread has; null: none. */
  let waiting: {
    id: number;
    resolve: (report: AttestationReport) => void;
    reject: (error: Error) => void;
  } | null = null;

  function start(): Thread {
    if (threadUrl === null) throw unjudged('this build of aos has no thread for it');
    const started = new Thread(threadUrl, {resourceLimits: LIMITS, execArgv: []});
    let why = 'its thread ended';
    started.on('message', ({id, report}: AttestationAnswer) => {
      if (waiting?.id === id) waiting.resolve(report);
    });
    started.on('error', (error) => {
      why = `its thread failed (${errorText(error)})`;
    });
    started.on('exit', () => {
      if (thread !== started) return; // it was ended here
      thread = null;
      waiting?.reject(unjudged(why));
    });
    return started;
  }

  async function put(request: AttestationRequest, signal: AbortSignal): Promise<AttestationReport> {
    let used: Thread;
    try {
      used = thread ??= start();
    } catch (error) {
      // The system limits threads or memory.
      throw error instanceof AosError ? error : unjudged(errorText(error), error);
    }
    const answered = new Promise<AttestationReport>((resolve, reject) => {
      waiting = {id: request.id, resolve, reject};
    });
    const {controller, unlink} = linkedAbort(signal, closed.signal);
    const late = time.sleep(limitMs, controller.signal).then(() => {
      throw unjudged(`it was not done within ${limitMs / 1000} s`);
    });
    used.ref();
    used.postMessage(request);
    try {
      return await Promise.race([answered, late]);
    } catch (error) {
      // It may still work on the document that is not waited for any more.
      if (thread === used) thread = null;
      await used.terminate();
      throw error;
    } finally {
      waiting = null;
      late.catch(() => {}); // what came first counts
      unlink();
      controller.abort();
      used.unref();
    }
  }

  return {
    check(document, policy, answer, signal) {
      return oneAtATime.run(() => {
        closed.signal.throwIfAborted();
        nextId += 1;
        return put({id: nextId, document, policy, answer}, signal);
      }, signal);
    },
    async close() {
      closed.abort(unjudged('the operator stops'));
      await thread?.terminate();
    },
  };
}

function unjudged(why: string, cause?: unknown): AosError {
  return new AosError('ATTESTATION_UNJUDGED', `the attestation could not be checked: ${why}`, {cause});
}
