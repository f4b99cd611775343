import {existsSync} from 'node:fs';
import {Worker as Thread} from 'node:worker_threads';
import {errorText} from '../errors.ts';
import {createLine} from '../operator/lane.ts';
import type {Prover} from '../operator/ports.ts';
import type {Prover as Inline, VrfProof} from '../vrf/ecvrf.ts';

export type ProverThreadData = {seed: Uint8Array};
export type ProverMessage = 'ready' | VrfProof;

export type ProverOptions = {
  /** Proves on the event loop. */
  inline: Inline;
  /** The key of `inline`, 32 bytes; it is copied. */
  seed: Uint8Array;
  /** The thread as JavaScript; null: there is none, everything is proved inline. */
  threadUrl: URL | null;
  /** The thread ended by itself, and there is none any more. Must not throw. */
  onTrouble: (reason: string) => void;
};

/** Enough for the VRF alone, and for V8 not to grow beyond it. */
const LIMITS = {maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2, stackSizeMb: 1};

/** Where the build has the thread; null in the source tree, whose TypeScript a thread of Node 20 cannot load. */
export function proverThreadUrl(from: string = import.meta.url): URL | null {
  const url = new URL('../prover-thread.js', from);
  return existsSync(url) ? url : null;
}

/**
 * A prover with a thread beside the event loop for the jobs that come many at a time (docs/adr/0017-proving-thread.md).
 * The thread is started when it is first asked for; until it is ready, and after a crash, proofs are made inline: nothing
 * ever waits for a thread that is not there. What it has in hand when it ends is proved inline too.
 */
export function createProver({
  inline,
  seed,
  threadUrl,
  onTrouble,
}: ProverOptions): Prover & {close(): Promise<void>} {
  const copy = Uint8Array.from(seed);
  /** Asked of the thread, in order. */
  const asked = createLine<{alpha: Uint8Array; resolve: (proof: VrfProof) => void}>();
  let thread: Thread | undefined;
  let state: 'none' | 'starting' | 'ready' | 'ended' = threadUrl === null ? 'ended' : 'none';

  function start(url: URL): void {
    const workerData: ProverThreadData = {seed: copy};
    let reason = 'it ended';
    try {
      thread = new Thread(url, {workerData, resourceLimits: LIMITS, execArgv: []});
    } catch (error) {
      // A limit on threads or memory: the jobs do not depend on it.
      state = 'ended';
      onTrouble(errorText(error));
      return;
    } finally {
      copy.fill(0);
    }
    state = 'starting';
    thread.unref();
    thread.on('message', (message: ProverMessage) => {
      if (message !== 'ready') asked.shift()?.resolve(message);
      // Not after the end, which its word may cross.
      else if (state === 'starting') state = 'ready';
    });
    thread.on('error', (error) => {
      reason = errorText(error);
    });
    thread.on('exit', () => {
      if (state !== 'ended') onTrouble(reason);
      end();
    });
  }

  function end(): void {
    state = 'ended';
    for (let next = asked.shift(); next !== undefined; next = asked.shift())
      next.resolve(inline.prove(next.alpha));
  }

  return {
    publicKey: inline.publicKey,
    prove(alpha, aside) {
      if (aside && state === 'none' && threadUrl !== null) start(threadUrl);
      // Nobody overtakes those that wait for the thread.
      const inThread = state === 'ready' && (aside || asked.length() > 0);
      if (!inThread || thread === undefined) return inline.prove(alpha);
      thread.postMessage(alpha);
      return new Promise((resolve) => asked.push({alpha, resolve}));
    },
    async close() {
      end();
      await thread?.terminate();
    },
  };
}
