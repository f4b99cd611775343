import type {ConfigWarning, Contracts} from './config.ts';
import type {LoadedConfig} from './load.ts';
import {problemsError} from './load.ts';
import {inOrder, problemAt} from './problems.ts';
import {resolve, type Resolved} from './resolve.ts';
import {FIELDS, type AnyField} from './schema.ts';
import {readSource, type ConfigSource} from './source.ts';
import {readTree} from './tree.ts';

/** Settings of commands that only read the chain, for any operator and without a configuration. */
export type ChainView = {
  /** Preset name, or `custom`. */
  network: string;
  /** Null: use the chain id of the RPC. */
  chainId: number | null;
  /** Null when not configured. */
  nodeId: string | null;
  rpcUrls: readonly string[];
  contracts: Contracts;
  vrfRangeContract: string | null;
};

/** Rules of the network from the configuration; null where it has no valid value. */
export type NetworkRules = {
  /** Unix ms. */
  networkStart: number | null;
  offlineGraceMs: number | null;
  penaltyWei: bigint | null;
  /** `chain.vrf_sort_precision`. */
  sortPrecision: number | null;
};

/** The key that `--rpc-url` sets; that URL is then the only one. */
export const RPC_URL_PATH = FIELDS.rpcUrl.path;
export const NETWORK_PATH = FIELDS.network.path;
export const NODE_ID_PATH = FIELDS.nodeId.path;

/**
 * Loads the chain part of a configuration. A file for another network than the flag's is ignored, because its addresses
 * belong to that chain. No value is required.
 * @throws AosError CONFIG_INVALID for wrong values of the chain part; as `loadConfig` for a file that cannot be used
 */
export function loadChainView(
  source: ConfigSource,
): LoadedConfig<ChainView> & {fileUsed: boolean; rules: NetworkRules} {
  const {file, env, flags = {}} = source;
  const {name, yaml, tree} = readSource(source);
  const empty = readTree(null, '');

  const ownNetwork = resolve({flags: without(flags, NETWORK_PATH), env, tree}).network;
  const asked = flags[NETWORK_PATH]?.text;
  const fileUsed = file !== null && (asked === undefined || asked === ownNetwork);
  const resolved = resolve({flags, env, tree: fileUsed ? tree : empty});
  const syntax = fileUsed
    ? yaml.problems.map(({at, path, message}) => problemAt({source: name, ...at}, path, message))
    : [];
  const ours = new Set(CHAIN_FIELDS.map(({path}) => path));
  const problems = inOrder([
    ...syntax,
    ...resolved.problems.filter(({path}) => ours.has(path.replace(/\[\d+\]$/, ''))),
  ]);
  if (problems.length > 0) throw problemsError(source, problems);
  const warnings: ConfigWarning[] = [];
  return {
    config: chainViewOf(resolved, flags[RPC_URL_PATH] !== undefined),
    warnings,
    origin: resolved.origin,
    fileUsed,
    rules: {
      networkStart: resolved.one(FIELDS.networkStart) ?? null,
      offlineGraceMs: resolved.one(FIELDS.offlineGrace) ?? null,
      penaltyWei: resolved.one(FIELDS.penalty) ?? null,
      sortPrecision: resolved.one(FIELDS.vrfSortPrecision) ?? null,
    },
  };
}

/** Picks the chain part of a resolved configuration. */
export function chainViewOf(resolved: Resolved, onlyFlag: boolean): ChainView {
  const rpcUrl = resolved.one(FIELDS.rpcUrl);
  const more = onlyFlag ? [] : (resolved.many(FIELDS.rpcUrls) ?? []);
  const maybe = (field: (typeof CONTRACT_FIELDS)[number]): string | null => resolved.one(field) ?? null;
  return {
    network: resolved.network,
    chainId: resolved.one(FIELDS.chainId) ?? null,
    nodeId: resolved.one(FIELDS.nodeId) ?? null,
    rpcUrls: [...new Set([...(rpcUrl === undefined ? [] : [rpcUrl]), ...more])],
    contracts: {
      serviceManager: maybe(FIELDS.serviceManager),
      registry: maybe(FIELDS.registry),
      rangeManager: maybe(FIELDS.rangeManager),
      challengeManager: maybe(FIELDS.challengeManager),
      delegationManager: maybe(FIELDS.delegationManager),
      avsDirectory: maybe(FIELDS.avsDirectory),
      allocationManager: maybe(FIELDS.allocationManager),
      strategyManager: maybe(FIELDS.strategyManager),
      rewardsCoordinator: maybe(FIELDS.rewardsCoordinator),
      penaltyLedger: maybe(FIELDS.penaltyLedger),
      keyRegistrar: maybe(FIELDS.keyRegistrar),
      permissionController: maybe(FIELDS.permissionController),
      slashers: resolved.many(FIELDS.slashers) ?? [],
    },
    vrfRangeContract: maybe(FIELDS.vrfRangeContract),
  };
}

const CONTRACT_FIELDS = [
  FIELDS.serviceManager,
  FIELDS.registry,
  FIELDS.rangeManager,
  FIELDS.challengeManager,
  FIELDS.delegationManager,
  FIELDS.avsDirectory,
  FIELDS.allocationManager,
  FIELDS.strategyManager,
  FIELDS.rewardsCoordinator,
  FIELDS.penaltyLedger,
  FIELDS.keyRegistrar,
  FIELDS.permissionController,
  FIELDS.vrfRangeContract,
] as const;

const CHAIN_FIELDS: readonly AnyField[] = [
  FIELDS.network,
  FIELDS.chainId,
  FIELDS.nodeId,
  FIELDS.rpcUrl,
  FIELDS.rpcUrls,
  FIELDS.slashers,
  ...CONTRACT_FIELDS,
];

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
