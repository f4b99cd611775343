import type {ListenAddress} from '../../config/config.ts';

/** Where this machine itself reaches one of its listeners: `host:port`. */
export function reachedAt({host: bound, port}: ListenAddress): string {
  const host = bound === '0.0.0.0' ? '127.0.0.1' : bound === '::' ? '::1' : bound;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
