import {renderNext} from '../../cli/next-step.ts';
import {urlOf} from '../../config/build.ts';
import type {Config, ListenAddress} from '../../config/config.ts';
import {slept} from '../../foundation/async/every.ts';
import {errorText} from '../../foundation/errors/error.ts';
import type {Code} from '../../foundation/errors/table.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit, OperatorEvent} from '../../node/events/events.ts';
import type {OperatorView} from '../../node/events/view.ts';
import type {NodeJournal} from '../../node/journal/sqlite.ts';
import type {DiskReader} from '../../node/operator/disk-watch.ts';
import {readClientVersion} from '../../peers/chain/client-version.ts';
import {unwatched, type RpcWatch} from '../../peers/chain/rpc/watch.ts';
import {createMetrics, type Metrics} from './metrics.ts';
import {openAtStart} from './open-at-start.ts';
import {createRoutes} from './routes.ts';
import {startMetricsServer, type MetricsServer} from './server.ts';

/** What metrics need of the configuration. */
type MetricsConfig = {net: Pick<Config['net'], 'metrics'>; chain: Pick<Config['chain'], 'rpcUrls'>};

/** Metrics of a running operator, and the port that serves them. */
export type LiveMetrics = {
  /** Never throws, never waits. */
  onEvent(event: OperatorEvent): void;
  /** Sees the requests to the chain. */
  rpcWatch: RpcWatch;
  /** Where they are served; null: nowhere, or not yet. */
  url: string | null;
  /** Why they are not served; the operator works without them. */
  warnings: readonly {code: Code; message: string}[];
  /** Other RPCs are asked from now on. */
  takeOver(config: Pick<MetricsConfig, 'chain'>): void;
  close(): Promise<void>;
};

/** An address that is taken may be free later: a restart costs offline time, and metrics are not worth it. */
const TRY_AGAIN_MS = 30_000;

const NO_METRICS: LiveMetrics = {
  onEvent: () => {},
  rpcWatch: unwatched,
  url: null,
  warnings: [],
  takeOver: () => {},
  close: async () => {},
};

/**
 * Starts the metrics of a run. A port that is taken is a warning, and is tried again.
 * @throws AosError JOURNAL_UNREADABLE
 */
export async function startMetrics(
  {net, chain}: MetricsConfig,
  options: {
    view: () => OperatorView;
    journal: Pick<NodeJournal, 'openByKind' | 'queued'>;
    disk: Pick<DiskReader, 'read'>;
    version: string;
    time: Time;
    emit: Emit;
  },
): Promise<LiveMetrics> {
  const {metrics: address} = net;
  if (address === null) return NO_METRICS;
  const {view, journal, disk, version, time, emit} = options;
  const metrics = createMetrics({view, disk, open: openAtStart(journal), time});
  const routes = createRoutes({view, metrics, version, next: (step) => renderNext(step)});
  const ended = new AbortController();
  const port: {server: MetricsServer | null} = {server: null};
  const listen = async (): Promise<unknown> => {
    try {
      port.server = await startMetricsServer(address, routes);
      return null;
    } catch (error) {
      return error;
    }
  };
  const shown = (): string => urlOf({host: address.host, port: port.server?.port ?? address.port});
  const refused = await listen();
  const trying = refused === null ? Promise.resolve() : tryAgain();

  async function tryAgain(): Promise<void> {
    while (port.server === null && (await slept(TRY_AGAIN_MS, {time, signal: ended.signal})))
      if ((await listen()) === null) emit({type: 'listening', what: 'metrics', url: shown()});
  }
  const askClients = (rpcUrls: readonly string[]): void => {
    for (const url of rpcUrls) void nameClient(url, metrics, ended.signal);
  };
  askClients(chain.rpcUrls);

  return {
    onEvent: metrics.onEvent,
    rpcWatch: metrics.rpc.watch,
    url: port.server === null ? null : shown(),
    warnings: refused === null ? [] : [{code: 'METRICS_UNAVAILABLE', message: whyNot(address, refused)}],
    takeOver: (next) => askClients(next.chain.rpcUrls),
    async close() {
      ended.abort();
      metrics.close();
      await trying;
      await port.server?.close();
    },
  };
}

/** An RPC says its client in its own words; the metrics keep what is a name. */
async function nameClient(url: string, {rpc}: Pick<Metrics, 'rpc'>, signal: AbortSignal): Promise<void> {
  const {endpoint, client} = await readClientVersion(url, signal);
  if (client !== null) rpc.named(endpoint, client);
}

function whyNot({host, port}: ListenAddress, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const why =
    code === 'EADDRINUSE'
      ? 'another program has that port'
      : code === 'EADDRNOTAVAIL'
        ? 'this machine does not have that address'
        : errorText(error);
  return `no metrics are served at ${host}:${port}: ${why}; it is tried again every 30 s (net.metrics_url)`;
}
