import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {encodeFunctionData, parseAbi, toFunctionSelector} from 'viem';
import {createBlockReader} from '../../../../src/lib/peers/chain/block-reader.ts';
import {createRangeReader, type RangeReaderOptions} from '../../../../src/lib/peers/chain/range.ts';
import {startAnvil, type Anvil} from '../../../../src/devnet/chain/anvil.ts';
import {createDevChain, type DevChain} from '../../../../src/devnet/chain/contracts.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import type {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {SamplingRange} from '../../../../src/lib/protocol/vrf/sampling.ts';
import {compiledContracts} from '../../../support/contracts.ts';
import {rushedTime} from '../../../support/rushed-time.ts';
import {startRpcShim, type Tamper} from '../../../support/rpc-shim.ts';

const OPERATOR = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
const STRANGER = '0x00000000000000000000000000000000000000AA';
/** A loopback port where nothing listens. */
const NOBODY = 'http://127.0.0.1:2';
const MAX_RANGE_CALL = toFunctionSelector('MAX_RANGE()');

let contracts: Awaited<ReturnType<typeof compiledContracts>>;
let anvil: Anvil;
let chain: DevChain;
let ranges: string;

beforeAll(async () => {
  contracts = await compiledContracts();
  anvil = await startAnvil();
  chain = createDevChain(anvil.url, contracts.artifacts);
  ranges = await chain.deployRange();
  await chain.setRange(ranges, OPERATOR, {start: 10n, end: 300_000n});
});

afterAll(async () => {
  await anvil.close();
  contracts.remove();
});

function read(
  over: Partial<RangeReaderOptions> = {},
  signal = AbortSignal.timeout(20_000),
): Promise<SamplingRange> {
  const options = {
    rpcUrls: [anvil.url],
    contract: ranges,
    nodeId: OPERATOR,
    chainId: 31337,
    timeoutMs: 10_000,
    time: rushedTime(),
    ...over,
  };
  return createRangeReader(options).read(signal);
}

async function throughShim<T>(tamper: Tamper, use: (url: string) => Promise<T>): Promise<T> {
  const shim = await startRpcShim(anvil.url, tamper);
  try {
    return await use(shim.url);
  } finally {
    await shim.close();
  }
}

describe('range reader on a real chain', () => {
  it('reads start, end, MAX and the block they stand at', async () => {
    const block = BigInt((await devRpc(anvil.url, 'eth_blockNumber')) as string);
    const range = await read();
    expect(range).toEqual({start: 10n, end: 300_000n, max: 600_000n, block: range.block});
    expect(range.block).toBeGreaterThanOrEqual(block);
  });

  it('follows an update', async () => {
    await chain.setRange(ranges, STRANGER, {start: 0n, end: 1n});
    await chain.setRange(ranges, STRANGER, {start: 5n, end: 600_000n});
    expect(await read({nodeId: STRANGER})).toMatchObject({start: 5n, end: 600_000n});
  });

  it('reads an operator without a range as (0, 0)', async () => {
    expect(await read({nodeId: '0x00000000000000000000000000000000000000Bb'})).toMatchObject({
      start: 0n,
      end: 0n,
      max: 600_000n,
    });
  });

  it('takes 0xffffffff where MAX_RANGE() reverts, and where it returns nothing', async () => {
    const [reverting, silent] = [await chain.deploy('RangesOnly'), await chain.deploy('SilentMax')];
    expect(await read({contract: reverting})).toMatchObject({start: 0n, end: 0n, max: 0xffffffffn});
    expect(await read({contract: silent})).toMatchObject({start: 5n, end: 6n, max: 0xffffffffn});
  });

  it('works for any chain when no chain id is configured', async () => {
    expect(await read({chainId: null})).toMatchObject({start: 10n});
  });
});

