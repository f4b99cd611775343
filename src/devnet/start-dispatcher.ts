import type {DevDispatcher} from './dispatcher/dispatcher.ts';
import {startFriendly, type FriendlyOptions} from './dispatcher/friendly.ts';
import {startPublished, type PublishedOptions} from './published/published.ts';

/**
 * `newest` and `head` behave as the published programs do: the newest files, which sign jobs, and the public commit, which
 * signs nothing. `friendly` is what a node would wish for.
 */
export type DispatcherVersion = 'newest' | 'head' | 'friendly';

/** What concerns another version is passed over. */
export type DispatcherOptions = FriendlyOptions &
  PublishedOptions & {
    /** [friendly] */
    version?: DispatcherVersion;
  };

/**
 * A dispatcher of the AOS network on this machine: WebSocket and HTTP API of docs/protocol.md#envelope and
 * docs/protocol.md#messages. It keeps all jobs and results in memory.
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE | USAGE for a key that is none
 */
export function startDispatcher(options: DispatcherOptions): Promise<DevDispatcher> {
  const {version = 'friendly'} = options;
  return version === 'friendly' ? startFriendly(options) : startPublished(version, options);
}
