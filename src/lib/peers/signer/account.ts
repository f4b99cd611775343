import type {Hex, LocalAccount, SignableMessage, TransactionSerializable, TypedDataDefinition} from 'viem';
import {toAccount} from 'viem/accounts';
import {fromHex} from '../../protocol/wire/ethereum.ts';
import {transactionFields, unsupported, verifyTransaction, type Transaction} from './transaction.ts';
import {encodeTypedData} from './typed-data.ts';
import type {Web3Signer} from './web3signer.ts';

function messageBytes(message: SignableMessage): Uint8Array {
  if (typeof message === 'string') return Buffer.from(message, 'utf8');
  if (typeof message.raw !== 'string') return message.raw;
  const bytes = fromHex(message.raw);
  if (bytes === null) throw unsupported('message', 'the message is not hex');
  return bytes;
}

/** Returns the complete transaction. @throws AosError SIGNER_WRONG_TRANSACTION with the missing or unsupported field */
function complete(tx: TransactionSerializable): Transaction {
  const need = <T>(field: string, value: T | null | undefined): T => {
    if (value === undefined || value === null)
      throw unsupported(field, `it has no ${field}, and Web3Signer would choose one`);
    return value;
  };
  const {type} = tx;
  if (type !== undefined && type !== 'legacy' && type !== 'eip1559')
    throw unsupported('type', `it has type ${type}`);
  for (const field of ['blobs', 'blobVersionedHashes', 'authorizationList'] as const) {
    if (field in tx && tx[field] !== undefined) throw unsupported(field, `it has a ${field}`);
  }
  if (tx.accessList !== undefined && tx.accessList.length > 0)
    throw unsupported('accessList', 'access lists are dropped');
  const legacy = type === 'legacy' || (type === undefined && tx.gasPrice !== undefined);
  return {
    chainId: need('chainId', tx.chainId),
    nonce: need('nonce', tx.nonce),
    to: tx.to ?? null,
    value: tx.value ?? 0n,
    data: tx.data ?? '0x',
    gas: need('gas', tx.gas),
    fees: legacy
      ? {type: 'legacy', gasPrice: need('gasPrice', tx.gasPrice)}
      : {
          type: 'eip1559',
          maxFeePerGas: need('maxFeePerGas', tx.maxFeePerGas),
          maxPriorityFeePerGas: need('maxPriorityFeePerGas', tx.maxPriorityFeePerGas),
        },
  };
}

/** What an account needs of a signer. */
type AccountSigner = Pick<Web3Signer, 'address' | 'sign' | 'signTypedData' | 'signTransaction'>;

/**
 * Makes a viem account whose key stays in Web3Signer: `eth_sign`, `eth_signTypedData` and `eth_signTransaction`. Each
 * signature is recovered, and each transaction decoded and compared field by field, before it is returned.
 * Its methods throw AosError SIGNER_*.
 * @example const client = createWalletClient({account: signerAccount(signer), transport: http(rpcUrl)})
 */
export function signerAccount(signer: AccountSigner, signal?: AbortSignal): LocalAccount<'custom'> {
  return toAccount({
    address: signer.address as Hex,
    async signMessage({message}) {
      return `0x${await signer.sign(messageBytes(message), signal)}`;
    },
    async signTypedData(definition) {
      const {json, digest} = encodeTypedData(definition as unknown as TypedDataDefinition);
      return `0x${await signer.signTypedData(json, digest, signal)}`;
    },
    async signTransaction(transaction) {
      const tx = complete(transaction);
      const fields = transactionFields(tx, signer.address);
      const raw = await signer.signTransaction(
        fields,
        (answer) => verifyTransaction(answer, tx, signer.address),
        signal,
      );
      return raw as Hex;
    },
  }) as LocalAccount<'custom'>;
}
