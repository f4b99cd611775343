import {AosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {HttpAnswer, Transport} from '../http/transport.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {hostRefused, isHostRefused} from './host-refused.ts';

/** The reply to a JSON-RPC request, read from the body whatever the HTTP status or Content-Type. */
export type RpcReply =
  | {kind: 'result'; status: number; value: unknown}
  | {kind: 'error'; status: number; code: number; message: string}
  /** Not JSON-RPC, or for another request. */
  | {kind: 'foreign'; status: number; text: string};

const HEADERS = {'content-type': 'application/json', accept: 'application/json'} as const;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the start of an unexpected answer, safe to print. */
export function excerpt({status, body}: Pick<HttpAnswer, 'status' | 'body'>): string {
  const text = safeText(
    body
      .slice(0, 2000)
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
    120,
  );
  return text === '' ? `HTTP ${status} with an empty body` : `HTTP ${status} ${text}`;
}

function readReply(answer: HttpAnswer, id: number): RpcReply {
  const {status, body} = answer;
  const foreign = (): RpcReply => ({kind: 'foreign', status, text: excerpt(answer)});
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return foreign();
  }
  if (!isRecord(value) || (value['id'] !== id && value['id'] !== null)) return foreign();
  const {error} = value;
  if (isRecord(error)) {
    const {code, message} = error;
    if (typeof code !== 'number' || typeof message !== 'string') return foreign();
    return {kind: 'error', status, code, message: safeText(message, 200)};
  }
  if (!('result' in value) || status !== 200 || value['id'] === null) return foreign();
  return {kind: 'result', status, value: value['result']};
}

/** Sends single JSON-RPC requests (Web3Signer refuses batches). */
export type Rpc = {
  /**
   * `params` is raw JSON text.
   * @throws AosError SIGNER_UNREACHABLE | SIGNER_PROTOCOL, or the signal's reason
   */
  call(method: string, params: string, signal?: AbortSignal): Promise<RpcReply>;
};

export function createRpc(transport: Transport): Rpc {
  let lastId = 0;
  return {
    async call(method, params, signal) {
      const id = ++lastId;
      const body = `{"jsonrpc":"2.0","method":"${method}","params":${params},"id":${id}}`;
      return readReply(
        await transport.request({method: 'POST', path: '/', headers: HEADERS, body}, signal),
        id,
      );
    },
  };
}

/** Makes the typed error for a reply without a result; `host` is the signer's host in the URL, without brackets. */
export function rpcFailure(
  method: string,
  reply: Exclude<RpcReply, {kind: 'result'}>,
  host: string,
): AosError {
  const details = {method, status: reply.status, ...(reply.kind === 'error' ? {rpcCode: reply.code} : {})};
  if (reply.kind === 'foreign') {
    if (isHostRefused(reply.status, reply.text)) {
      const {what, next} = hostRefused(host);
      return new AosError('SIGNER_REFUSED', what, {details, next});
    }
    const code = reply.status >= 500 || reply.status === 403 ? 'SIGNER_REFUSED' : 'SIGNER_PROTOCOL';
    return new AosError(code, `${method} was answered with ${reply.text}`, {details});
  }
  const answer = `${method}: ${reply.code} ${reply.message} (HTTP ${reply.status})`;
  if (/no unlocked account/i.test(reply.message))
    return new AosError('SIGNER_UNKNOWN_ACCOUNT', answer, {details});
  if (reply.code === -32601) {
    return new AosError(
      'SIGNER_PROTOCOL',
      `${answer}: the request reached an Ethereum node, not the signer`,
      {details},
    );
  }
  if (reply.code === -32603) {
    const next = say(
      'Read the audit log of the key backend (KMS, Vault, Azure); Web3Signer does not log the cause.',
    );
    return new AosError('SIGNER_REFUSED', `${answer}: the key backend failed`, {details, next});
  }
  return new AosError('SIGNER_REFUSED', answer, {details});
}
