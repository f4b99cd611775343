import {readFileSync} from 'node:fs';
import {encodeFunctionData, parseAbi, type Hex} from 'viem';
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {replaceTransaction} from '../../../../../src/lib/peers/chain/tx/replace.ts';
import {transact, type TransactOutcome} from '../../../../../src/lib/peers/chain/tx/transact.ts';
import {startAnvil, type Anvil} from '../../../../../src/devnet/chain/anvil.ts';
import {devRpc} from '../../../../../src/devnet/chain/rpc.ts';
import {compiledContracts} from '../../../../support/contracts.ts';
import {startRpcShim, type Rewrite, type Tamper} from '../../../../support/rpc-shim.ts';
import {fund, limits, process, stateDir, steppedTime, yes, planFor} from '../../../../support/tx.ts';

const ABI = parseAbi(['function register()', 'function setDepth(uint256 value)']);
const REGISTER = encodeFunctionData({abi: ABI, functionName: 'register'});

let anvil: Anvil;
let other: string;
let histories: Hex;
let fresh: unknown;

beforeAll(async () => {
  // One after the other: a compilation holds the event loop for longer than anvil may take to listen.
  const contracts = await compiledContracts();
  anvil = await startAnvil({blockTime: 10_000});
  const {bytecode} = JSON.parse(readFileSync(new URL('Histories.json', contracts.artifacts), 'utf8')) as {
    bytecode: Hex;
  };
  contracts.remove();
  [other] = (await rpc('eth_accounts')) as [string];
  const hash = await rpc('eth_sendTransaction', {from: other, data: bytecode, gas: '0x200000'});
  await rpc('evm_mine');
  const receipt = (await rpc('eth_getTransactionReceipt', hash)) as {contractAddress: Hex};
  histories = receipt.contractAddress;
  await fund(anvil.url);
  fresh = await rpc('evm_snapshot');
}, 60_000);
afterAll(() => anvil.close());
beforeEach(async () => {
  await rpc('anvil_dropAllTransactions');
  await rpc('evm_revert', fresh);
  fresh = await rpc('evm_snapshot');
});

const rpc = (method: string, ...params: unknown[]) => devRpc(anvil.url, method, params);

/** Another account's call, which is the last of the head block. */
async function inTheHeadBlock(data: Hex): Promise<void> {
  await rpc('eth_sendTransaction', {from: other, to: histories, data, gas: '0x1000000'});
  await rpc('evm_mine');
}
const setDepth = (value: bigint) =>
  inTheHeadBlock(encodeFunctionData({abi: ABI, functionName: 'setDepth', args: [value]}));

const request = (intent: string) => ({
  intent,
  plan: () => Promise.resolve({...planFor(histories, intent), data: REGISTER}),
});

async function registerBehindAnother(url: string, times: number): Promise<string[]> {
  const deps = await process(url);
  const states: string[] = [];
  for (let n = 0; n < times; n += 1) {
    await inTheHeadBlock(REGISTER);
    states.push((await transact(deps, request(`register:${n}`), limits(), yes)).state);
  }
  return states;
}

async function throughShim<T>(tamper: Tamper, rewrite: Rewrite, use: (url: string) => Promise<T>) {
  const shim = await startRpcShim(anvil.url, tamper, rewrite);
  try {
    return await use(shim.url);
  } finally {
    await shim.close();
  }
}

const pass: Tamper = () => null;
const same: Rewrite = (asked) => asked;
const attemptOf = (done: TransactOutcome) => {
  if (!('attempt' in done)) throw new Error(done.state);
  return done.attempt;
};

