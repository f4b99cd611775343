import type {Limiter} from '../../lib/foundation/async/limiter.ts';
import type {Hub} from '../dispatcher/hub.ts';
import type {JobRow, Store} from './store.ts';
import type {Version} from './version.ts';

/** Sends jobs to one connection. */
export type Channel = {
  /** As the operator wrote itself. */
  readonly operator: string;
  send(job: JobRow, tag: string, position: string): void;
  /** Hangs up. */
  drop(): void;
};

/** What connections, HTTP API and dispatch task of one published dispatcher share. */
export type PublishedHub = Pick<Hub, 'frames' | 'occasions' | 'faults' | 'time' | 'emit'> & {
  readonly version: Version;
  readonly store: Store;
  /** One around everything: a handshake, `connect`, a result, a dispatch, every request of the HTTP API. */
  readonly lock: Limiter;
  readonly channels: Map<string, Channel>;
  /** Aborts when the dispatcher closes. */
  readonly closed: AbortSignal;
};

/** How long a request waits for a connection of the database. */
const DATABASE_TIMEOUT_MS = 30_000;

/** Waits for the database as every request does; false when it is away, after its own time limit. */
export async function databaseIsThere(hub: PublishedHub, signal: AbortSignal): Promise<boolean> {
  if (hub.faults.database !== 'away') return true;
  await hub.time.sleep(DATABASE_TIMEOUT_MS, signal);
  return false;
}