describe('range reader, when the chain is not what it should be', () => {
  it('CHAIN_WRONG_ID for another chain, whatever endpoint comes after it', async () => {
    await expect(read({chainId: 1})).rejects.toMatchObject({code: 'CHAIN_WRONG_ID'});
    await expect(read({chainId: 1, rpcUrls: [NOBODY, anvil.url, anvil.url]})).rejects.toMatchObject({
      code: 'CHAIN_WRONG_ID',
    });
  });

  it('CHAIN_NO_CODE for an address without a contract', async () => {
    await expect(read({contract: STRANGER})).rejects.toMatchObject({code: 'CHAIN_NO_CODE'});
  });

  it('CHAIN_BAD_ANSWER for a contract without operatorRanges', async () => {
    await expect(read({contract: await chain.deploy('Unrelated')})).rejects.toMatchObject({
      code: 'CHAIN_BAD_ANSWER',
    });
  });

  it('CHAIN_UNREACHABLE when nobody listens', async () => {
    await expect(read({rpcUrls: [NOBODY]})).rejects.toMatchObject({code: 'CHAIN_UNREACHABLE'});
    await expect(read({rpcUrls: []})).rejects.toMatchObject({code: 'CHAIN_UNREACHABLE'});
  });

  it('CHAIN_UNREACHABLE in time when an endpoint says nothing', async () => {
    const silent = await startRpcShim(NOBODY, () => 'silence');
    const failed = read({rpcUrls: [silent.url], timeoutMs: 100});
    await expect(failed).rejects.toMatchObject({code: 'CHAIN_UNREACHABLE'});
    await silent.close();
  });

  it('ends at once with the signal’s reason', async () => {
    const reason = new Error('stopping');
    await expect(read({}, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  const notAbsent: [string, {status: number; body: (id: unknown) => string}, AosError['code']][] = [
    ['HTTP 500', {status: 500, body: () => 'internal error'}, 'CHAIN_UNREACHABLE'],
    ['HTTP 429', {status: 429, body: () => '{}'}, 'CHAIN_BUSY'],
    [
      'half a JSON text',
      {status: 200, body: (id) => `{"jsonrpc":"2.0","id":${String(id)},"resu`},
      'CHAIN_BAD_ANSWER',
    ],
    [
      'an internal error of the node',
      {status: 200, body: (id) => rpcError(id, -32603, 'internal error')},
      'CHAIN_REFUSED',
    ],
    [
      'a pruned state',
      {status: 200, body: (id) => rpcError(id, -32000, 'missing trie node')},
      'CHAIN_REFUSED',
    ],
    [
      'a value of the wrong length',
      {status: 200, body: (id) => JSON.stringify({jsonrpc: '2.0', id, result: '0x12'})},
      'CHAIN_BAD_ANSWER',
    ],
    [
      'no hex',
      {status: 200, body: (id) => JSON.stringify({jsonrpc: '2.0', id, result: 'many'})},
      'CHAIN_BAD_ANSWER',
    ],
    [
      'null',
      {status: 200, body: (id) => JSON.stringify({jsonrpc: '2.0', id, result: null})},
      'CHAIN_BAD_ANSWER',
    ],
  ];
  it.each(notAbsent)('does not take %s for an absent MAX_RANGE()', async (_what, {status, body}, code) => {
    const failed = throughShim(
      ({id, method, params}) =>
        method === 'eth_call' && params[0]?.data === MAX_RANGE_CALL ? {status, body: body(id)} : null,
      (url) => read({rpcUrls: [url]}),
    );
    await expect(failed).rejects.toMatchObject({code});
  });

  it.each([
    [3, 'execution reverted'],
    [-32000, 'execution reverted'],
    [-32015, 'VM execution error.'],
    [-32603, 'Error: VM Exception while processing transaction: reverted without a reason string'],
  ])('takes the revert of a node that says %d %s for one', async (code, message) => {
    const range = await throughShim(
      ({id, method, params}) =>
        method === 'eth_call' && params[0]?.data === MAX_RANGE_CALL
          ? {status: 200, body: rpcError(id, code, message)}
          : null,
      (url) => read({rpcUrls: [url]}),
    );
    expect(range).toMatchObject({start: 10n, max: 0xffffffffn});
  });

  it('continues to the next endpoint, and reads everything from that one', async () => {
    expect(await read({rpcUrls: [NOBODY, anvil.url]})).toMatchObject({
      start: 10n,
      end: 300_000n,
      max: 600_000n,
    });
    const range = await throughShim(
      ({method}) => (method === 'eth_call' ? {status: 503, body: ''} : null),
      (url) => read({rpcUrls: [url, anvil.url]}),
    );
    expect(range).toMatchObject({start: 10n, max: 600_000n});
  });

  it('never shows the secrets of an RPC URL, and names every endpoint that failed', async () => {
    const secret = 'http://user:hunter2@127.0.0.1:2/v3/deadbeefkey?token=t0ken';
    const error = await read({rpcUrls: [secret, 'http://127.0.0.1:3/other-secret']}).then(
      () => null,
      (thrown: unknown) => thrown as AosError,
    );
    expect(error?.message).toContain('127.0.0.1:2 cannot be reached (ECONNREFUSED)');
    expect(error?.message).toContain('127.0.0.1:3 ');
    const shown = `${error?.message} ${String(error?.stack)} ${JSON.stringify(error)} ${String(error?.cause)}`;
    expect(shown).not.toMatch(/hunter2|deadbeefkey|t0ken|other-secret/);
  });
});

describe('OperatorRangeManager', () => {
  const abi = parseAbi([
    'function registerOperator(address,uint256,uint256)',
    'function getNumOperators() view returns (uint256)',
    'function operators(uint256) view returns (address)',
    'function getOperatorsInRange(uint256) view returns (address[])',
    'function owner() view returns (address)',
  ]);
  const view = async (data: string): Promise<string> =>
    (await devRpc(anvil.url, 'eth_call', [{to: ranges, data}, 'latest'])) as string;

  it('lists the operators whose range holds a value, both ends included', async () => {
    const found = async (value: bigint): Promise<boolean> =>
      (await view(encodeFunctionData({abi, functionName: 'getOperatorsInRange', args: [value]}))).includes(
        OPERATOR.slice(2).toLowerCase(),
      );
    expect([await found(9n), await found(10n), await found(300_000n), await found(300_001n)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(await view(encodeFunctionData({abi, functionName: 'operators', args: [0n]}))).toContain(
      OPERATOR.slice(2).toLowerCase(),
    );
  });

  it('lets nobody but its owner register, and refuses a range outside (0 … MAX_RANGE)', async () => {
    const accounts = (await devRpc(anvil.url, 'eth_accounts')) as string[];
    const register = (from: string | undefined, start: bigint, end: bigint): Promise<unknown> =>
      devRpc(anvil.url, 'eth_call', [
        {
          from,
          to: ranges,
          data: encodeFunctionData({
            abi,
            functionName: 'registerOperator',
            args: ['0x00000000000000000000000000000000000000cc', start, end],
          }),
        },
        'latest',
      ]);
    await expect(register(accounts[0], 0n, 600_000n)).resolves.toBe('0x');
    await expect(register(accounts[1], 0n, 600_000n)).rejects.toMatchObject({code: 'DEVNET_FAILED'});
    await expect(register(accounts[0], 0n, 600_001n)).rejects.toMatchObject({code: 'DEVNET_FAILED'});
    await expect(register(accounts[0], 7n, 7n)).rejects.toMatchObject({code: 'DEVNET_FAILED'});
  });
});

function rpcError(id: unknown, code: number, message: string): string {
  return JSON.stringify({jsonrpc: '2.0', id, error: {code, message}});
}

describe('block reader on a real chain', () => {
  const newest = (
    rpcUrls: readonly string[],
    {timeoutMs = 10_000, signal = AbortSignal.timeout(20_000)} = {},
  ) => createBlockReader({rpcUrls, timeoutMs}).newest(signal);

  it('reads number and time of the newest block, also from the second endpoint', async () => {
    const at = Math.floor(Date.now() / 1000) + 3_600;
    await devRpc(anvil.url, 'evm_setNextBlockTimestamp', [at]);
    await devRpc(anvil.url, 'evm_mine', []);
    const number = BigInt((await devRpc(anvil.url, 'eth_blockNumber')) as string);
    expect(await newest([anvil.url])).toEqual({number, at: at * 1000});
    expect(await newest([NOBODY, anvil.url])).toEqual({number, at: at * 1000});
  });

  it('fails with a code, in time, and with the signal’s reason', async () => {
    await expect(newest([NOBODY])).rejects.toMatchObject({code: 'CHAIN_UNREACHABLE'});
    await throughShim(
      () => 'silence',
      (url) => expect(newest([url], {timeoutMs: 100})).rejects.toMatchObject({code: 'CHAIN_UNREACHABLE'}),
    );
    await throughShim(
      ({id, method}) =>
        method === 'eth_getBlockByNumber'
          ? {
              status: 200,
              body: JSON.stringify({
                jsonrpc: '2.0',
                id,
                result: {number: '0x1', timestamp: '0xffffffffffffff'},
              }),
            }
          : null,
      (url) => expect(newest([url])).rejects.toMatchObject({code: 'CHAIN_BAD_ANSWER'}),
    );
    const reason = new Error('stopping');
    await expect(newest([anvil.url], {signal: AbortSignal.abort(reason)})).rejects.toBe(reason);
  });
});
