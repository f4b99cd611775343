import {isDevelopmentChain} from '../protocol/development-chain.ts';
import {CUSTOM_NETWORK} from './networks.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS} from './schema.ts';

const MAINNET_CHAIN = 1;

/** Whether the configuration is for a network of others: a preset that is no devnet, or chain 1. */
export function isPublicNetwork({network, one}: Pick<Resolved, 'network' | 'one'>): boolean {
  const chainId = one(FIELDS.chainId) ?? null;
  return network === CUSTOM_NETWORK ? chainId === MAINNET_CHAIN : !isDevelopmentChain(chainId);
}
