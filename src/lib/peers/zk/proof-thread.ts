import {existsSync} from 'node:fs';
import {Worker as Thread} from 'node:worker_threads';
import {abortable} from '../../foundation/async/abort.ts';
import {createLimiter} from '../../foundation/async/limiter.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import {durationText} from '../../foundation/time/duration.ts';
import type {ProofMessage, ProofReport, ProofRequest} from './messages.ts';

/** The thread that judges proofs, one at a time; the event loop only hands over. */
export type ProofThread = {
  /**
   * @throws AosError PROOF_CHECK_TIMEOUT: the thread was ended, and the next proof gets a new one; PROOF_ENGINE_FAILED: it
   *   ended by itself; or the signal's reason
   */
  judge(request: ProofRequest, signal: AbortSignal): Promise<ProofReport>;
  close(): Promise<void>;
};

export type ProofThreadOptions = {
  /** The thread's script; null: there is none. */
  threadUrl: URL | null;
  time: Pick<Time, 'after'>;
  /** Limit of one check, from its hand-over; loading the engine and a model counts. [{@link CHECK_MS}] */
  limitMs?: number;
  /** Most MB of V8's heap; a key of 128 MiB is outside of it, and the memory of the engine has its own limit. [256] */
  heapMb?: number;
};

/** A check takes 0.1 s, and on a machine that is overloaded, with a model to load, some seconds. */
export const CHECK_MS = 60_000;

/** URL of the built thread, in the nearest folder upwards; null in the source tree: Node 20 cannot load TypeScript. */
export function proofThreadUrl(from: string = import.meta.url): URL | null {
  for (let folder = new URL('./', from); ; folder = new URL('../', folder)) {
    const url = new URL('proof-thread.js', folder);
    if (existsSync(url)) return url;
    if (folder.pathname === new URL('../', folder).pathname) return null;
  }
}

/** One thread, kept warm between proofs; it starts with the first one. */
export function createProofThread(options: ProofThreadOptions): ProofThread {
  const {threadUrl, time, limitMs = CHECK_MS, heapMb = 256} = options;
  const resourceLimits = {maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 32, stackSizeMb: 4};
  const turn = createLimiter(1);
  let thread: Thread | undefined;

  function started(): Thread {
    if (threadUrl === null)
      throw new AosError('BUG', 'the thread that checks proofs is missing; run npm run build');
    if (thread !== undefined) return thread;
    const next = new Thread(threadUrl, {resourceLimits, execArgv: [], env: {}});
    // Between two proofs, or while it is being ended, no one else hears it: without a listener it would end the process.
    next.on('error', () => undefined);
    next.on('exit', () => {
      if (thread === next) thread = undefined;
    });
    thread = next;
    return next;
  }

  /** Ends the thread; the next proof gets a new one. */
  async function end(): Promise<void> {
    const ended = thread;
    thread = undefined;
    await ended?.terminate();
  }

  function exchange(request: ProofRequest, signal: AbortSignal): Promise<ProofMessage> {
    return abortable<ProofMessage>(signal, (resolve, reject) => {
      const used = started();
      let reason = 'its thread ended';
      const failed = (): void =>
        reject(new AosError('PROOF_ENGINE_FAILED', `the check of a proof failed: ${reason}`));
      const onError = (error: unknown): void => {
        reason = errorText(error);
      };
      used.ref();
      used.once('message', resolve);
      used.on('error', onError);
      used.once('exit', failed);
      const late = new AosError(
        'PROOF_CHECK_TIMEOUT',
        `the check of a proof took longer than ${durationText(limitMs)}, and was ended`,
      );
      const cancel = time.after(limitMs, () => reject(late));
      // A view of a larger buffer would take all of it along.
      const bytes = (view: Uint8Array): Uint8Array => Uint8Array.from(view);
      used.postMessage({
        ...request,
        proof: bytes(request.proof),
        signals: request.signals === null ? null : bytes(request.signals),
      });
      return () => {
        cancel();
        used.off('message', resolve);
        used.off('error', onError);
        used.off('exit', failed);
        used.unref();
      };
    });
  }

  return {
    judge: (request, signal) =>
      turn.run(async () => {
        try {
          const {report, recycle} = await exchange(request, signal);
          if (recycle) await end();
          return report;
        } catch (error) {
          // It is still at this proof.
          await end();
          throw error;
        }
      }, signal),
    close: end,
  };
}
