import {
  loadChainView,
  NETWORK_PATH,
  NODE_ID_PATH,
  RPC_URL_PATH,
  type ChainView,
} from '../config/chain-view.ts';
import {findConfig} from '../config/file.ts';
import {sanitizeText} from '../config/sanitize.ts';
import {AosError} from '../foundation/errors/error.ts';
import type {ConfigSource} from '../config/source.ts';
import {hasConfigVariables, noConfiguration} from '../config/no-configuration.ts';
import {run, say} from '../foundation/next-step/next-step.ts';

/** Flags of commands that read the chain, with or without a configuration. */
export type ChainFlags = {
  config?: string | undefined;
  network?: string | undefined;
  operator?: string | undefined;
  'rpc-url'?: string | undefined;
};

/** Returns the sources of the chain's values: flags, ETH_RPC_URL, and the configuration file if there is one. */
export function chainSource(flags: ChainFlags): ConfigSource & Required<Pick<ConfigSource, 'flags'>> {
  const {env} = process;
  const cwd = process.cwd();
  const file = findConfig({flag: flags.config, env, cwd})?.path ?? null;
  const fromEnv = env['ETH_RPC_URL'] === '' ? undefined : env['ETH_RPC_URL'];
  const values = Object.entries({
    [NETWORK_PATH]: {flag: '--network', text: flags.network},
    [NODE_ID_PATH]: {flag: '--operator', text: flags.operator},
    [RPC_URL_PATH]:
      flags['rpc-url'] === undefined
        ? {flag: 'ETH_RPC_URL', text: fromEnv}
        : {flag: '--rpc-url', text: flags['rpc-url']},
  }).flatMap(([key, {flag, text}]) => (text === undefined ? [] : [[key, {flag, text}] as const]));
  return {file, env, cwd, flags: Object.fromEntries(values)};
}

/** Loads the chain's values and notes which file they come from. @throws AosError as {@link loadChainView} */
export function notedView(
  source: ConfigSource,
  note: (line: string) => void,
): ReturnType<typeof loadChainView> {
  const loaded = loadChainView(source);
  if (source.file !== null) {
    const name = sanitizeText(source.file);
    note(loaded.fileUsed ? `config: ${name}` : `config: ${name} is for another network and was not used`);
  }
  return loaded;
}

/** Requires an RPC URL. @throws AosError USAGE without one; CONFIG_MISSING where nothing is given at all */
export function requireRpc(view: ChainView, source: ConfigSource): void {
  const missing = missingRpc(view);
  if (missing.length > 0) throw notGiven(missing, source);
}

/**
 * Returns the address of the operator; requires an RPC URL, too.
 * @throws AosError USAGE with every missing flag; CONFIG_MISSING where nothing is given at all
 */
export function requireOperator(view: ChainView, source: ConfigSource): string {
  const {nodeId} = view;
  const missing = [...(nodeId === null ? ['--operator ADDRESS'] : []), ...missingRpc(view)];
  if (nodeId === null || missing.length > 0) throw notGiven(missing, source);
  return nodeId;
}

function missingRpc({rpcUrls}: ChainView): string[] {
  return rpcUrls.length === 0 ? ['--rpc-url URL (or ETH_RPC_URL)'] : [];
}

function notGiven(missing: readonly string[], {file, env, flags = {}}: ConfigSource): AosError {
  if (file === null && Object.keys(flags).length === 0 && !hasConfigVariables(env))
    return noConfiguration(env, missing);
  return new AosError('USAGE', `missing: ${missing.join(' and ')}, or a configuration that says it`, {
    next:
      file === null
        ? run('init', [], `Add ${missing.join(' and ')}, name a configuration with -c FILE, or make one`)
        : say(`Add ${missing.join(' and ')}, or set it in ${sanitizeText(file)}.`),
  });
}
