import type {TypedDataDefinition} from 'viem';
import {hashTypedData} from 'viem/utils';
import {fromHex} from '../../lib/protocol/wire/ethereum.ts';
import {isRecord} from './json.ts';

const TOP_LEVEL = new Set(['types', 'primaryType', 'domain', 'message']);
const DOMAIN = new Set(['name', 'version', 'chainId', 'verifyingContract', 'salt']);

const onlyKeys = (value: Record<string, unknown>, allowed: ReadonlySet<string>): boolean =>
  Object.keys(value).every((key) => allowed.has(key));

function wellFormedTypes(types: Record<string, unknown>): boolean {
  const fieldKeys = new Set(['name', 'type']);
  return Object.values(types).every(
    (fields) =>
      Array.isArray(fields) && fields.every((field) => isRecord(field) && onlyKeys(field, fieldKeys)),
  );
}

/**
 * Returns the EIP-712 digest of eth_signTypedData's second parameter, an object or its JSON text. `invalid-params` and
 * `internal-error` are the two refusals of Web3Signer (docs/web3signer.md#eth_signtypeddata). Unlike Web3Signer's encoder,
 * it refuses missing message fields instead of leaving them out.
 */
export function typedDataDigest(parameter: unknown): Uint8Array | 'invalid-params' | 'internal-error' {
  let value = parameter;
  if (typeof parameter === 'string') {
    try {
      value = JSON.parse(parameter);
    } catch {
      return 'invalid-params';
    }
  }
  if (!isRecord(value) || !onlyKeys(value, TOP_LEVEL)) return 'invalid-params';
  const {types, domain, primaryType, message} = value;
  if (isRecord(domain) && !onlyKeys(domain, DOMAIN)) return 'invalid-params';
  if (isRecord(types) && !wellFormedTypes(types)) return 'invalid-params';
  if (!isRecord(types) || !isRecord(domain) || !isRecord(message) || typeof primaryType !== 'string')
    return 'internal-error';
  if (types['EIP712Domain'] === undefined || types[primaryType] === undefined) return 'internal-error';
  try {
    // viem checks every name and value; its types express only the shapes above.
    const definition = {types, domain, primaryType, message} as unknown as TypedDataDefinition;
    return fromHex(hashTypedData(definition)) ?? 'internal-error';
  } catch {
    return 'internal-error';
  }
}
