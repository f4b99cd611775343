import type {IncomingHttpHeaders} from 'node:http';
import type {Downstream} from './downstream.ts';
import {isJsonObject, type JsonObject} from '../../lib/protocol/wire/json.ts';
import {firstValue, textOf, type RpcRequest} from './json.ts';
import {backendDown, findKey, signRequest, transactionOf, type SigningContext} from './methods.ts';
import {NO_ACCOUNT, rpcError, type Reply, type RpcId} from './reply.ts';

/**
 * The node errors after which Web3Signer signs again with a new nonce: exactly these texts of Besu
 * (docs/web3signer.md#eth_sendtransaction).
 */
const NONCE_ERRORS: ReadonlySet<string> = new Set([
  '-32001 Nonce too low',
  '-32000 Known transaction',
  '-32000 Replacement transaction underpriced',
]);
const NONCE_RETRIES = 10;

function parsed(reply: Reply): JsonObject | undefined {
  const value = firstValue(reply.body.toString());
  return isJsonObject(value) ? value : undefined;
}

function nonceOf(reply: Reply): bigint | undefined {
  const result = parsed(reply)?.get('result');
  return typeof result === 'string' && /^0x[0-9a-f]+$/i.test(result) ? BigInt(result) : undefined;
}

function isNonceError(reply: Reply): boolean {
  const error = reply.status === 200 ? parsed(reply)?.get('error') : undefined;
  if (!isJsonObject(error)) return false;
  return NONCE_ERRORS.has(`${String(textOf(error.get('code')))} ${String(textOf(error.get('message')))}`);
}

/** Answers eth_sendTransaction: takes a missing nonce from the node, signs, and returns the node's answer verbatim. */
export async function sendTransaction(
  context: SigningContext,
  request: RpcRequest,
  downstream: Downstream,
  headers: IncomingHttpHeaders,
): Promise<Reply> {
  const {id} = request;
  const tx = transactionOf(request.params);
  if (tx === undefined) return rpcError(400, id, -32602);
  const key = findKey(context, tx.from);
  if (key === undefined) return rpcError(400, id, -32000, NO_ACCOUNT);
  if (backendDown(context, key)) return rpcError(400, id, -32603);
  const call = (method: string, params: unknown[]): Promise<Reply> =>
    downstream.forward('/', headers, requestBody(method, params, id), id);

  for (let attempt = 0; attempt <= NONCE_RETRIES; attempt++) {
    let nonce = tx.nonce;
    if (nonce === null) {
      const answer = await call('eth_getTransactionCount', [tx.from, 'pending']);
      const fetched = nonceOf(answer);
      if (fetched === undefined) return answer.status === 200 ? rpcError(400, id, -32603) : answer;
      nonce = fetched;
    }
    const reply = await call('eth_sendRawTransaction', [signRequest(context, {...tx, nonce}, key)]);
    if (tx.nonce !== null || !isNonceError(reply)) return reply;
  }
  return rpcError(400, id, -32603);
}

function requestBody(method: string, params: unknown[], id: RpcId): Buffer {
  return Buffer.from(`${JSON.stringify({jsonrpc: '2.0', method, params}).slice(0, -1)},"id":${id}}`);
}
