import {randomBytes} from 'node:crypto';
import {eip191Digest, fromHex} from '../../lib/protocol/wire/ethereum.ts';
import {isJsonObject, type JsonValue} from '../../lib/protocol/wire/json.ts';
import type {RpcRequest} from './json.ts';
import {DEV_SIGNER_KEY, devKey, signatureText, type DevKey, type RecoverableSignature} from './keys.ts';
import type {SignerFaults} from './faults.ts';
import {NO_ACCOUNT, rpcError, rpcReply, type Reply, type RpcId} from './reply.ts';
import type {KeyRing} from './ring.ts';
import {readTransaction, signTransaction, type TransactionRequest} from './transaction.ts';
import {typedDataDigest} from './typed-data.ts';

export type SigningContext = {ring: KeyRing; chainId: bigint; faults: SignerFaults};

const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const OTHER_KEY = `0x${'22'.repeat(32)}`;

/** Finds the key of an account; undefined when unknown. Input may be any case, with or without 0x. */
export function findKey({ring, faults}: SigningContext, address: string): DevKey | undefined {
  const lower = address.toLowerCase();
  const found = ring.byAddress(lower.startsWith('0x') ? lower : `0x${lower}`);
  if (found === undefined && faults.signForAnyone === true) return ring.all()[0] ?? devKey(DEV_SIGNER_KEY);
  return found;
}

/** True when the fault says that the backend of this key is down. */
export function backendDown({faults}: SigningContext, key: DevKey): boolean {
  const down = faults.kmsDown;
  return down === 'all' || (down?.some((address) => address.toLowerCase() === key.address) ?? false);
}

function malformed(signature: RecoverableSignature, kind: NonNullable<SignerFaults['malformed']>): string {
  const {r, s, recovery} = signature;
  if (kind === 'short') return `0x${r}${s}`;
  if (kind === 'bare-v') return `0x${r}${s}0${recovery}`;
  const high = (SECP256K1_ORDER - BigInt(`0x${s}`)).toString(16).padStart(64, '0');
  return signatureText({r, s: high, recovery: 1 - recovery});
}

/** Returns a message signature over `digest`, changed by the faults. */
export function signDigest({faults}: SigningContext, key: DevKey, digest: Uint8Array): string {
  if (faults.result !== undefined) return faults.result;
  const signer = faults.wrongKey === true ? devKey(OTHER_KEY) : key;
  const signature = signer.sign(digest, faults.randomNonces === true ? randomBytes(32) : undefined);
  return faults.malformed === undefined ? signatureText(signature) : malformed(signature, faults.malformed);
}

/**
 * Reads eth_sign's data: 0x or 0X means hex, other text is UTF-8; undefined where Web3Signer throws
 * (docs/web3signer.md#eth_sign).
 */
function messageBytes(data: JsonValue | undefined): Uint8Array | undefined {
  if (typeof data !== 'string') return undefined;
  if (data.startsWith('0x')) return fromHex(data) ?? undefined;
  return data.startsWith('0X') ? undefined : Buffer.from(data, 'utf8');
}

function sign(context: SigningContext, {id, params}: RpcRequest): Reply {
  if (!Array.isArray(params) || params.length !== 2) return rpcError(400, id, -32602);
  const [address, data] = params;
  const message = messageBytes(data);
  if (message === undefined || typeof address !== 'string') return rpcError(500, id, -32603);
  const key = findKey(context, address);
  if (key === undefined) return rpcError(200, id, -32000, NO_ACCOUNT);
  if (backendDown(context, key)) return rpcError(500, id, -32603);
  return signedReply(id, signDigest(context, key, eip191Digest(message)));
}

function signTypedData(context: SigningContext, {id, params}: RpcRequest): Reply {
  if (!Array.isArray(params) || params.length < 2) return rpcError(400, id, -32602);
  const [address, typedData = null] = params;
  if (typeof address !== 'string') return rpcError(400, id, -32602);
  const key = findKey(context, address);
  if (key === undefined) return rpcError(200, id, -32000, NO_ACCOUNT);
  const digest = typedDataDigest(typedData);
  if (digest === 'invalid-params') return rpcError(400, id, -32602);
  if (digest === 'internal-error' || backendDown(context, key)) return rpcError(500, id, -32603);
  // Before 25.9.0 the EIP-712 hash went through the EIP-191 prefix.
  const signed = context.faults.oldVersion === true ? eip191Digest(digest) : digest;
  return signedReply(id, signDigest(context, key, signed));
}

/** Reads the transaction of `params`: `[tx]` or the bare object; undefined means `Invalid params`. */
export function transactionOf(params: JsonValue | undefined): TransactionRequest | undefined {
  const list = Array.isArray(params) ? params : [params];
  const tx = list[0];
  return list.length === 1 && isJsonObject(tx) ? readTransaction(tx) : undefined;
}

/** Signs a transaction for the server's own chain id and ignores the caller's. */
export function signRequest(
  {chainId, faults}: SigningContext,
  tx: TransactionRequest & {nonce: bigint},
  key: DevKey,
): string {
  const fees = faults.strip1559 === true ? null : tx.fees;
  return signTransaction(
    {...tx, fees},
    key,
    faults.wrongChainId === undefined ? chainId : BigInt(faults.wrongChainId),
  );
}

function signTransactionMethod(context: SigningContext, {id, params}: RpcRequest): Reply {
  const tx = transactionOf(params);
  if (tx === undefined || tx.nonce === null) return rpcError(400, id, -32602);
  const key = findKey(context, tx.from);
  if (key === undefined) return rpcError(200, id, -32000, NO_ACCOUNT);
  if (backendDown(context, key)) return rpcError(500, id, -32603);
  const raw = context.faults.result ?? signRequest(context, {...tx, nonce: tx.nonce}, key);
  return signedReply(id, raw);
}

const signedReply = (id: RpcId, result: string): Reply => ({
  ...rpcReply(200, id, {result}),
  isSigned: true,
});

function accounts({ring}: SigningContext, {id, params}: RpcRequest): Reply {
  const none = params === undefined || params === null || (Array.isArray(params) && params.length === 0);
  return none ? rpcReply(200, id, {result: ring.all().map((key) => key.address)}) : rpcError(400, id, -32602);
}

/** Answers the methods that Web3Signer handles itself; undefined for those of the node. */
export function answerLocally(context: SigningContext, request: RpcRequest): Reply | undefined {
  switch (request.method) {
    case 'eth_accounts':
      return accounts(context, request);
    case 'eth_sign':
      return sign(context, request);
    case 'eth_signTypedData':
      return signTypedData(context, request);
    case 'eth_signTransaction':
      return signTransactionMethod(context, request);
    case 'health_status':
      return context.faults.oldVersion === true ? undefined : rpcReply(200, request.id, {result: 'OK'});
    default:
      return undefined;
  }
}