describe('the gas of a registration behind another’s in the head block', () => {
  it('is enough every time: it is estimated for the block that runs it', async () => {
    expect(await registerBehindAnother(anvil.url, 8)).toEqual(Array(8).fill('mined'));
  });

  const refusing: Tamper = ({id, method, params}) =>
    method === 'eth_estimateGas' && params.length > 2
      ? {
          status: 200,
          body: JSON.stringify({jsonrpc: '2.0', id, error: {code: -32602, message: 'too many arguments'}}),
        }
      : null;
  const ignoring: Rewrite = (asked) =>
    asked.method === 'eth_estimateGas' ? {...asked, params: asked.params.slice(0, 2)} : asked;

  it.each([
    ['refuses another block number', refusing, same],
    ['ignores another block number', pass, ignoring],
  ])('is enough where the RPC %s: the headroom is wider', async (_what, tamper, rewrite) => {
    const states = await throughShim(tamper, rewrite, (url) => registerBehindAnother(url, 2));
    expect(states).toEqual(['mined', 'mined']);
  });
});

describe('a call that needs more gas than when it was shown', () => {
  it('is sent with the higher estimate', async () => {
    const deps = await process(anvil.url);
    const shown: bigint[] = [];
    const done = await transact(deps, request('register'), limits(), async ({gas}) => {
      shown.push(gas);
      await setDepth(6n);
      return true;
    });
    expect(done.state).toBe('mined');
    expect(attemptOf(done).gas).toBeGreaterThan(2n * shown[0]!);
  });

  it('is not sent when the account cannot pay for the higher one', async () => {
    const deps = await process(anvil.url);
    const sent = transact(deps, request('register'), limits(), async ({mostWei}) => {
      await setDepth(6n);
      await fund(anvil.url, mostWei);
      return true;
    });
    await expect(sent).rejects.toMatchObject({code: 'TX_INSUFFICIENT_FUNDS'});
    expect(deps.journal.list(9)).toEqual([]);
  });

  it('is sped up with the gas that it needs now', async () => {
    const dir = stateDir();
    const slow = await process(anvil.url, {dir, time: steppedTime()});
    const attempt = attemptOf(await transact(slow, request('register'), limits({waitMs: 0}), yes));
    await rpc('anvil_dropAllTransactions');
    await setDepth(6n);
    const deps = await process(anvil.url, {dir});
    const done = await replaceTransaction(deps, {attempt, kind: 'speed-up'}, limits(), async () => {
      await setDepth(8n);
      return true;
    });
    expect(done).toMatchObject({state: 'mined', attempt: {kind: 'speed-up', nonce: attempt.nonce}});
  });

  it('is sent anew with the same nonce when its signed bytes were never broadcast', async () => {
    const dir = stateDir();
    const lost: Tamper = ({method}) => (method === 'eth_sendRawTransaction' ? {status: 502, body: ''} : null);
    const first = await throughShim(lost, same, async (url) =>
      transact(await process(url, {dir, time: steppedTime()}), request('register'), limits({waitMs: 0}), yes),
    );
    await setDepth(6n);
    const done = await transact(await process(anvil.url, {dir}), request('register'), limits(), yes);
    expect(done).toMatchObject({state: 'mined', resumed: false, attempt: {nonce: attemptOf(first).nonce}});
    expect(attemptOf(done).gas).toBeGreaterThan(attemptOf(first).gas);
  });
});

describe('a transaction that ran out of gas', () => {
  it('says so, with what it used of its limit, and what to do', async () => {
    const tooLittle: Tamper = ({id, method}) =>
      method === 'eth_estimateGas'
        ? {status: 200, body: JSON.stringify({jsonrpc: '2.0', id, result: '0x9c40'})}
        : null;
    await throughShim(tooLittle, same, async (url) => {
      const deps = await process(url);
      const failed = transact(deps, request('register'), limits(), yes);
      await expect(failed).rejects.toMatchObject({
        code: 'TX_REVERTED',
        exitCode: 77,
        message: expect.stringMatching(/ran out of gas: it used \d+ of its limit of 48000$/) as string,
        next: {say: 'Run the command again: it estimates the gas again. Nothing has changed.'},
        details: {outOfGas: true, gas: '48000'},
      });
    });
  });
});
