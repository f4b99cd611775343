import {createHash} from 'node:crypto';
import {isDevelopmentChain} from '../../protocol/development-chain.ts';

/** Whom an operator answers for: its lock is the same wherever its files are. */
export type Identity = {
  /** An address, in any letter case. */
  nodeId: string;
  /** Null: the configuration does not say. */
  chainId: number | null;
  rpcUrls: readonly string[];
  /** ws:// or wss:// */
  dispatcherUrl: string;
};

/**
 * The names of the locks of an identity. One node_id on two chains is two identities, so their operators share the lock of
 * the node_id. Where the chain is not known it may be any of them: that operator has the node_id to itself.
 */
export type LockNames = {
  /** Held together with others. */
  shared: readonly string[];
  /** Held by one operator alone. */
  exclusive: readonly string[];
};

const NAME_DIGITS = 24;

export function lockNames({nodeId, chainId, rpcUrls, dispatcherUrl}: Identity): LockNames {
  const id = nodeId.toLowerCase();
  const node = nameOf([id]);
  if (chainId === null) return {shared: [], exclusive: [node]};
  if (!isDevelopmentChain(chainId)) return {shared: [node], exclusive: [nameOf([id, chainId])]};
  // Development networks share their chain ids and the keys of their operators. Which one it is, its RPC and its dispatcher
  // say; one of the two may be reached by a relay.
  const names = [
    ...rpcUrls.map((url) => nameOf([id, chainId, 'rpc', machineOf(url)])),
    nameOf([id, chainId, 'dispatcher', machineOf(dispatcherUrl)]),
  ];
  return {shared: [node], exclusive: [...new Set(names)].sort()};
}

function nameOf(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, NAME_DIGITS);
}

/** Host and port of a URL; this machine has one name, whichever of its loopback addresses is written. */
function machineOf(url: string): string {
  const {hostname, port, protocol} = new URL(url);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  const usual = protocol === 'https:' || protocol === 'wss:' ? '443' : '80';
  return `${isHere ? 'localhost' : hostname}:${port === '' ? usual : port}`;
}
