import type {ListenAddress} from './config.ts';

/** Whether two listeners cannot be at once: an address of all interfaces takes the port of each. */
export function isSamePort(a: ListenAddress, b: ListenAddress): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  return a.host === b.host || [a.host, b.host].some((host) => host === '0.0.0.0' || host === '::');
}
