import type {TypedDataDefinition, TypedDataDomain} from 'viem';
import {hashTypedData, serializeTypedData} from 'viem/utils';
import {AosError} from '../../foundation/errors/error.ts';
import {fromHex} from '../../protocol/wire/ethereum.ts';

/** The domain's fields in the order and with the types of EIP-712. */
const DOMAIN_FIELDS = [
  {name: 'name', type: 'string'},
  {name: 'version', type: 'string'},
  {name: 'chainId', type: 'uint256'},
  {name: 'verifyingContract', type: 'address'},
  {name: 'salt', type: 'bytes32'},
] as const;

const domainType = (domain: TypedDataDomain): {name: string; type: string}[] =>
  DOMAIN_FIELDS.filter(({name}) => domain[name] !== undefined);

/**
 * Encodes typed data for Web3Signer: JSON text with `types.EIP712Domain` spelled out and bigints as decimal strings, and
 * the EIP-712 digest to sign. Throws viem's error for data that does not fit its types.
 */
export function encodeTypedData(definition: TypedDataDefinition): {json: string; digest: Uint8Array} {
  const {domain = {}, message, primaryType} = definition;
  const types = {EIP712Domain: domainType(domain), ...definition.types};
  const whole: TypedDataDefinition = {domain, message, primaryType, types};
  const digest = fromHex(hashTypedData(whole));
  if (digest === null) throw new AosError('BUG', 'an EIP-712 digest that is not hex');
  return {json: serializeTypedData(whole), digest};
}
