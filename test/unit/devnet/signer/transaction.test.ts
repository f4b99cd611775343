import fc from 'fast-check';
import {privateKeyToAccount} from 'viem/accounts';
import {expect, it} from 'vitest';
import {devKey} from '../../../../src/devnet/signer/keys.ts';
import {readTransaction, signTransaction} from '../../../../src/devnet/signer/transaction.ts';
import {
  decodeTransaction,
  transactionFields,
  verifyTransaction,
  type Transaction,
} from '../../../../src/lib/peers/signer/transaction.ts';

const secret = `0x${'31'.repeat(32)}` as const;
const local = privateKeyToAccount(secret);
const wei = fc.bigInt({min: 0n, max: 2n ** 96n});
const hexBytes = (minLength: number, maxLength: number): fc.Arbitrary<`0x${string}`> =>
  fc.uint8Array({minLength, maxLength}).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}` as const);

const transaction: fc.Arbitrary<Transaction> = fc.record({
  chainId: fc.integer({min: 1, max: 2 ** 31}),
  nonce: fc.nat(2 ** 31),
  to: fc.option(hexBytes(20, 20)),
  value: wei,
  data: hexBytes(0, 80),
  gas: fc.bigInt({min: 0n, max: 2n ** 48n}),
  fees: fc.oneof(
    fc.record({type: fc.constant('legacy' as const), gasPrice: wei}),
    fc.tuple(wei, wei).map(([a, b]) => ({
      type: 'eip1559' as const,
      maxFeePerGas: a > b ? a : b,
      maxPriorityFeePerGas: a > b ? b : a,
    })),
  ),
});

it('the stand-in signs every transaction as viem does, and it passes the comparison', async () => {
  await fc.assert(
    fc.asyncProperty(transaction, async (tx) => {
      const read = readTransaction(new Map(Object.entries(transactionFields(tx, local.address))));
      if (read === undefined || read.nonce === null) throw new Error('the stand-in refused it');
      const raw = signTransaction({...read, nonce: read.nonce}, devKey(secret), BigInt(tx.chainId));
      const {fees, to, data, ...rest} = tx;
      expect(raw).toBe(
        await local.signTransaction({...rest, ...fees, data: data as '0x', to: to as '0x' | null}),
      );
      expect(decodeTransaction(raw).sender).toBe(local.address);
      verifyTransaction(raw, tx, local.address);
    }),
    {numRuns: 100},
  );
});
