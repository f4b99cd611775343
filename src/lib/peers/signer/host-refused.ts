import {say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {startWith} from './start-option.ts';

/** Names that Web3Signer answers to by default. */
const DEFAULT_NAMES: readonly string[] = ['localhost', '127.0.0.1'];

/** The option that has Web3Signer answer to a host, beside the names it has by default. */
export function allowlistOption(host: string): string {
  // As in a Host header.
  const name = host.includes(':') ? `[${host}]` : host;
  return `--http-host-allowlist=${[name, ...DEFAULT_NAMES.filter((known) => known !== name)].join(',')}`;
}

/** Whether an answer is Web3Signer's refusal of the Host header. */
export function isHostRefused(status: number, text: string): boolean {
  return status === 403 && text.includes('Host not authorized');
}

/**
 * What a refused Host header means. Web3Signer takes `localhost` and `127.0.0.1` without being asked to, so that for these
 * the cause is on the way.
 * @param host of the signer in its URL, without the brackets of IPv6
 */
export function hostRefused(host: string): {what: string; next: NextStep} {
  if (!DEFAULT_NAMES.includes(host))
    return {
      what: `Web3Signer runs, but does not answer to the name ${host}`,
      next: startWith(allowlistOption(host)),
    };
  return {
    what: `Web3Signer refuses the Host header, though it takes ${host} by default: a proxy on the way changes the header, or --http-host-allowlist leaves ${host} out`,
    next: say(
      `Have the proxy pass the Host header on unchanged; without a proxy, name ${host} in --http-host-allowlist.`,
    ),
  };
}
