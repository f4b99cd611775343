import type {RpcId} from './reply.ts';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON-RPC request for the local handler. */
export type RpcRequest = {jsonrpc: unknown; method: string; params: unknown; id: RpcId};

const KEYS = new Set(['jsonrpc', 'method', 'params', 'id']);

/**
 * Parses one request; undefined means `Parse error`: malformed, a batch, an unknown top-level key, no method, or an
 * invalid id (docs/web3signer.md#requests).
 */
export function readRpc(body: string): RpcRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  for (const key in value) if (!KEYS.has(key)) return undefined;
  const {jsonrpc, method, params, id = null} = value;
  if (jsonrpc === undefined || jsonrpc === null || typeof method !== 'string') return undefined;
  if (typeof id !== 'string' && typeof id !== 'number' && id !== null) return undefined;
  return {jsonrpc, method, params, id};
}
