import fc from 'fast-check';
import {privateKeyToAccount} from 'viem/accounts';
import {describe, expect, it} from 'vitest';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {
  decodeTransaction,
  transactionFields,
  verifyTransaction,
  type Transaction,
} from '../../../../src/lib/peers/signer/transaction.ts';

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const stranger = privateKeyToAccount(`0x${'12'.repeat(32)}`);

const base: Transaction = {
  chainId: 31337,
  nonce: 7,
  to: '0xd46E8dD67C5d32be8058Bb8Eb970870F07244567',
  value: 10n,
  data: '0xabcdef',
  gas: 50_000n,
  fees: {type: 'eip1559', maxFeePerGas: 300n, maxPriorityFeePerGas: 2n},
};
const legacy: Transaction = {...base, fees: {type: 'legacy', gasPrice: 300n}};

async function signed(tx: Transaction, by = account): Promise<string> {
  const {fees, to, data, ...rest} = tx;
  return by.signTransaction({
    ...rest,
    ...fees,
    data: data as `0x${string}`,
    ...(to === null ? {} : {to: to as `0x${string}`}),
  });
}

function fieldOf(check: () => void): unknown {
  try {
    check();
  } catch (error) {
    if (isAosError(error, 'SIGNER_WRONG_TRANSACTION')) return error.details['field'];
    throw error;
  }
  return 'none';
}

describe('verifyTransaction', () => {
  it('takes what was asked for: EIP-1559, legacy, contract creation', async () => {
    for (const tx of [base, legacy, {...base, to: null}, {...legacy, nonce: 0, value: 0n, data: '0x'}]) {
      const raw = await signed(tx);
      expect(fieldOf(() => verifyTransaction(raw, tx, account.address))).toBe('none');
    }
  });

  it.each<[string, Transaction]>([
    ['type', legacy],
    ['chainId', {...base, chainId: 17000}],
    ['nonce', {...base, nonce: 8}],
    ['to', {...base, to: '0x1111111111111111111111111111111111111111'}],
    ['to', {...base, to: null}],
    ['value', {...base, value: 11n}],
    ['data', {...base, data: '0xabcdee'}],
    ['gas', {...base, gas: 90_000n}],
    ['maxFeePerGas', {...base, fees: {type: 'eip1559', maxFeePerGas: 301n, maxPriorityFeePerGas: 2n}}],
    [
      'maxPriorityFeePerGas',
      {...base, fees: {type: 'eip1559', maxFeePerGas: 300n, maxPriorityFeePerGas: 3n}},
    ],
  ])('names the field that differs: %s', async (field, other) => {
    const raw = await signed(other);
    expect(fieldOf(() => verifyTransaction(raw, base, account.address))).toBe(field);
  });

  it('says for which chain it was signed, and the option in its place', async () => {
    const raw = await signed({...base, chainId: 17000});
    const next = say(
      'Start Web3Signer with eth1 --chain-id=31337, or correct the network in the configuration.',
    );
    expect(() => verifyTransaction(raw, base, account.address)).toThrow(
      expect.objectContaining({
        message: 'Web3Signer signs transactions for chain 17000, and this one is for chain 31337',
        next,
      }) as Error,
    );
  });

  it('names gasPrice, and an access list nobody asked for', async () => {
    const dearer = await signed({...legacy, fees: {type: 'legacy', gasPrice: 301n}});
    expect(fieldOf(() => verifyTransaction(dearer, legacy, account.address))).toBe('gasPrice');
    const listed = await account.signTransaction({
      type: 'eip1559',
      chainId: base.chainId,
      nonce: base.nonce,
      to: base.to as `0x${string}`,
      value: base.value,
      data: '0xabcdef',
      gas: base.gas,
      maxFeePerGas: 300n,
      maxPriorityFeePerGas: 2n,
      accessList: [{address: account.address, storageKeys: []}],
    });
    expect(fieldOf(() => verifyTransaction(listed, base, account.address))).toBe('accessList');
  });

  it('names the sender when another key signed', async () => {
    const raw = await signed(base, stranger);
    expect(fieldOf(() => verifyTransaction(raw, base, account.address))).toBe('sender');
  });

  it('takes no transaction with any one byte changed', async () => {
    const raw = Buffer.from((await signed(base)).slice(2), 'hex');
    fc.assert(
      fc.property(fc.nat(raw.length - 1), fc.integer({min: 1, max: 255}), (at, flip) => {
        const changed = Buffer.from(raw);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(
          fieldOf(() => verifyTransaction(`0x${changed.toString('hex')}`, base, account.address)),
        ).not.toBe('none');
      }),
    );
  });

  it.each(['0x', '0x02', '0x01', '0xf8', '0x02f86282', `0x${'ff'.repeat(100)}`])(
    'refuses garbage %s',
    (raw) => {
      expect(fieldOf(() => decodeTransaction(raw))).toBe('raw');
    },
  );

  it('refuses trailing bytes and unsigned transactions', async () => {
    const raw = await signed(base);
    expect(fieldOf(() => decodeTransaction(`${raw}00`))).toBe('raw');
  });
});

describe('transactionFields', () => {
  it('writes quantities as 0x hex and leaves nothing to defaults', () => {
    expect(transactionFields(base, account.address)).toEqual({
      from: account.address.toLowerCase(),
      to: base.to?.toLowerCase(),
      nonce: '0x7',
      gas: '0xc350',
      value: '0xa',
      data: '0xabcdef',
      maxFeePerGas: '0x12c',
      maxPriorityFeePerGas: '0x2',
    });
    expect(transactionFields({...legacy, to: null}, account.address)).not.toHaveProperty('to');
  });

  it.each([
    ['to', {...base, to: '0x1234'}],
    ['data', {...base, data: '0xabc'}],
    ['data', {...base, data: 'abcd'}],
  ])('refuses a bad %s, which the signer would encode as garbage', (field, tx) => {
    expect(fieldOf(() => transactionFields(tx, account.address))).toBe(field);
  });
});
