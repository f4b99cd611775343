import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import type {Transport} from '../http/transport.ts';
import type {Rpc} from './rpc.ts';
import type {SignerUrl} from './url.ts';

/** What silent JSON-RPC beside a good upcheck means: the worker threads wait for each other, and do so until a restart. */
export const STUCK: {means: string; next: NextStep} = {
  means: 'GET /upcheck is answered and JSON-RPC is not: Web3Signer is stuck until it is restarted',
  next: say('Look at the log of Web3Signer, and restart it.'),
};

/** A look takes at most this long, ms, and no longer than a signature may take. */
const LIMIT_MS = 2_500;

const isSilence = (error: unknown): boolean =>
  isAosError(error, 'SIGNER_UNREACHABLE') && error.details['reason'] === 'UND_ERR_HEADERS_TIMEOUT';

/**
 * Creates what finds out why a signature had no answer in time. `eth_accounts` needs no key backend: where it is silent too,
 * and upcheck is well, Web3Signer itself is stuck.
 * @returns the error that says so, else the one that was given; several at once are one look
 */
export function createStuckLook(
  url: SignerUrl,
  transport: Transport,
  rpc: Rpc,
  timeoutMs: number,
): (error: unknown, signal: AbortSignal | undefined) => Promise<unknown> {
  let looking: Promise<boolean> | null = null;

  async function isStuck(): Promise<boolean> {
    const limit = deadline(undefined, Math.min(timeoutMs, LIMIT_MS));
    const upcheck = transport
      .request({method: 'GET', path: '/upcheck', headers: {accept: 'text/plain'}, body: null}, limit.signal)
      .then(({status}) => status === 200);
    const accounts = rpc.call('eth_accounts', '[]', limit.signal).then(
      () => false,
      (error: unknown) => limit.signal.aborted || isSilence(error),
    );
    try {
      const [isUp, isSilent] = await Promise.all([upcheck, accounts]);
      return isUp && isSilent;
    } catch {
      return false; // without an upcheck there is nothing to add to the first error
    } finally {
      limit.done();
    }
  }

  return async (error, signal) => {
    if (!isAosError(error) || !isSilence(error)) return error;
    looking ??= isStuck().finally(() => (looking = null));
    if (!(await looking) || signal?.aborted === true) return error;
    const {details} = error;
    return new AosError('SIGNER_UNREACHABLE', `${url.host}:${url.port}: ${STUCK.means}`, {
      cause: error,
      details: {...details, reason: 'STUCK'},
      next: STUCK.next,
    });
  };
}
