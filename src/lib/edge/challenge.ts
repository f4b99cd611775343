import path from 'node:path';
import {readChallenges, type Challenges} from '../chain/challenges.ts';
import {loadChainView, NETWORK_PATH, RPC_URL_PATH, type ChainView} from '../config/chain-view.ts';
import {findConfig} from '../config/file.ts';
import {aosDirs} from '../config/paths.ts';
import {printable} from '../config/shown.ts';
import {AosError} from '../errors.ts';
import {systemTime} from '../system-time.ts';
import {listenForSignals} from './signals.ts';
import {interrupted, progressLine} from './slashing-history.ts';

export type ChallengeFlags = {
  config?: string | undefined;
  network?: string | undefined;
  'rpc-url'?: string | undefined;
};

/** The chain whose challenges are read. */
export type ChallengeTarget = Pick<ChainView, 'chainId' | 'rpcUrls' | 'contracts'>;

const REQUEST_TIMEOUT_MS = 35_000;
const CONCURRENCY = 8;
const MAX_REQUESTS = 10_000;

/** uint32 in the contract. */
const MAX_NUMBER = 2 ** 32 - 1;

/** @throws AosError USAGE */
export function parseChallengeNumber(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= MAX_NUMBER) return Number(text);
  throw new AosError('USAGE', 'NUMBER is not the number of a challenge: a whole number, 0 or more', {
    next: 'aos challenge list',
  });
}

/**
 * From flags, environment, and the configuration where there is one; none is needed.
 * @throws AosError USAGE without an RPC; CONFIG_*
 */
export function challengeTarget(flags: ChallengeFlags, note: (line: string) => void): ChainView {
  const {env} = process;
  const cwd = process.cwd();
  const file = findConfig({flag: flags.config, env, cwd})?.path ?? null;
  const fromEnv = env['ETH_RPC_URL'] === '' ? undefined : env['ETH_RPC_URL'];
  const rpc = flags['rpc-url'] ?? fromEnv;
  const values = Object.entries({
    [NETWORK_PATH]: {flag: '--network', text: flags.network},
    [RPC_URL_PATH]: {flag: flags['rpc-url'] === undefined ? 'ETH_RPC_URL' : '--rpc-url', text: rpc},
  }).flatMap(([key, {flag, text}]) => (text === undefined ? [] : [[key, {flag, text}] as const]));
  const {config: view, fileUsed} = loadChainView({file, env, cwd, flags: Object.fromEntries(values)});
  if (file !== null) {
    const name = printable(file);
    note(fileUsed ? `config: ${name}` : `config: ${name} is for another network and was not used`);
  }
  if (view.rpcUrls.length === 0)
    throw new AosError('USAGE', 'not known: --rpc-url URL (or ETH_RPC_URL)', {
      next: 'Give --rpc-url, or a configuration with -c FILE (aos init makes one).',
    });
  return view;
}

/**
 * All challenges, with progress on stderr unless `quiet`; what was read is kept when a signal ends it.
 * @throws AosError as `readChallenges`; INTERRUPTED | TERMINATED
 */
export async function challengesFor(
  {chainId, rpcUrls, contracts}: ChallengeTarget,
  {quiet}: {quiet: boolean},
): Promise<Challenges> {
  const signals = listenForSignals({mode: 'stop', onGoOn: () => {}});
  const progress = progressLine(process.stderr);
  try {
    return await readChallenges(
      {
        rpcUrls,
        chainId,
        contracts,
        cacheDir: path.join(aosDirs(process.env, process.cwd()).state, 'scans'),
        concurrency: CONCURRENCY,
        maxRequests: MAX_REQUESTS,
        timeoutMs: REQUEST_TIMEOUT_MS,
        time: systemTime,
        random: Math.random,
        ...(quiet ? {} : {onProgress: progress.show}),
      },
      signals.stop,
    );
  } catch (error) {
    if (!signals.stop.aborted) throw error;
    throw interrupted(signals.stop.reason);
  } finally {
    progress.clear();
    signals.dispose();
  }
}
