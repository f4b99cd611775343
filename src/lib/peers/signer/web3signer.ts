import {AosError} from '../../foundation/errors/error.ts';
import type {PoolOptions, TlsOptions} from '../http/connection-pool.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {createSchemeLook, PLAIN_REFUSED} from '../http/other-scheme.ts';
import {createTransport} from '../http/transport.ts';
import {checksumAddress, eip191Digest, isAddress, toHex} from '../../protocol/wire/ethereum.ts';
import {recoverAddress} from '../../protocol/wire/key-address.ts';
import {unreachable} from './network-error.ts';
import {createRpc, rpcFailure, type RpcReply} from './rpc.ts';
import {signatureBytes, signedBy, takeSignature} from './signature.ts';
import {createStuckLook} from './stuck.ts';
import {parseSignerUrl} from './url.ts';

export type Web3SignerOptions = PoolOptions & {
  /** `http(s)://host:port`. */
  url: string;
  /** node_id in any letter case. */
  address: string;
  /**
   * Recovers the signer of a signature (`recoverAddress`); with `offload` it may run on a crypto worker. Default: on the
   * event loop.
   */
  recover?: (
    digest: Uint8Array,
    signature: Uint8Array,
    offload: boolean,
  ) => string | null | Promise<string | null>;
};

/** What is shown in TLS now; nothing where the files cannot be read, which is the failure itself. */
function shownIn(tls: PoolOptions['tls']): TlsOptions {
  if (typeof tls !== 'function') return tls ?? {};
  try {
    return tls();
  } catch {
    return {};
  }
}

/** Concurrent signatures while jobs arrive one by one: an acknowledgement and a result. */
const FEW = 2;

/** Web3Signer in eth1 mode, for one account. Every signature is checked before it is returned. */
export type Web3Signer = {
  /** node_id, EIP-55 checksummed. */
  readonly address: string;
  /**
   * EIP-191 signature over `message`: 65 bytes r‖s‖v (v 27/28) as lower-case hex without 0x; recovered and compared with
   * `address` before it is returned.
   * @throws AosError SIGNER_*
   */
  sign(message: Uint8Array, signal?: AbortSignal): Promise<string>;
  /** Returns the signer's accounts, checksummed, in its order. @throws AosError SIGNER_* */
  accounts(signal?: AbortSignal): Promise<string[]>;
  /**
   * EIP-712 signature, 130 lower-case hex without 0x. `typedData` is JSON text with `types.EIP712Domain`, `digest` its
   * hash (see typed-data.ts), by which the signature is checked.
   * @throws AosError SIGNER_*
   */
  signTypedData(typedData: string, digest: Uint8Array, signal?: AbortSignal): Promise<string>;
  /**
   * Returns the raw signed transaction, 0x hex. `fields` are the JSON-RPC fields, quantities as 0x hex; `verify` throws
   * when the signed transaction differs from the request (see transaction.ts).
   * @throws AosError SIGNER_*
   */
  signTransaction(
    fields: Readonly<Record<string, string>>,
    verify: (raw: string) => void,
    signal?: AbortSignal,
  ): Promise<string>;
  /** Closes the connections; requests in progress fail. */
  close(): Promise<void>;
};

/**
 * Creates a client of Web3Signer's JSON-RPC. It uses `eth_sign`, `eth_signTypedData` and `eth_signTransaction`, never
 * `personal_sign` or the `_v4` methods, which would reach the node behind the signer. No request is sent before the
 * first call.
 * @throws AosError SIGNER_URL_INVALID | USAGE (invalid address)
 * @example const signer = createWeb3Signer({url: 'http://127.0.0.1:9000', address: nodeId, timeoutMs: 10_000})
 */
export function createWeb3Signer(options: Web3SignerOptions): Web3Signer {
  const url = parseSignerUrl(options.url);
  if (!isAddress(options.address)) throw new AosError('USAGE', 'node_id is not an address');
  const address = checksumAddress(options.address);
  const account = address.toLowerCase();
  let hasAnswered = false;
  const transport = createTransport(url.origin, options, (error, waitedMs) =>
    unreachable(url, error, {waitedMs, hasAnswered, shown: shownIn(options.tls)}),
  );
  const rpc = createRpc(transport);
  const lookAtSilence = createStuckLook(url, transport, rpc, options.timeoutMs);
  const schemeLook = createSchemeLook(url.origin);
  const recover = options.recover ?? recoverAddress;
  let signing = 0;

  /** That the URL has to say https; a failure of TLS says itself what is wrong. */
  async function otherScheme(error: unknown, signal: AbortSignal | undefined): Promise<AosError | null> {
    const isStopped = (): boolean => signal?.aborted === true;
    if (hasAnswered || url.tls || isStopped()) return null;
    const fault = await schemeLook(error, signal);
    if (fault === null || isStopped()) return null;
    return new AosError('SIGNER_UNREACHABLE', `${new URL(url.origin).host} ${fault.what}`, {
      cause: error,
      next: say(`Write ${fault.right} instead of ${fault.wrong} in signer_key.`),
    });
  }

  async function result(method: string, params: string, signal: AbortSignal | undefined): Promise<unknown> {
    let reply: RpcReply;
    try {
      reply = await rpc.call(method, params, signal);
    } catch (error) {
      throw (await otherScheme(error, signal)) ?? (await lookAtSilence(error, signal));
    }
    if (reply.kind === 'foreign' && reply.status === 400) {
      const fault = await otherScheme(PLAIN_REFUSED, signal);
      if (fault !== null) throw fault;
    }
    hasAnswered = true;
    if (reply.kind !== 'result') throw rpcFailure(method, reply, url.host);
    return reply.value;
  }

  return {
    address,
    async sign(message, signal) {
      signing += 1;
      try {
        const value = await result('eth_sign', `["${account}","0x${toHex(message)}"]`, signal);
        const bytes = signatureBytes(value);
        return signedBy(address, bytes, await recover(eip191Digest(message), bytes, signing > FEW));
      } finally {
        signing -= 1;
      }
    },
    async signTypedData(typedData, digest, signal) {
      const value = await result('eth_signTypedData', `["${account}",${typedData}]`, signal);
      return takeSignature(value, digest, address);
    },
    async signTransaction(fields, verify, signal) {
      const raw = await result('eth_signTransaction', JSON.stringify([fields]), signal);
      if (typeof raw !== 'string' || !/^0x(?:[0-9a-f]{2})+$/i.test(raw)) {
        throw new AosError('SIGNER_PROTOCOL', 'the signer’s transaction is not hex');
      }
      verify(raw);
      return raw;
    },
    async accounts(signal) {
      const value = await result('eth_accounts', '[]', signal);
      if (!Array.isArray(value)) throw new AosError('SIGNER_PROTOCOL', 'eth_accounts did not give a list');
      return value.map((entry: unknown) => {
        if (typeof entry !== 'string' || !isAddress(entry))
          throw new AosError('SIGNER_PROTOCOL', 'eth_accounts contains something that is not an address');
        return checksumAddress(entry);
      });
    },
    close: () => transport.close(),
  };
}
