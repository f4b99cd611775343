import {
  loadChainView,
  NETWORK_PATH,
  NODE_ID_PATH,
  RPC_URL_PATH,
  type ChainView,
  type NetworkRules,
} from '../config/chain-view.ts';
import type {VrfKeySource} from '../config/config.ts';
import {controlDirs, isControlFile} from '../config/control-paths.ts';
import {findConfig} from '../config/file.ts';
import type {ConfigSource} from '../config/load.ts';
import {networkPreset} from '../config/networks.ts';
import {aosDirs, nodeStateDir} from '../config/paths.ts';
import {envNames, FIELDS} from '../config/schema.ts';
import {connectOnly} from '../control/find.ts';
import {AosError, isAosError} from '../errors.ts';
import {sameAddress} from '../protocol/ethereum.ts';
import type {Rules} from '../status/facts.ts';
import {systemTime} from '../system-time.ts';
import {configForCommand} from './load-config.ts';

export type StatusFlags = {
  config?: string | undefined;
  operator?: string | undefined;
  network?: string | undefined;
  'rpc-url'?: string | undefined;
};

/** Whose status on which chain. */
export type StatusTarget = Omit<ChainView, 'nodeId'> & {
  nodeId: string;
  rules: Rules;
  /** Null: not a node of this machine, so nothing local is known of it. */
  local: LocalNode | null;
};

/** Where a node of this machine keeps its things; null what only its configuration tells. */
export type LocalNode = {
  signerUrl: string | null;
  vrfKey: VrfKeySource | null;
  storeDir: string;
};

const CONTROL_TIMEOUT_MS = 2_000;

/** The protocol's own figures (protocol §1, §7), for an operator whose configuration is not here. */
const DEFAULT_RULES: Rules = {
  source: 'protocol default',
  probeIntervalMs: 10_000,
  offlineGraceMs: 3_600_000,
  penaltyWei: 10n ** 17n,
  networkStart: null,
  outerUrl: null,
};

/**
 * The node of the configuration, else the only one that runs here; with `--operator` any other address, for which no
 * configuration is needed.
 * @throws AosError USAGE naming every flag that would help; CONTROL_SEVERAL; CONFIG_*
 */
export async function statusTarget(flags: StatusFlags, note: (line: string) => void): Promise<StatusTarget> {
  const {env} = process;
  const cwd = process.cwd();
  const file = findConfig({flag: flags.config, env, cwd})?.path ?? null;
  const rpc = flags['rpc-url'] ?? (env['ETH_RPC_URL'] === '' ? undefined : env['ETH_RPC_URL']);
  const values = Object.entries({
    [NETWORK_PATH]: {flag: '--network', text: flags.network},
    [RPC_URL_PATH]: {flag: flags['rpc-url'] === undefined ? 'ETH_RPC_URL' : '--rpc-url', text: rpc},
  }).flatMap(([key, {flag, text}]) => (text === undefined ? [] : [[key, {flag, text}] as const]));
  const source = {file, env, cwd, flags: Object.fromEntries(values)};
  const own = loadChainView(source);
  const isOwn = flags.operator === undefined || sameAddress(own.config.nodeId ?? '', flags.operator);
  // A configuration of variables alone is one too.
  const hasSigner = envNames(FIELDS.signerKey).some((name) => (env[name] ?? '') !== '');
  if (isOwn && (own.fileUsed || (file === null && hasSigner))) return ownNode(flags, note);
  const running = flags.operator === undefined && own.config.nodeId === null ? await runningNode() : null;
  if (running !== null) return runningTarget(running, source, note);
  const asked = {
    ...source.flags,
    ...(flags.operator === undefined ? {} : {[NODE_ID_PATH]: {flag: '--operator', text: flags.operator}}),
  };
  const {config: view, fileUsed, rules} = loadChainView({...source, flags: asked});
  if (file !== null)
    note(fileUsed ? `config: ${file}` : `config: ${file} is for another network and was not used`);
  const missing = [
    ...(view.nodeId === null ? ['--operator ADDRESS'] : []),
    ...(view.rpcUrls.length === 0 ? ['--rpc-url URL (or ETH_RPC_URL)'] : []),
  ];
  if (view.nodeId === null || missing.length > 0)
    throw new AosError('USAGE', `not known: ${missing.join(', ')}`, {
      next: `Give ${missing.join(' and ')}, or a configuration with -c FILE (aos init makes one).`,
    });
  return {...view, nodeId: view.nodeId, rules: fileUsed ? rulesOf(rules) : DEFAULT_RULES, local: null};
}

/** Those of the network hold for each of its operators. */
function rulesOf({networkStart, offlineGraceMs, penaltyWei}: NetworkRules): Rules {
  return {
    ...DEFAULT_RULES,
    source: 'configuration',
    networkStart,
    offlineGraceMs: offlineGraceMs ?? DEFAULT_RULES.offlineGraceMs,
    penaltyWei: penaltyWei ?? DEFAULT_RULES.penaltyWei,
  };
}

function ownNode(flags: StatusFlags, note: (line: string) => void): StatusTarget {
  const {config, warnings} = configForCommand(flags.config, 'run', note);
  for (const {message} of warnings) note(`warning: ${message}`);
  const {network, chainId, node, chain, policy, net} = config;
  const url = flags['rpc-url'];
  return {
    network,
    chainId,
    nodeId: node.id,
    rpcUrls: url === undefined ? chain.rpcUrls : [url],
    contracts: chain.contracts,
    vrfRangeContract: chain.vrfRangeContract,
    rules: {
      source: 'configuration',
      probeIntervalMs: node.heartbeatIntervalMs,
      offlineGraceMs: policy.offlineGraceMs,
      penaltyWei: policy.penaltyWei,
      networkStart: policy.networkStart,
      outerUrl: net.outerUrl,
    },
    local: {signerUrl: node.signerUrl, vrfKey: node.vrfKey, storeDir: config.store.dir},
  };
}

/** A node that runs here but whose configuration was not found: what it says of itself, and the chain by the flags. */
function runningTarget(
  {nodeId, network}: {nodeId: string; network: string},
  source: ConfigSource,
  note: (line: string) => void,
): StatusTarget {
  const {env, cwd, flags = {}} = source;
  const isNamed = NETWORK_PATH in flags || networkPreset(network) === undefined;
  const named = isNamed ? flags : {...flags, [NETWORK_PATH]: {flag: '--network', text: network}};
  const {config: view} = loadChainView({...source, flags: named});
  note(`no configuration; this is the operator that runs here, ${nodeId} on ${network}`);
  const storeDir = nodeStateDir(aosDirs(env, cwd), network, nodeId);
  return {...view, nodeId, network, rules: DEFAULT_RULES, local: {signerUrl: null, vrfKey: null, storeDir}};
}

/** The only operator that runs on this machine; null when none does. @throws AosError CONTROL_SEVERAL | CONTROL_VERSION */
async function runningNode(): Promise<{nodeId: string; network: string} | null> {
  const dirs = controlDirs(process.env, process.cwd(), process.getuid?.() ?? 0);
  try {
    const client = await connectOnly({dirs, isControlFile, timeoutMs: CONTROL_TIMEOUT_MS, time: systemTime});
    client.close();
    return {nodeId: client.hello.node_id, network: client.hello.network};
  } catch (error) {
    if (isAosError(error, 'CONTROL_ABSENT')) return null;
    throw error;
  }
}
