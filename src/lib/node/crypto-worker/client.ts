import {existsSync} from 'node:fs';
import {Worker as Thread} from 'node:worker_threads';
import {errorText} from '../../foundation/errors/error.ts';
import {createLine} from '../../foundation/async/work-queue.ts';
import type {Prover} from '../operator/ports.ts';
import {recoverAddress, toHex} from '../../protocol/wire/ethereum.ts';
import type {Prover as Inline, VrfProof} from '../../protocol/vrf/ecvrf.ts';

export type AsideThreadData = {seed: Uint8Array};
/**
 * What the thread is asked: a proof for a VRF input (its bytes as Latin-1), or whose signature (hex) of a digest (hex) it is.
 * Texts, and those of one turn together: a view of bytes takes the whole buffer it is cut from along, and each message has its price.
 */
export type AsideQuestion = {alpha: string} | {digest: string; signature: string};
/** Its answers come in the order of the questions. */
export type AsideMessage = 'ready' | {answer: VrfProof | string | null};

export type AsideOptions = {
  /** Proves on the event loop. */
  inline: Inline;
  /** The key of `inline`, 32 bytes; it is copied. */
  seed: Uint8Array;
  /** The thread as JavaScript; null: there is none, everything is done on the event loop. */
  threadUrl: URL | null;
  /** The thread ended by itself, and there is none any more. Must not throw. */
  onTrouble: (reason: string) => void;
};

/** {@link recoverAddress}, at once or, when `aside` is set, beside the event loop if that can be. */
export type Recover = (
  digest: Uint8Array,
  signature: Uint8Array,
  aside: boolean,
) => string | null | Promise<string | null>;

export type Aside = {prover: Prover; recover: Recover; close(): Promise<void>};

type Answer = VrfProof | string | null;
/** `inline` does it on the event loop. */
type Asked = {inline: () => Answer; settle: (answer: Answer) => void};

/** Enough for the curves alone, and for V8 not to grow beyond it. */
const LIMITS = {maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8, stackSizeMb: 1};

/** Where the build has the thread; null in the source tree, whose TypeScript a thread of Node 20 cannot load. */
export function asideThreadUrl(from: string = import.meta.url): URL | null {
  const url = new URL('../crypto-thread.js', from);
  return existsSync(url) ? url : null;
}

/**
 * A thread beside the event loop for the curve arithmetic of jobs that come many at a time: VRF proofs, and whose a
 * signature is (docs/adr/0017-thread-for-curves.md). The thread is started when a proof is first asked of it; until it is
 * ready, and after a crash, all is done inline: nothing ever waits for a thread that is not there. What it has in hand when
 * it ends is done inline too.
 */
export function createAside({inline, seed, threadUrl, onTrouble}: AsideOptions): Aside {
  const copy = Uint8Array.from(seed);
  /** Asked of the thread, in order. */
  const asked = createLine<Asked>();
  /** Proofs among them: they must come in order. */
  let proofs = 0;
  /** Of this turn, not handed over yet. */
  let gathered: AsideQuestion[] = [];
  let thread: Thread | undefined;
  let state: 'none' | 'starting' | 'ready' | 'ended' = threadUrl === null ? 'ended' : 'none';

  function start(url: URL): void {
    const workerData: AsideThreadData = {seed: copy};
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
    thread.on('message', (message: AsideMessage) => {
      if (message !== 'ready') asked.shift()?.settle(message.answer);
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
    for (let next = asked.shift(); next !== undefined; next = asked.shift()) next.settle(next.inline());
  }

  function handOver(): void {
    const questions = gathered;
    gathered = [];
    if (state === 'ready') thread?.postMessage(questions);
  }

  /** @returns undefined when there is no thread to ask */
  function ask<T extends Answer>(question: () => AsideQuestion, inline: () => T): Promise<T> | undefined {
    if (state !== 'ready') return undefined;
    if (gathered.length === 0) queueMicrotask(handOver);
    gathered.push(question());
    return new Promise((resolve) => asked.push({inline, settle: resolve as Asked['settle']}));
  }

  return {
    prover: {
      publicKey: inline.publicKey,
      prove(alpha, aside) {
        if (aside && state === 'none' && threadUrl !== null) start(threadUrl);
        const here = (): VrfProof => inline.prove(alpha);
        // Nobody overtakes those that wait for the thread.
        const asking =
          aside || proofs > 0 ? ask(() => ({alpha: Buffer.from(alpha).toString('latin1')}), here) : undefined;
        if (asking === undefined) return here();
        proofs += 1;
        return asking.finally(() => {
          proofs -= 1;
        });
      },
    },
    recover(digest, signature, aside) {
      const here = (): string | null => recoverAddress(digest, signature);
      const question = (): AsideQuestion => ({digest: toHex(digest), signature: toHex(signature)});
      return (aside ? ask(question, here) : undefined) ?? here();
    },
    async close() {
      copy.fill(0);
      end();
      await thread?.terminate();
    },
  };
}
