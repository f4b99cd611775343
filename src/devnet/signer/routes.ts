import type {IncomingMessage} from 'node:http';
import type {Downstream} from './downstream.ts';
import {readRpc} from './json.ts';
import type {SignerFaults} from './faults.ts';
import {answerLocally} from './methods.ts';
import {admits, notFound, rpcError, type Reply} from './reply.ts';
import {answerRest} from './rest.ts';
import type {KeyRing} from './ring.ts';
import {sendTransaction} from './send.ts';

type RouteContext = {ring: KeyRing; chainId: bigint; faults: () => SignerFaults; downstream: Downstream};

const NO_KEYS: Pick<KeyRing, 'byAddress' | 'byPublicKey' | 'all'> = {
  byAddress: () => undefined,
  byPublicKey: () => undefined,
  all: () => [],
};

/**
 * Routes a request to a REST route, a local JSON-RPC method, the node behind the signer, or 404
 * (docs/web3signer.md#http-routes, docs/web3signer.md#json-rpc). The most frequent one (`POST /` with a local method)
 * answers synchronously.
 */
export function createRoutes(
  routes: RouteContext,
): (request: IncomingMessage, body: Buffer) => Reply | Promise<Reply> {
  const {chainId, downstream} = routes;

  return (request, body) => {
    const faults = routes.faults();
    const ring = faults.noKeys === true ? {...routes.ring, ...NO_KEYS} : routes.ring;
    const context = {ring, chainId, faults};
    const {method = 'GET', url = '/', headers} = request;
    const path = url.split('?', 1)[0] ?? '/';
    const {accept} = headers;
    const local =
      method === 'POST' && path === '/' && admits(accept, 'application/json') && faults.eth2 !== true;
    if (!local) {
      const reply = answerRest(context, {method, path, accept, body});
      if (reply !== undefined) return reply;
      const rpc = faults.eth2 === true ? undefined : readRpc(body.toString('utf8'));
      return rpc?.jsonrpc === '2.0' ? downstream.forward(path, headers, body, rpc.id) : notFound();
    }
    // A request without a body throws inside Web3Signer.
    if (body.length === 0) return withType(rpcError(500, null, -32603), accept);
    const rpc = readRpc(body.toString('utf8'));
    if (rpc === undefined) return withType(rpcError(400, null, -32700), accept);
    if (rpc.method === 'eth_sendTransaction') return sendTransaction(context, rpc, downstream, headers);
    const reply = answerLocally(context, rpc);
    if (reply !== undefined) return withType(reply, accept);
    return rpc.jsonrpc === '2.0' ? downstream.forward(path, headers, body, rpc.id) : notFound();
  };
}

/** Adds Content-Type, which appears only when the request has an Accept header. */
function withType(reply: Reply, accept: string | undefined): Reply {
  return accept === undefined
    ? reply
    : {...reply, headers: {...reply.headers, 'Content-Type': 'application/json'}};
}
