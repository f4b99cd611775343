import type {Hex, TransactionSerializable} from 'viem';
import {parseTransaction, serializeTransaction} from 'viem/utils';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {fromHex, isAddress, toHex} from '../../protocol/wire/ethereum.ts';
import {recoverAddress} from '../../protocol/wire/key-address.ts';
import {keccak256} from '../../protocol/wire/keccak.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/** A complete transaction, because Web3Signer fills missing fields with its own defaults. Amounts in wei. */
export type Transaction = {
  chainId: number;
  nonce: number;
  /** Null creates a contract. */
  to: string | null;
  value: bigint;
  data: string;
  gas: bigint;
  fees:
    | {type: 'eip1559'; maxFeePerGas: bigint; maxPriorityFeePerGas: bigint}
    | {type: 'legacy'; gasPrice: bigint};
};

function wrong(field: string, asked: string, got: string): AosError {
  const details = {field, asked, got};
  if (field === 'chainId')
    return new AosError(
      'SIGNER_WRONG_TRANSACTION',
      `Web3Signer signs transactions for chain ${got}, and this one is for chain ${asked}`,
      {
        details,
        // Its place matters: before eth1 the option is unknown.
        next: say(
          `Start Web3Signer with eth1 --chain-id=${asked}, or correct the network in the configuration.`,
        ),
      },
    );
  return new AosError(
    'SIGNER_WRONG_TRANSACTION',
    `the signed transaction has ${field} ${got}, the request had ${asked}`,
    {details},
  );
}

/** The error for a transaction or message that Web3Signer cannot sign; `field` names the part. */
export function unsupported(field: string, why: string): AosError {
  return new AosError('SIGNER_WRONG_TRANSACTION', `Web3Signer cannot sign this transaction: ${why}`, {
    details: {field},
  });
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/**
 * Returns the fields of `eth_signTransaction`. They are checked here because Web3Signer encodes odd data and bad
 * addresses as garbage instead of refusing them.
 * @throws AosError SIGNER_WRONG_TRANSACTION
 */
export function transactionFields(tx: Transaction, from: string): Record<string, string> {
  if (tx.to !== null && !isAddress(tx.to)) throw unsupported('to', 'its recipient is not an address');
  if (!tx.data.startsWith('0x') || fromHex(tx.data) === null)
    throw unsupported('data', 'its data is not hex');
  const {fees} = tx;
  return {
    from: from.toLowerCase(),
    ...(tx.to === null ? {} : {to: tx.to.toLowerCase()}),
    nonce: hex(BigInt(tx.nonce)),
    gas: hex(tx.gas),
    value: hex(tx.value),
    data: tx.data,
    ...(fees.type === 'legacy'
      ? {gasPrice: hex(fees.gasPrice)}
      : {maxFeePerGas: hex(fees.maxFeePerGas), maxPriorityFeePerGas: hex(fees.maxPriorityFeePerGas)}),
  };
}

/** A decoded raw transaction: its fields, signature and sender. */
export type SignedTransaction = {fields: ReturnType<typeof parseTransaction>; sender: string; type: string};

/**
 * Decodes a raw signed transaction and recovers its sender. The encoding must be canonical.
 * @throws AosError SIGNER_WRONG_TRANSACTION
 */
export function decodeTransaction(raw: string): SignedTransaction {
  const signed = raw.toLowerCase();
  try {
    const fields = parseTransaction(signed as Hex);
    const {r, s, yParity, ...unsigned} = fields;
    if (r === undefined || s === undefined || yParity === undefined)
      throw new Error('it carries no signature');
    const tx = unsigned as TransactionSerializable;
    const again = serializeTransaction(tx, {r, s, v: BigInt(27 + yParity), yParity});
    if (again !== signed) throw new Error('it is not in the canonical encoding');
    const digest = keccak256(Buffer.from(serializeTransaction(tx).slice(2), 'hex'));
    const word = (value: Hex): string => value.slice(2).padStart(64, '0');
    const sender = recoverAddress(
      digest,
      Buffer.from(`${word(r)}${word(s)}${toHex(Uint8Array.of(27 + yParity))}`, 'hex'),
    );
    if (sender === null) throw new Error('its signature is not valid');
    return {fields, sender, type: String(fields.type)};
  } catch (error) {
    throw new AosError(
      'SIGNER_WRONG_TRANSACTION',
      `the signed transaction cannot be read: ${errorText(error).split('\n')[0] ?? ''}`,
      {
        cause: error,
        details: {field: 'raw'},
      },
    );
  }
}

/**
 * Compares a raw signed transaction with the request, field by field.
 * @throws AosError SIGNER_WRONG_TRANSACTION with `field`, `asked` and `got` in `details`
 */
export function verifyTransaction(raw: string, tx: Transaction, from: string): void {
  const {fields, sender, type} = decodeTransaction(raw);
  const {fees} = tx;
  const same = (field: string, asked: string | bigint, got: string | bigint): void => {
    const left = String(asked).toLowerCase();
    const right = String(got).toLowerCase();
    if (left !== right) throw wrong(field, left, right);
  };
  same('type', fees.type, type);
  same('chainId', String(tx.chainId), String(fields.chainId ?? 'none'));
  same('nonce', String(tx.nonce), String(fields.nonce ?? 0));
  same('to', tx.to ?? 'none', fields.to ?? 'none');
  same('value', tx.value, fields.value ?? 0n);
  same('data', tx.data, fields.data ?? '0x');
  same('gas', tx.gas, fields.gas ?? 0n);
  if (fees.type === 'legacy') {
    same('gasPrice', fees.gasPrice, fields.gasPrice ?? 0n);
  } else {
    same('maxFeePerGas', fees.maxFeePerGas, fields.maxFeePerGas ?? 0n);
    same('maxPriorityFeePerGas', fees.maxPriorityFeePerGas, fields.maxPriorityFeePerGas ?? 0n);
  }
  same('accessList', '0', String(fields.accessList?.length ?? 0));
  same('sender', from, sender);
}
