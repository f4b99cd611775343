import {readChallenges, type Challenges} from '../../peers/chain/challenges.ts';
import type {ChainView} from '../../config/chain-view.ts';
import {scanDir} from '../../config/paths.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {rpcWatch} from '../../cli/rpc-watch.ts';
import {chainSource, notedView, requireRpc, type ChainFlags} from '../../cli/chain-flags.ts';
import {interrupted, untilStopped} from '../../cli/signals.ts';
import {scanProgress} from '../slashing-history/slashing-history.ts';
import {run} from '../../foundation/next-step/next-step.ts';

/** The chain with the challenges. */
export type ChallengeTarget = Pick<ChainView, 'chainId' | 'rpcUrls' | 'contracts'>;

const REQUEST_TIMEOUT_MS = 35_000;
const CONCURRENCY = 8;
const MAX_REQUESTS = 10_000;

/** Largest challenge number: a uint32 in the contract. */
const MAX_NUMBER = 2 ** 32 - 1;

/** Reads the argument NUMBER. @throws AosError USAGE */
export function parseChallengeNumber(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= MAX_NUMBER) return Number(text);
  throw new AosError('USAGE', 'NUMBER is not the number of a challenge: a whole number, 0 or more', {
    next: run('challenge list'),
  });
}

/**
 * Resolves the chain from flags, environment, and the configuration file, which may be missing.
 * @throws AosError USAGE without an RPC; CONFIG_*
 */
export function challengeTarget(flags: ChainFlags, note: (line: string) => void): ChainView {
  const source = chainSource(flags);
  const {config: view} = notedView(source, note);
  requireRpc(view, source);
  return view;
}

/**
 * Reads all challenges, with progress on stderr unless `quiet`; after a signal, the next call continues from the cache.
 * @throws AosError as `readChallenges`; INTERRUPTED | TERMINATED
 */
export async function challengesFor(
  {chainId, rpcUrls, contracts}: ChallengeTarget,
  {quiet, fresh, timeoutMs}: {quiet: boolean; fresh: boolean; timeoutMs: number | undefined},
): Promise<Challenges> {
  const progress = scanProgress(process.stderr);
  const read = (signal: AbortSignal): Promise<Challenges> =>
    readChallenges(
      {
        rpcUrls,
        chainId,
        contracts,
        cacheDir: scanDir(process.env),
        fresh,
        watch: rpcWatch(),
        concurrency: CONCURRENCY,
        maxRequests: MAX_REQUESTS,
        timeoutMs: REQUEST_TIMEOUT_MS,
        time: systemTime,
        random: Math.random,
        ...(quiet ? {} : {onProgress: progress.show}),
      },
      signal,
    );
  return untilStopped(read, timeoutMs, interrupted).finally(progress.clear);
}
