import type {TransactionSerializable, TypedDataDefinition} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';
import {parseEther} from 'viem/utils';
import {describe, expect, it} from 'vitest';
import {DEV_SIGNER_KEY} from '../../../../src/devnet/signer/keys.ts';
import type {SignerFaults} from '../../../../src/devnet/signer/faults.ts';
import {signerAccount} from '../../../../src/lib/peers/signer/account.ts';
import {bodyOf, client, devSigner, httpServer, OPERATOR, OTHER_ADDRESS} from '../../../support/signer.ts';

const local = privateKeyToAccount(DEV_SIGNER_KEY);
const to = '0xd46E8dD67C5d32be8058Bb8Eb970870F07244567';

async function account(faults: SignerFaults = {}): Promise<ReturnType<typeof signerAccount>> {
  const {url} = await devSigner({faults});
  return signerAccount(client(url));
}

const typedData = {
  domain: {name: 'EigenLayer', version: '1', chainId: 31337n, verifyingContract: OTHER_ADDRESS},
  types: {
    Allocation: [
      {name: 'operator', type: 'address'},
      {name: 'sets', type: 'Set[]'},
      {name: 'salt', type: 'bytes32'},
      {name: 'expiry', type: 'uint256'},
    ],
    Set: [
      {name: 'avs', type: 'address'},
      {name: 'id', type: 'uint32'},
    ],
  },
  primaryType: 'Allocation',
  message: {
    operator: OPERATOR,
    sets: [{avs: OTHER_ADDRESS, id: 7}],
    salt: `0x${'ab'.repeat(32)}`,
    expiry: 2n ** 255n,
  },
} as const;

const eip1559: TransactionSerializable = {
  type: 'eip1559',
  chainId: 31337,
  nonce: 3,
  to,
  value: parseEther('1.5'),
  data: '0x01',
  gas: 21_064n,
  maxFeePerGas: 30_000_000_000n,
  maxPriorityFeePerGas: 1n,
};

describe('the account signs like the key itself', () => {
  it('messages', async () => {
    const remote = await account();
    expect(remote.address).toBe(OPERATOR);
    for (const message of ['hello', '0xabcd', {raw: '0xabcd'} as const, {raw: Uint8Array.of(1, 2, 3)}]) {
      expect(await remote.signMessage({message})).toBe(await local.signMessage({message}));
    }
  });

  it('typed data, with nested structs and large numbers, with and without domain types', async () => {
    const remote = await account();
    expect(await remote.signTypedData(typedData)).toBe(await local.signTypedData(typedData));
    const spelled: TypedDataDefinition = {
      ...typedData,
      domain: {name: 'EigenLayer', chainId: 31337},
      types: {
        ...typedData.types,
        EIP712Domain: [
          {name: 'name', type: 'string'},
          {name: 'chainId', type: 'uint256'},
        ],
      },
    };
    expect(await remote.signTypedData(spelled)).toBe(await local.signTypedData(spelled));
  });

  it.each<[string, TransactionSerializable]>([
    ['EIP-1559', eip1559],
    ['without a type', {...eip1559, type: undefined}],
    ['legacy', {type: 'legacy', chainId: 31337, nonce: 0, to, value: 0n, gas: 21_000n, gasPrice: 7n}],
    ['contract creation', {...eip1559, to: null, data: '0x6000'}],
  ])('transactions: %s', async (_name, tx) => {
    expect(await (await account()).signTransaction(tx)).toBe(await local.signTransaction(tx));
  });
});

it('asks eth_sign, eth_signTypedData and eth_signTransaction, and nothing else', async () => {
  const methods: string[] = [];
  const url = await httpServer((request, response) => {
    void bodyOf(request).then((body) => {
      const {id, method} = JSON.parse(body) as {id: number; method: string};
      methods.push(method);
      response.end(JSON.stringify({jsonrpc: '2.0', id, error: {code: -32603, message: 'Internal error'}}));
    });
  });
  const remote = signerAccount(client(url));
  await expect(remote.signMessage({message: 'x'})).rejects.toMatchObject({code: 'SIGNER_REFUSED'});
  await expect(remote.signTypedData(typedData)).rejects.toMatchObject({code: 'SIGNER_REFUSED'});
  await expect(remote.signTransaction(eip1559)).rejects.toMatchObject({code: 'SIGNER_REFUSED'});
  expect(methods).toEqual(['eth_sign', 'eth_signTypedData', 'eth_signTransaction']);
});

describe('the account refuses', () => {
  it('typed data signed by an old version', async () => {
    await expect((await account({oldVersion: true})).signTypedData(typedData)).rejects.toMatchObject({
      code: 'SIGNER_WRONG_SIGNATURE',
    });
  });

  it.each<[string, SignerFaults]>([
    ['chainId', {wrongChainId: 1}],
    ['type', {strip1559: true}],
    ['raw', {result: '0x02f8'}],
  ])('a transaction with another %s', async (field, faults) => {
    await expect((await account(faults)).signTransaction(eip1559)).rejects.toMatchObject({
      code: 'SIGNER_WRONG_TRANSACTION',
      exitCode: 77,
      details: {field},
    });
  });

  it('a transaction another key signed', async () => {
    const {url} = await devSigner({faults: {signForAnyone: true}});
    const remote = signerAccount(client(url, {address: OTHER_ADDRESS}));
    await expect(remote.signTransaction(eip1559)).rejects.toMatchObject({
      code: 'SIGNER_WRONG_TRANSACTION',
      details: {field: 'sender'},
    });
  });

  it.each<[string, TransactionSerializable]>([
    ['gas', {...eip1559, gas: undefined}],
    ['nonce', {...eip1559, nonce: undefined}],
    ['maxPriorityFeePerGas', {...eip1559, maxPriorityFeePerGas: undefined}],
    ['accessList', {...eip1559, accessList: [{address: to, storageKeys: []}]}],
    ['type', {type: 'eip2930', chainId: 1, nonce: 0, gas: 1n, gasPrice: 1n}],
    ['chainId', {type: 'legacy', nonce: 0, gas: 1n, gasPrice: 1n}],
  ])('to ask for a transaction Web3Signer would complete or cut: %s', async (field, tx) => {
    await expect((await account()).signTransaction(tx)).rejects.toMatchObject({
      code: 'SIGNER_WRONG_TRANSACTION',
      details: {field},
    });
  });
});
