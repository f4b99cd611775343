import {existsSync} from 'node:fs';
import {Worker as Thread} from 'node:worker_threads';
import {errorText} from '../../foundation/errors/error.ts';
import {createFifo} from '../../foundation/async/fifo.ts';
import type {Prover} from '../operator/ports.ts';
import {toHex} from '../../protocol/wire/ethereum.ts';
import {recoverAddress} from '../../protocol/wire/key-address.ts';
import type {Prover as Inline, VrfProof} from '../../protocol/vrf/ecvrf.ts';

export type CryptoThreadData = {seed: Uint8Array};
/**
 * One request to the thread: prove a VRF input (its bytes as Latin-1), or recover the signer of a signature (hex) over a
 * digest (hex). Requests are text because a byte view would copy its whole buffer along; those of one turn of the event
 * loop travel in one message, because each message costs time.
 */
export type CryptoRequest = {alpha: string} | {digest: string; signature: string};
/** What the thread sends: `ready` once, then one answer for each request, in order. */
export type CryptoMessage = 'ready' | {answer: VrfProof | string | null};

export type CryptoWorkerOptions = {
  /** Proves on the event loop. */
  inline: Inline;
  /** The key of `inline`, 32 bytes; it is copied. */
  seed: Uint8Array;
  /** The thread's script; null: there is none, and everything is computed on the event loop. */
  threadUrl: URL | null;
  /** The thread ended by itself and is not started again. Must not throw. */
  onFailure: (reason: string) => void;
};

/** {@link recoverAddress}: synchronous, or on the thread when `offload` is set and the thread is ready. */
export type Recover = (
  digest: Uint8Array,
  signature: Uint8Array,
  offload: boolean,
) => string | null | Promise<string | null>;

export type CryptoWorker = {prover: Prover; recover: Recover; close(): Promise<void>};

type Answer = VrfProof | string | null;
/** A request sent to the thread. `inline` computes its answer on the event loop instead. */
type PendingRequest = {inline: () => Answer; resolve: (answer: Answer) => void};

/** The thread only computes on curves: these limits keep V8 from taking more memory for it. */
const LIMITS = {maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8, stackSizeMb: 1};

/** URL of the built thread; null in the source tree, because a thread of Node 20 cannot load TypeScript. */
export function cryptoThreadUrl(from: string = import.meta.url): URL | null {
  const url = new URL('../crypto-thread.js', from);
  return existsSync(url) ? url : null;
}

/**
 * A worker thread for curve arithmetic (VRF proofs, address recovery) when several jobs are in progress
 * (docs/adr/0017-thread-for-curves.md). It starts with the first proof to offload. Until it is ready, and after it ends,
 * everything is computed inline, its unfinished requests included: nothing waits for a thread that does not run.
 */
export function createCryptoWorker({inline, seed, threadUrl, onFailure}: CryptoWorkerOptions): CryptoWorker {
  const copy = Uint8Array.from(seed);
  /** Sent to the thread and not answered yet, in order. */
  const pending = createFifo<PendingRequest>();
  /** Pending proofs: later ones queue behind them, because proofs are returned in order. */
  let proofs = 0;
  /** Requests of this turn of the event loop, not posted yet. */
  let batch: CryptoRequest[] = [];
  let thread: Thread | undefined;
  let state: 'none' | 'starting' | 'ready' | 'ended' = threadUrl === null ? 'ended' : 'none';

  function start(url: URL): void {
    const workerData: CryptoThreadData = {seed: copy};
    let reason = 'it ended';
    try {
      thread = new Thread(url, {workerData, resourceLimits: LIMITS, execArgv: []});
    } catch (error) {
      // The system limits threads or memory: the jobs do not depend on the thread.
      state = 'ended';
      onFailure(errorText(error));
      return;
    } finally {
      copy.fill(0);
    }
    state = 'starting';
    thread.unref();
    thread.on('message', (message: CryptoMessage) => {
      if (message !== 'ready') pending.shift()?.resolve(message.answer);
      // `ready` may arrive after the thread has ended.
      else if (state === 'starting') state = 'ready';
    });
    thread.on('error', (error) => {
      reason = errorText(error);
    });
    thread.on('exit', () => {
      if (state !== 'ended') onFailure(reason);
      end();
    });
  }

  function end(): void {
    state = 'ended';
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) next.resolve(next.inline());
  }

  function postBatch(): void {
    const requests = batch;
    batch = [];
    if (state === 'ready') thread?.postMessage(requests);
  }

  /** @returns undefined when no thread is ready */
  function send<T extends Answer>(request: () => CryptoRequest, inline: () => T): Promise<T> | undefined {
    if (state !== 'ready') return undefined;
    if (batch.length === 0) queueMicrotask(postBatch);
    batch.push(request());
    return new Promise((resolve) => pending.push({inline, resolve: resolve as PendingRequest['resolve']}));
  }

  return {
    prover: {
      publicKey: inline.publicKey,
      prove(alpha, offload) {
        if (offload && state === 'none' && threadUrl !== null) start(threadUrl);
        const proveInline = (): VrfProof => inline.prove(alpha);
        // Proofs are returned in order: none overtakes those that the thread still computes.
        const sent =
          offload || proofs > 0
            ? send(() => ({alpha: Buffer.from(alpha).toString('latin1')}), proveInline)
            : undefined;
        if (sent === undefined) return proveInline();
        proofs += 1;
        return sent.finally(() => {
          proofs -= 1;
        });
      },
    },
    recover(digest, signature, offload) {
      const recoverInline = (): string | null => recoverAddress(digest, signature);
      const request = (): CryptoRequest => ({digest: toHex(digest), signature: toHex(signature)});
      return (offload ? send(request, recoverInline) : undefined) ?? recoverInline();
    },
    async close() {
      copy.fill(0);
      end();
      await thread?.terminate();
    },
  };
}
