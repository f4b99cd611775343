import {isJsonObject, type JsonObject, type JsonValue} from '../../lib/protocol/wire/json.ts';
import {firstValue, textOf} from './json.ts';
import {structuredDigest, type Field, type Types} from './structured-data.ts';

const TOP_LEVEL = new Set(['types', 'primaryType', 'domain', 'message']);
const DOMAIN = new Set(['name', 'version', 'chainId', 'verifyingContract', 'salt']);
const FIELD = new Set(['name', 'type']);

const onlyKeys = (value: JsonObject, allowed: ReadonlySet<string>): boolean =>
  [...value.keys()].every((key) => allowed.has(key));

/** Absent, or an object with no other keys. */
const mayBeObject = (value: JsonValue | undefined, allowed?: ReadonlySet<string>): boolean =>
  value === undefined ||
  value === null ||
  (isJsonObject(value) && (allowed === undefined || onlyKeys(value, allowed)));

function readField(value: JsonValue): Field | undefined {
  if (!isJsonObject(value) || !onlyKeys(value, FIELD)) return undefined;
  return {name: textOf(value.get('name')) ?? '', type: textOf(value.get('type')) ?? ''};
}

/** Undefined where a type is no list of fields. */
function readTypes(value: JsonObject): Types | undefined {
  const types = new Map<string, readonly Field[]>();
  for (const [name, list] of value) {
    if (!Array.isArray(list)) return undefined;
    const fields = list.map(readField).filter((field) => field !== undefined);
    if (fields.length < list.length) return undefined;
    types.set(name, fields);
  }
  return types;
}

/**
 * Returns the EIP-712 digest of eth_signTypedData's second parameter, an object or its JSON text. `invalid-params` and
 * `internal-error` are the two refusals of Web3Signer (docs/web3signer.md#eth_signtypeddata).
 */
export function typedDataDigest(parameter: JsonValue): Uint8Array | 'invalid-params' | 'internal-error' {
  const value = typeof parameter === 'string' ? firstValue(parameter) : parameter;
  if (value === null) return 'internal-error';
  if (!isJsonObject(value) || !onlyKeys(value, TOP_LEVEL)) return 'invalid-params';
  const [types, domain, message] = ['types', 'domain', 'message'].map((key) => value.get(key));
  if (!mayBeObject(types) || !mayBeObject(domain, DOMAIN)) return 'invalid-params';
  const read = isJsonObject(types) ? readTypes(types) : new Map<string, readonly Field[]>();
  if (read === undefined) return 'invalid-params';
  const primaryType = textOf(value.get('primaryType'));
  if (!isJsonObject(domain) || !isJsonObject(message) || primaryType === undefined) return 'internal-error';
  return structuredDigest(read, {primaryType, domain, message}) ?? 'internal-error';
}
