import {fromHex} from '../../lib/protocol/wire/ethereum.ts';
import {keccak256} from '../../lib/protocol/wire/keccak.ts';
import {isJsonObject} from '../../lib/protocol/wire/json.ts';
import {firstValue, textOf} from './json.ts';
import {backendDown, signDigest, type SigningContext} from './methods.ts';
import {admits, failureReply, jsonReply, notFound, textReply, type Reply} from './reply.ts';
import type {KeyRing} from './ring.ts';

/**
 * Answers `GET /healthcheck` (docs/web3signer.md#health-check): UP also without any key; with keystores loaded in bulk,
 * DOWN with the number of those that failed.
 */
function healthcheck({ring, faults: {health}}: SigningContext): Reply {
  const contentType = 'application/json;charset=UTF-8';
  const well = {id: 'default-check', status: 'UP'};
  if (health === undefined) return jsonReply(200, {status: 'UP', checks: [well], outcome: 'UP'}, contentType);
  if (health === 'failed') {
    const checks = [{id: 'default-check', status: 'DOWN', data: {'procedure-execution-failure': true}}];
    return jsonReply(500, {status: 'DOWN', checks, outcome: 'DOWN'}, contentType);
  }
  const errors = health === 'down' ? Math.max(1, ring.errors()) : ring.errors();
  const status = errors === 0 ? 'UP' : 'DOWN';
  const data = {'keys-loaded': ring.all().length, 'error-count': errors};
  const loading = {id: 'v3-keystores-bulk-loading', status, data};
  const checks = [well, {id: 'keys-check', status, checks: [loading]}];
  return jsonReply(errors === 0 ? 200 : 503, {status, checks, outcome: status}, contentType);
}

/** Answers `POST /api/v1/eth1/sign/:identifier`: signs keccak256(data), without a prefix. */
function restSign(context: SigningContext, identifier: string, body: Buffer): Reply {
  const value = firstValue(body.toString('utf8'));
  const data = isJsonObject(value) ? (textOf(value.get('data')) ?? '') : '';
  const bytes = data.trim() === '' || data.startsWith('0X') ? null : fromHex(data);
  if (!isJsonObject(value) || bytes === null) return failureReply(400, 'Bad Request');
  const hashed = context.faults.applyHash !== true || value.get('applyHash') !== false;
  if (!hashed && bytes.length !== 32) return failureReply(400, 'Bad Request');
  const lower = identifier.toLowerCase();
  const key = context.ring.byPublicKey(lower.startsWith('0x') ? lower : `0x${lower}`);
  if (key === undefined) return failureReply(404, 'Not Found');
  if (backendDown(context, key)) return failureReply(500, 'Internal Server Error');
  return {...textReply(signDigest(context, key, hashed ? keccak256(bytes) : bytes)), isSigned: true};
}

function startReload(ring: KeyRing, old: boolean): Reply {
  const accepted = ring.reload();
  if (old) return {status: 200, headers: {}, body: ''};
  if (accepted) {
    const message =
      'Reload operation accepted and is running in the background. Use GET /reload to check status.';
    return jsonReply(202, {message, status: 'accepted'});
  }
  return jsonReply(409, {
    message: 'A reload operation is already in progress. Please try again later.',
    status: 'error',
  });
}

/** Answers the routes beside JSON-RPC; undefined when none matches, also because of `Accept`, so that it may be forwarded. */
export function answerRest(
  context: SigningContext,
  request: {method: string; path: string; accept: string | undefined; body: Buffer},
): Reply | undefined {
  const {method, accept, body} = request;
  // A route matches with a slash at its end too.
  const path = request.path.replace(/(?<=.)\/$/, '');
  const json = admits(accept, 'application/json');
  const old = context.faults.oldVersion === true;
  if (method === 'GET') {
    if (path === '/upcheck' && admits(accept, 'text/plain')) return textReply('OK');
    if (path === '/healthcheck') return healthcheck(context);
    if (path === '/reload' && json && !old) return jsonReply(200, context.ring.status());
    const network = context.faults.eth2 === true ? 'eth2' : 'eth1';
    if (path === `/api/v1/${network}/publicKeys` && json) {
      const keys = context.ring.all().map((key) => key.publicKey);
      return jsonReply(200, keys, 'application/json; charset=utf-8');
    }
    return notFound();
  }
  if (method !== 'POST') return notFound();
  if (path === '/reload') return startReload(context.ring, old);
  const identifier = /^\/api\/v1\/eth1\/sign\/([^/]+)$/.exec(path)?.[1];
  return identifier === undefined ? undefined : restSign(context, identifier, body);
}
