import {say} from '../../../foundation/next-step/next-step.ts';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {rpcFailure} from '../../../peers/signer/rpc.ts';
import {
  decodeTransaction,
  transactionFields,
  verifyTransaction,
  type Transaction,
} from '../../../peers/signer/transaction.ts';
import {SLOW_BACKEND} from './sign.ts';
import {fail, ok, type Step} from './step.ts';

/** A transaction no chain can take (gas 1, no fee, to itself): signed, decoded, compared, thrown away. */
export const transactionStep: Step = {
  id: 'signer.transaction',
  needs: ['signer.sign'],
  asked: ({at}) => `eth_signTransaction (gas 1, no fee, to itself) at ${at}`,
  slow: SLOW_BACKEND,
  async run({rpc, url, address, chainId}, signal) {
    const probe: Omit<Transaction, 'chainId'> = {
      nonce: 0,
      to: address,
      value: 0n,
      data: '0x',
      gas: 1n,
      fees: {type: 'eip1559', maxFeePerGas: 0n, maxPriorityFeePerGas: 0n},
    };
    const fields = transactionFields({...probe, chainId: 0}, address);
    const reply = await rpc.call('eth_signTransaction', JSON.stringify([fields]), signal);
    if (reply.kind !== 'result') throw rpcFailure('eth_signTransaction', reply, url.host);
    if (typeof reply.value !== 'string')
      throw new AosError('SIGNER_PROTOCOL', 'eth_signTransaction did not give a raw transaction');
    const signed = decodeTransaction(reply.value);
    const found = signed.fields.chainId ?? 0;
    const facts = {chainId: found};
    const got = `${signed.type} transaction for chain ${found} by ${signed.sender}`;
    if (signed.type !== 'eip1559') {
      return fail(
        got,
        'no EIP-1559: Web3Signer is older than 23.8.0, or a proxy strips the fee fields',
        say('Upgrade Web3Signer, or point signer_key at it directly.'),
        facts,
      );
    }
    if (chainId !== null && found !== chainId) {
      return fail(
        got,
        `the signer signs for chain ${found}, the configuration is for ${chainId}: transactions would be invalid`,
        say(`Start Web3Signer with: eth1 --chain-id=${chainId}`),
        facts,
      );
    }
    try {
      verifyTransaction(reply.value, {...probe, chainId: found}, address);
    } catch (error) {
      if (!isAosError(error)) throw error;
      return fail(
        error.message,
        'the signed transaction is not the one that was asked for',
        say('Point signer_key at Web3Signer itself; a proxy changes what is signed.'),
        facts,
      );
    }
    return ok(
      got,
      chainId === null
        ? 'transactions are signed for this chain; the configuration names none'
        : 'transactions are signed for the configured chain',
      facts,
    );
  },
};
