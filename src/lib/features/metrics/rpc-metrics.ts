import {Counter, Histogram, type Registry} from 'prom-client';
import type {RpcWatch} from '../../peers/chain/rpc/watch.ts';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Different clients at most: one behind a balancer may say another name each time. */
const MOST_CLIENTS = 8;
/** Characters of a client’s name. */
const MOST_NAME = 64;
const UNKNOWN = 'unknown';
const OTHER = 'other';

/** Measures the requests to RPCs, under the names of EigenLayer's AVS specification (docs/metrics.md#names-of-eigenlayer). */
export type RpcMetrics = {
  /** For the readers of the chain. */
  watch: RpcWatch;
  /** What the client behind an endpoint calls itself (web3_clientVersion). @param endpoint the host, as the watch has it */
  named(endpoint: string, client: string): void;
};

/** @param now monotonic ms */
export function rpcMetrics(registry: Registry, now: () => number): RpcMetrics {
  const labelNames = ['method', 'client_version'] as const;
  const registers = [registry];
  const times = new Histogram({
    name: 'eigen_rpc_request_duration_seconds',
    help: 'How long requests to the RPC took, the wait for their turn included.',
    labelNames,
    registers,
    buckets: BUCKETS,
  });
  const total = new Counter({
    name: 'eigen_rpc_request_total',
    help: 'Requests to the RPC that have ended, with an answer or without.',
    labelNames,
    registers,
  });
  const clients = new Map<string, string>();

  return {
    watch: {
      asking(endpoint, method) {
        const began = now();
        return () => {
          const client = clients.get(endpoint) ?? UNKNOWN;
          times.observe({method, client_version: client}, (now() - began) / 1000);
          total.inc({method, client_version: client});
        };
      },
      pausing: () => () => {},
    },
    named(endpoint, client) {
      const name = clientName(client);
      const isMore = ![...clients.values()].includes(name) && clients.size >= MOST_CLIENTS;
      clients.set(endpoint, isMore ? OTHER : name);
    },
  };
}

/** The name and version of a client without what an RPC may have put into it: `Geth/v1.14.0-stable/linux-amd64/go1.22`. */
function clientName(text: string): string {
  const [name = ''] = /^[\w./+-]+/.exec(text) ?? [];
  return name.slice(0, MOST_NAME) || UNKNOWN;
}
