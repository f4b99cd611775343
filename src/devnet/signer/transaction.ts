import {toRlp} from 'viem/utils';
import {toHex} from '../../lib/protocol/wire/ethereum.ts';
import {keccak256} from '../../lib/protocol/wire/keccak.ts';
import type {JsonObject, JsonValue} from '../../lib/protocol/wire/json.ts';
import {textOf} from './json.ts';
import type {DevKey} from './keys.ts';

/** A transaction for Web3Signer: its known keys with decoded quantities. */
export type TransactionRequest = {
  from: string;
  nonce: bigint | null;
  to: string;
  gas: bigint;
  gasPrice: bigint;
  value: bigint;
  data: string;
  fees: {maxFeePerGas: bigint; maxPriorityFeePerGas: bigint; blobs: BlobFees | null} | null;
};

/** What makes a transaction one with blobs, whose contents are elsewhere. */
type BlobFees = {maxFeePerBlobGas: bigint; versionedHashes: readonly string[]};

type Rlp = `0x${string}` | readonly Rlp[];

/** The largest number that web3j reads in decimal form. */
const MOST_DECIMAL = 2n ** 63n - 1n;

/**
 * Reads a quantity like web3j's Numeric.decodeQuantity: 0x-hex (leading zeros allowed, bare `0x` not), or a whole decimal
 * number of 64 bits with a sign, as text or as a JSON number.
 */
function quantity(value: JsonValue): bigint | undefined {
  const text = typeof value === 'boolean' ? undefined : textOf(value);
  if (text === undefined) return undefined;
  if (/^0x[0-9a-fA-F]+$/.test(text)) return BigInt(text);
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text.replace('+', ''));
  return number > MOST_DECIMAL || number < -MOST_DECIMAL - 1n ? undefined : number;
}

/** Reads a field that is text; absent ones are empty, undefined is refused. */
function text(value: JsonValue | undefined): string | undefined {
  return value === undefined || value === null ? '' : textOf(value);
}

/**
 * Reads eth_signTransaction's argument; undefined means `Invalid params`. Unknown keys (chainId, type,
 * accessList, gasLimit …) are ignored, and missing fields get Web3Signer's defaults: gas 90000, price 0
 * (docs/web3signer.md#eth_signtransaction).
 */
export function readTransaction(fields: JsonObject): TransactionRequest | undefined {
  const optional = (name: string, fallback: bigint | null): bigint | null | undefined => {
    const value = fields.get(name) ?? null;
    return value === null ? fallback : quantity(value);
  };
  const from = text(fields.get('from'));
  const to = text(fields.get('to'));
  const data = text(fields.get('data') ?? fields.get('input'));
  const nonce = optional('nonce', null);
  const gas = optional('gas', 90_000n);
  const gasPrice = optional('gasPrice', 0n);
  const value = optional('value', 0n);
  const maxFeePerGas = optional('maxFeePerGas', null);
  const maxPriorityFeePerGas = optional('maxPriorityFeePerGas', null);
  const maxFeePerBlobGas = optional('maxFeePerBlobGas', null);
  if (from === undefined || from === '' || to === undefined || data === undefined || nonce === undefined)
    return undefined;
  if (typeof gas !== 'bigint' || typeof gasPrice !== 'bigint' || typeof value !== 'bigint') return undefined;
  if (maxFeePerGas === undefined || maxPriorityFeePerGas === undefined || maxFeePerBlobGas === undefined)
    return undefined;
  const hashes = fields.get('blobVersionedHashes') ?? null;
  const versionedHashes = Array.isArray(hashes)
    ? hashes.map(textOf).filter((hash) => hash !== undefined)
    : [];
  const blobs = maxFeePerBlobGas === null || hashes === null ? null : {maxFeePerBlobGas, versionedHashes};
  const fees =
    maxFeePerGas === null || maxPriorityFeePerGas === null
      ? null
      : {maxFeePerGas, maxPriorityFeePerGas, blobs};
  return {from, nonce, to, gas, gasPrice, value, data, fees};
}

/** Decodes hex like web3j's Numeric.hexStringToByteArray: odd lengths get a leading zero nibble, other characters become garbage. */
export function looseHex(value: string): `0x${string}` {
  const digits = value.replace(/^0x/, '');
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const nibble = (at: number): number => {
    const digit = parseInt(even.charAt(at), 16);
    return Number.isNaN(digit) ? -1 : digit;
  };
  const bytes = new Uint8Array(even.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = ((nibble(2 * i) << 4) + nibble(2 * i + 1)) & 0xff;
  return `0x${toHex(bytes)}`;
}

/** Zero and what is below it is nothing. */
function number(value: bigint): `0x${string}` {
  if (value <= 0n) return '0x';
  const hex = value.toString(16);
  return `0x${hex.length % 2 === 0 ? '' : '0'}${hex}`;
}

const rlpBytes = (fields: readonly Rlp[], prefix: string): Uint8Array =>
  Buffer.from(prefix + toRlp(fields).slice(2), 'hex');

const scalar = (hex: string): `0x${string}` => number(BigInt(`0x${hex}`));

/**
 * Returns the raw signed transaction, 0x hex: EIP-1559 when both fee fields are set, with the fields of EIP-4844 when there
 * are blobs, else EIP-155 legacy.
 */
export function signTransaction(
  tx: TransactionRequest & {nonce: bigint},
  key: DevKey,
  chainId: bigint,
): string {
  const to = looseHex(tx.to);
  const data = looseHex(tx.data);
  if (tx.fees !== null) {
    const {maxPriorityFeePerGas, maxFeePerGas, blobs} = tx.fees;
    const numbers = [chainId, tx.nonce, maxPriorityFeePerGas, maxFeePerGas, tx.gas].map(number);
    const fields: Rlp[] = [...numbers, to, number(tx.value), data, []];
    if (blobs !== null) fields.push(number(blobs.maxFeePerBlobGas), blobs.versionedHashes.map(looseHex));
    const prefix = blobs === null ? '02' : '03';
    const {r, s, recovery} = key.sign(keccak256(rlpBytes(fields, prefix)));
    const signed = [...fields, number(BigInt(recovery)), scalar(r), scalar(s)];
    // Around a transaction with blobs comes the list of these, their commitments and proofs: all empty here.
    return `0x${toHex(rlpBytes(blobs === null ? signed : [signed, [], [], []], prefix))}`;
  }
  const fields: Rlp[] = [number(tx.nonce), number(tx.gasPrice), number(tx.gas), to, number(tx.value), data];
  const {r, s, recovery} = key.sign(keccak256(rlpBytes([...fields, number(chainId), '0x', '0x'], '')));
  const v = BigInt(recovery) + 35n + 2n * chainId;
  return `0x${toHex(rlpBytes([...fields, number(v), scalar(r), scalar(s)], ''))}`;
}
