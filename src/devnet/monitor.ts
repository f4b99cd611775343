import {get} from 'node:http';
import {slept} from '../lib/foundation/async/every.ts';
import {errorText} from '../lib/foundation/errors/error.ts';
import {deadline, systemTime} from '../lib/foundation/system/system-time.ts';

/** One request of the prober and what came of it. */
export type Probe = {
  /** Unix ms when the request went out. */
  at: number;
  ok: boolean;
  /** How long it took, ms. */
  ms: number;
  /** Why it failed; '' when it did not. */
  reason: string;
};

export type TargetStats = {
  target: string;
  probes: number;
  ok: number;
  /** Failed probes in a row up to now. */
  silent: number;
  /** Unix ms of the last good answer, null before the first. */
  lastOkAt: number | null;
  last: Probe | null;
};

export type Monitor = {
  /** All targets ever probed, in order of their first probe. */
  stats(): TargetStats[];
  /** The latest probes of one target (at most 1000), oldest first. */
  history(target: string): Probe[];
  /** Stops probing and ends what is under way. */
  close(): Promise<void>;
};

export type MonitorOptions = {
  /** Base URLs of the nodes to probe, read again before every round. */
  targets: () => readonly string[];
  /** Between the starts of two rounds, ms; 10 s as the network's service (docs/protocol.md#liveness). */
  intervalMs?: number;
  /** How long an answer may take, ms. */
  timeoutMs?: number;
  on?: (target: string, probe: Probe) => void;
};

const MAX_HISTORY = 1000;
/** `pong` and no more: what is longer is not read to its end. */
const MAX_BODY_BYTES = 1024;

type Target = {stats: TargetStats; history: Probe[]};

/**
 * Stand-in for the online-detection service: sends every target `GET /ping` and expects the body `pong`.
 * The first round starts at once; a round waits for all its answers, so it never overlaps the next.
 */
export function startMonitor(options: MonitorOptions): Monitor {
  const {intervalMs = 10_000, timeoutMs = 5_000} = options;
  const targets = new Map<string, Target>();
  const stop = new AbortController();

  const record = (url: string, probe: Probe): void => {
    const target = targets.get(url) ?? {
      stats: {target: url, probes: 0, ok: 0, silent: 0, lastOkAt: null, last: null},
      history: [],
    };
    targets.set(url, target);
    target.history.push(probe);
    if (target.history.length > MAX_HISTORY) target.history.shift();
    const {stats} = target;
    target.stats = {
      ...stats,
      probes: stats.probes + 1,
      ok: stats.ok + (probe.ok ? 1 : 0),
      silent: probe.ok ? 0 : stats.silent + 1,
      lastOkAt: probe.ok ? probe.at : stats.lastOkAt,
      last: probe,
    };
    options.on?.(url, probe);
  };

  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const startedAt = performance.now();
      await Promise.all(
        options.targets().map(async (url) => {
          const probe = await probeTarget(url, timeoutMs, stop.signal);
          // A request that our own end cut short says nothing about the target.
          if (!stop.signal.aborted) record(url, probe);
        }),
      );
      await slept(Math.max(0, startedAt + intervalMs - performance.now()), {
        time: systemTime,
        signal: stop.signal,
      });
    }
  };
  const running = run();

  return {
    stats: () => [...targets.values()].map((target) => target.stats),
    history: (url) => [...(targets.get(url)?.history ?? [])],
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

/** Sends one probe; a failure is a reason, never an exception. */
async function probeTarget(base: string, timeoutMs: number, signal: AbortSignal): Promise<Probe> {
  const at = Date.now();
  const startedAt = performance.now();
  const limit = deadline(signal, timeoutMs);
  const reason = await probeFault(base, limit.signal);
  limit.done();
  return {at, ok: reason === '', ms: performance.now() - startedAt, reason};
}

/** Returns '' for a good answer, else what is wrong with it. */
async function probeFault(base: string, signal: AbortSignal): Promise<string> {
  try {
    const {status, body} = await fetchPing(new URL(`${base.replace(/\/+$/, '')}/ping`), signal);
    if (status !== 200) return `HTTP ${status}`;
    return body === 'pong' ? '' : 'the body is not pong';
  } catch (error) {
    return signal.aborted ? 'no answer in time' : errorText(error);
  }
}

/** Sends GET on a new connection each time, because the probe tests whether the node is reachable now. */
function fetchPing(url: URL, signal: AbortSignal): Promise<{status: number; body: string}> {
  return new Promise((resolve, reject) => {
    const request = get(url, {agent: false, signal}, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) request.destroy(new Error('the body is not pong'));
      });
      response.on('end', () =>
        resolve({status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8')}),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}
