import {toRlp} from 'viem/utils';
import {toHex} from '../../lib/protocol/wire/ethereum.ts';
import {keccak256} from '../../lib/protocol/wire/keccak.ts';
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
  fees: {maxFeePerGas: bigint; maxPriorityFeePerGas: bigint} | null;
};

type Rlp = `0x${string}` | readonly Rlp[];

/** Reads a quantity like web3j's Numeric.decodeQuantity: 0x-hex (leading zeros allowed, bare `0x` not), decimal text, or a JSON number. */
function quantity(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  if (typeof value !== 'string') return undefined;
  return /^(?:0x[0-9a-fA-F]+|[0-9]+)$/.test(value) ? BigInt(value) : undefined;
}

function text(value: unknown): string | undefined {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : undefined;
}

/**
 * Reads eth_signTransaction's argument; undefined means `Invalid params`. Unknown keys (chainId, type,
 * accessList, gasLimit …) are ignored, and missing fields get Web3Signer's defaults: gas 90000, price 0
 * (docs/web3signer.md#eth_signtransaction).
 */
export function readTransaction(fields: Readonly<Record<string, unknown>>): TransactionRequest | undefined {
  const optional = (name: string, fallback: bigint | null): bigint | null | undefined =>
    fields[name] === undefined || fields[name] === null ? fallback : quantity(fields[name]);
  const from = text(fields['from']);
  const to = text(fields['to']);
  const data = text(fields['data'] ?? fields['input']);
  const nonce = optional('nonce', null);
  const gas = optional('gas', 90_000n);
  const gasPrice = optional('gasPrice', 0n);
  const value = optional('value', 0n);
  const maxFeePerGas = optional('maxFeePerGas', null);
  const maxPriorityFeePerGas = optional('maxPriorityFeePerGas', null);
  if (from === undefined || from === '' || to === undefined || data === undefined || nonce === undefined)
    return undefined;
  if (typeof gas !== 'bigint' || typeof gasPrice !== 'bigint' || typeof value !== 'bigint') return undefined;
  if (maxFeePerGas === undefined || maxPriorityFeePerGas === undefined) return undefined;
  const fees =
    maxFeePerGas === null || maxPriorityFeePerGas === null ? null : {maxFeePerGas, maxPriorityFeePerGas};
  return {from, nonce, to, gas, gasPrice, value, data, fees};
}

/** Decodes hex like web3j's Numeric.hexStringToByteArray: odd lengths get a leading zero nibble, other characters become garbage. */
function looseHex(value: string): `0x${string}` {
  const digits = value.replace(/^0x/i, '');
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const nibble = (at: number): number => {
    const digit = parseInt(even.charAt(at), 16);
    return Number.isNaN(digit) ? -1 : digit;
  };
  const bytes = new Uint8Array(even.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = ((nibble(2 * i) << 4) + nibble(2 * i + 1)) & 0xff;
  return `0x${toHex(bytes)}`;
}

function number(value: bigint): `0x${string}` {
  if (value === 0n) return '0x';
  const hex = value.toString(16);
  return `0x${hex.length % 2 === 0 ? '' : '0'}${hex}`;
}

const rlpBytes = (fields: readonly Rlp[], prefix: string): Uint8Array =>
  Buffer.from(prefix + toRlp(fields).slice(2), 'hex');

/** Returns the raw signed transaction, 0x hex: EIP-1559 when both fee fields are set, else EIP-155 legacy. */
export function signTransaction(
  tx: TransactionRequest & {nonce: bigint},
  key: DevKey,
  chainId: bigint,
): string {
  const to = looseHex(tx.to);
  const data = looseHex(tx.data);
  if (tx.fees !== null) {
    const {maxPriorityFeePerGas, maxFeePerGas} = tx.fees;
    const numbers = [chainId, tx.nonce, maxPriorityFeePerGas, maxFeePerGas, tx.gas].map(number);
    const fields: Rlp[] = [...numbers, to, number(tx.value), data, []];
    const {r, s, recovery} = key.sign(keccak256(rlpBytes(fields, '02')));
    return `0x${toHex(rlpBytes([...fields, number(BigInt(recovery)), number(BigInt(`0x${r}`)), number(BigInt(`0x${s}`))], '02'))}`;
  }
  const fields: Rlp[] = [number(tx.nonce), number(tx.gasPrice), number(tx.gas), to, number(tx.value), data];
  const {r, s, recovery} = key.sign(keccak256(rlpBytes([...fields, number(chainId), '0x', '0x'], '')));
  const v = BigInt(recovery) + 35n + 2n * chainId;
  return `0x${toHex(rlpBytes([...fields, number(v), number(BigInt(`0x${r}`)), number(BigInt(`0x${s}`))], ''))}`;
}
