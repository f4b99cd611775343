import {loadChainView, NETWORK_PATH, type ChainView, type NetworkRules} from '../../config/chain-view.ts';
import type {Config, SignerTls, VrfKeySource} from '../../config/config.ts';
import {networkPreset} from '../../config/networks.ts';
import {aosDirs, nodeStateDir} from '../../config/paths.ts';
import {envNames, FIELDS} from '../../config/schema.ts';
import {connectAny} from '../../node/presence/here.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {USUAL_PRECISION} from '../../protocol/vrf/share.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import type {Rules} from './facts.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {chainSource, notedView, requireOperator, type ChainFlags} from '../../cli/chain-flags.ts';
import {configForCommand} from '../../cli/load-config.ts';
import type {ConfigSource} from '../../config/source.ts';

/** Whose status on which chain. */
export type StatusTarget = Omit<ChainView, 'nodeId'> & {
  nodeId: string;
  rules: Rules;
  /** Null: not a node of this machine, so nothing local is known of it. */
  local: LocalNode | null;
};

/** The files and URLs of a node on this machine; null for those that only a configuration names. */
export type LocalNode = {
  signerUrl: string | null;
  otherSigners: readonly string[];
  signerTls: SignerTls | null;
  /** Of the dispatcher's WebSocket. */
  dispatcherUrl: string | null;
  vrfKey: VrfKeySource | null;
  /** Its channels of alerts and its watchdog. */
  alerts: Pick<Config['alerts'], 'channels' | 'watchdog'>;
  storeDir: string;
  /** Whether `storeDir` is known to be that of the node, so that an operator with another journal is another one. */
  isDirKnown: boolean;
};

const CONTROL_TIMEOUT_MS = 2_000;

/** The protocol's own figures (docs/protocol.md#network-figures), for an operator whose configuration is not here. */
const DEFAULT_RULES: Rules = {
  source: 'protocol default',
  probeIntervalMs: 10_000,
  offlineGraceMs: 3_600_000,
  penaltyWei: 10n ** 17n,
  networkStart: null,
  sortPrecision: USUAL_PRECISION,
  outerUrl: null,
  socket: null,
};

/**
 * The node of the configuration, else the only one that runs here; with `--operator` any other address, for which no
 * configuration is needed.
 * @throws AosError USAGE naming every flag that would help; CONTROL_AMBIGUOUS; CONFIG_*
 */
export async function statusTarget(flags: ChainFlags, note: (line: string) => void): Promise<StatusTarget> {
  const source = chainSource(flags);
  const anyNode = chainSource({...flags, operator: undefined});
  const own = loadChainView(anyNode);
  const isOwn = flags.operator === undefined || sameAddress(own.config.nodeId ?? '', flags.operator);
  // A configuration of variables alone is one too.
  const hasSigner = envNames(FIELDS.signerKey).some((name) => (source.env[name] ?? '') !== '');
  if (isOwn && (own.fileUsed || (source.file === null && hasSigner))) return ownNode(flags, note);
  const running = flags.operator === undefined && own.config.nodeId === null ? await runningNode() : null;
  if (running !== null) return runningTarget(running, anyNode, note);
  const {config: view, fileUsed, rules} = notedView(source, note);
  const nodeId = requireOperator(view, source);
  return {...view, nodeId, rules: fileUsed ? rulesOf(rules) : DEFAULT_RULES, local: null};
}

/** Those of the network hold for each of its operators. */
function rulesOf({networkStart, offlineGraceMs, penaltyWei, sortPrecision}: NetworkRules): Rules {
  return {
    ...DEFAULT_RULES,
    source: 'configuration',
    networkStart,
    offlineGraceMs: offlineGraceMs ?? DEFAULT_RULES.offlineGraceMs,
    penaltyWei: penaltyWei ?? DEFAULT_RULES.penaltyWei,
    sortPrecision: sortPrecision ?? DEFAULT_RULES.sortPrecision,
  };
}

function ownNode(flags: ChainFlags, note: (line: string) => void): StatusTarget {
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
      sortPrecision: chain.vrfSortPrecision,
      outerUrl: net.outerUrl,
      socket: chain.socket,
    },
    local: {
      signerUrl: node.signerUrl,
      otherSigners: node.otherSigners,
      signerTls: node.signerTls,
      dispatcherUrl: net.dispatcherUrl,
      vrfKey: node.vrfKey,
      alerts: config.alerts,
      storeDir: config.store.dir,
      isDirKnown: true,
    },
  };
}

/** A node that runs here but whose configuration was not found: what it says of itself, and the chain by the flags. */
function runningTarget(
  {nodeId, network}: {nodeId: string; network: string},
  source: ConfigSource,
  note: (line: string) => void,
): StatusTarget {
  const {env, flags = {}} = source;
  const isNamed = NETWORK_PATH in flags || networkPreset(network) === undefined;
  const named = isNamed ? flags : {...flags, [NETWORK_PATH]: {flag: '--network', text: network}};
  const {config: view} = loadChainView({...source, flags: named});
  note(`no configuration; this is the operator that runs here, ${nodeId} on ${network}`);
  const storeDir = nodeStateDir(aosDirs(env), network, nodeId);
  const local: LocalNode = {
    signerUrl: null,
    otherSigners: [],
    signerTls: null,
    dispatcherUrl: null,
    vrfKey: null,
    alerts: {channels: [], watchdog: null},
    storeDir,
    isDirKnown: false,
  };
  return {...view, nodeId, network, rules: DEFAULT_RULES, local};
}

/** The only operator that runs on this machine; null when none does. @throws AosError CONTROL_AMBIGUOUS | CONTROL_VERSION */
async function runningNode(): Promise<{nodeId: string; network: string} | null> {
  const uid = process.getuid?.() ?? 0;
  try {
    const client = await connectAny({
      env: process.env,
      uid,
      timeoutMs: CONTROL_TIMEOUT_MS,
      time: systemTime,
    });
    client.close();
    return {nodeId: client.hello.nodeId, network: client.hello.network};
  } catch (error) {
    if (isAosError(error, 'CONTROL_ABSENT')) return null;
    throw error;
  }
}
