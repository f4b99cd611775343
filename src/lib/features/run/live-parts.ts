import {isDeepStrictEqual} from 'node:util';
import type {Config} from '../../config/config.ts';
import {linkedAbort} from '../../foundation/async/abort.ts';
import type {SteadyTime} from '../../foundation/time/steady-time.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {BlockReader, RangeReader} from '../../node/operator/ports.ts';
import type {StandingReader} from '../../node/standing/reading.ts';
import {createBlockReader} from '../../peers/chain/block-reader.ts';
import {createRangeReader} from '../../peers/chain/range.ts';
import type {RpcWatch} from '../../peers/chain/rpc/watch.ts';
import type {ProofEngine} from '../../peers/worker/driver.ts';
import {createWorkers, type Workers} from '../../peers/worker/workers.ts';
import {WORKER_KINDS, type WorkerKind} from '../../protocol/wire/messages.ts';
import {createStandingReader} from './standing-reader.ts';

/** The parts of a run that another configuration can replace while it works. */
export type LiveParts = {
  readers: {rangeReader: RangeReader; blockReader: BlockReader; standingReader: StandingReader};
  workers: readonly Workers[];
  /** From now on they are those of this configuration; what is under way ends with those before. */
  takeOver(config: Config): void;
  close(): Promise<void>;
};

const RPC_TIMEOUT_MS = 10_000;

export type LiveOptions = {
  /** Sees the requests to the chain. */
  watch?: RpcWatch | undefined;
  /** In the place of zkml workers, where the configuration says so. */
  proofEngine?: ProofEngine | undefined;
};

/** Workers and readers of the chain that stay the same objects when their configuration changes. */
export function createLiveParts(config: Config, time: SteadyTime, options: LiveOptions = {}): LiveParts {
  const {watch, proofEngine} = options;
  const peers = {time: systemTime, proofEngine};
  let readers = readersOf(config, time, watch);
  const workers = WORKER_KINDS.flatMap((kind) => {
    const limits = config.workers.kinds[kind];
    return limits === undefined ? [] : [createLiveWorkers(kind, () => createWorkers(kind, limits, peers))];
  });
  let {kinds} = config.workers;

  return {
    readers: {
      rangeReader: {read: (signal) => readers.rangeReader.read(signal)},
      blockReader: {newest: (signal) => readers.blockReader.newest(signal)},
      standingReader: {read: (signal, followed) => readers.standingReader.read(signal, followed)},
    },
    workers: workers.map(({facade}) => facade),
    takeOver(next) {
      readers = readersOf(next, time, watch);
      for (const {facade, replace} of workers) {
        const limits = next.workers.kinds[facade.kind];
        // Those that stay keep what they know of their health, and an engine the model that it is held to.
        if (limits !== undefined && !isDeepStrictEqual(limits, kinds[facade.kind]))
          replace(() => createWorkers(facade.kind, limits, peers));
      }
      ({kinds} = next.workers);
    },
    async close() {
      await Promise.all(workers.map((live) => live.close()));
    },
  };
}

function readersOf(config: Config, time: SteadyTime, watch?: RpcWatch): LiveParts['readers'] {
  const {node, chain, chainId} = config;
  const {rpcUrls, vrfRangeContract: contract} = chain;
  return {
    rangeReader: createRangeReader({
      rpcUrls,
      contract,
      nodeId: node.id,
      chainId,
      timeoutMs: RPC_TIMEOUT_MS,
      watch,
    }),
    blockReader: createBlockReader({rpcUrls, timeoutMs: RPC_TIMEOUT_MS, watch}),
    standingReader: createStandingReader(config, time, watch),
  };
}

/** One object for the workers of a kind, over those that a configuration names now. */
type LiveWorkers = {facade: Workers; replace(make: () => Workers): void; close(): Promise<void>};

/** Those that were replaced are closed at the end: requests that they took are still to be answered. */
export function createLiveWorkers(kind: WorkerKind, make: () => Workers): LiveWorkers {
  let now = make();
  // One that takes any number of listeners: each job that waits is one.
  let replaced = linkedAbort().controller;
  const all = [now];

  const facade: Workers = {
    kind,
    whyUnfit: (job) => now.whyUnfit(job),
    checkJob: (question) => now.checkJob(question),
    get concurrency() {
      return now.concurrency;
    },
    get readyTimeoutMs() {
      return now.readyTimeoutMs;
    },
    get answerTimeoutMs() {
      return now.answerTimeoutMs;
    },
    get attempts() {
      return now.attempts;
    },
    get deadlineMs() {
      return now.deadlineMs;
    },
    get onFailure() {
      return now.onFailure;
    },
    /** A job that waits for a place at workers that are replaced waits at the new ones. */
    async ready(signal, avoid) {
      for (;;) {
        const change = replaced.signal;
        const {controller, unlink} = linkedAbort(signal, change);
        try {
          return await now.ready(controller.signal, avoid);
        } catch (error) {
          if (!change.aborted || signal.aborted) throw error;
        } finally {
          unlink();
        }
      }
    },
    check: (signal, which) => now.check(signal, which),
    close: async () => {
      await Promise.all(all.map((workers) => workers.close()));
    },
  };
  return {
    facade,
    replace(next) {
      now = next();
      all.push(now);
      const before = replaced;
      replaced = linkedAbort().controller;
      before.abort();
    },
    close: facade.close,
  };
}
