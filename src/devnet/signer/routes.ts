import type {IncomingHttpHeaders, IncomingMessage} from 'node:http';
import type {Downstream} from './downstream.ts';
import {readRpc} from './json.ts';
import type {SignerFaults} from './faults.ts';
import {answerLocally, type SigningContext} from './methods.ts';
import {forwardedPath, routePath} from './path.ts';
import {admits, hasHeader, isGiven, notFound, rpcError, type Reply} from './reply.ts';
import {answerRest} from './rest.ts';
import {loadedKeys, type KeyRing} from './ring.ts';
import {sendTransaction} from './send.ts';

type RouteContext = {ring: KeyRing; chainId: bigint; faults: () => SignerFaults; downstream: Downstream};

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
    const context = {ring: loadedKeys(routes.ring, faults), chainId, faults};
    const {method = 'GET', url, headers} = request;
    const path = routePath(url);
    const {accept} = headers;
    const local =
      method === 'POST' && path === '/' && admits(accept, 'application/json') && faults.eth2 !== true;
    if (!local) {
      const reply = answerRest(context, {method, path, accept, body});
      if (reply !== undefined) return reply;
      const rpc = faults.eth2 === true ? 'malformed' : readRpc(body);
      return typeof rpc === 'object' && rpc.jsonrpc === '2.0'
        ? downstream.forward(forwardedPath(url), headers, body, rpc.id)
        : notFound();
    }
    const reply = answerRpc(context, downstream, headers, body);
    return reply instanceof Promise
      ? reply.then((answer) => withType(answer, accept))
      : withType(reply, accept);
  };
}

function answerRpc(
  context: SigningContext,
  downstream: Downstream,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Reply | Promise<Reply> {
  const rpc = body.length === 0 ? 'null' : readRpc(body);
  // Web3Signer stumbles over a request without one.
  if (rpc === 'null') return rpcError(500, 'null', -32603);
  if (rpc === 'malformed') return rpcError(400, 'null', -32700);
  if (rpc.method === 'eth_sendTransaction') return sendTransaction(context, rpc, downstream, headers);
  const reply = answerLocally(context, rpc);
  if (reply !== undefined) return reply;
  return rpc.jsonrpc === '2.0' ? downstream.forward('/', headers, body, rpc.id) : notFound();
}

/** Adds the Content-Type, which appears only when the request has an Accept header. */
function withType(reply: Reply, accept: string | undefined): Reply {
  return isGiven(accept) && !hasHeader(reply, 'content-type')
    ? {...reply, headers: {...reply.headers, 'Content-Type': 'application/json'}}
    : reply;
}
