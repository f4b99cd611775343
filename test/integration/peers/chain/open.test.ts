import {encodeDeployData, parseAbi, toHex, type Hex} from 'viem';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {call, valueOf} from '../../../../src/lib/peers/chain/read.ts';
import {MULTICALL3} from '../../../../src/lib/peers/chain/gathered-reads.ts';
import {openChain, withChain, type OpenChainOptions} from '../../../../src/lib/peers/chain/open.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {says, startAnswersChain, type AnswersChain} from '../../../support/answers.ts';
import {rushedTime} from '../../../support/rushed-time.ts';
import {startRpcShim, type Tamper} from '../../../support/rpc-shim.ts';
import {startStepCounter} from '../../../support/rpc-steps.ts';

const NOBODY = 'http://127.0.0.1:1';
const ABI = parseAbi([
  'function number() view returns (uint256)',
  'function double(uint256) view returns (uint256)',
  'function absent() view returns (uint256)',
  'function refused() view returns (uint256)',
]);

/** Compiling the contracts anew takes its time on a busy machine. */
const COMPILE_MS = 60_000;

let chain: AnswersChain;
let contract: Hex;

beforeAll(async () => {
  chain = await startAnswersChain();
  contract = await chain.contract([
    says(ABI, 'number', 42n),
    {abi: ABI, name: 'refused', revert: '0x32d0cefa'},
    ...Array.from({length: 40}, (_, i) => says(ABI, 'double', BigInt(i * 2), [BigInt(i)])),
  ]);
}, COMPILE_MS);

afterAll(() => chain.close());

const options = (changes: Partial<OpenChainOptions> = {}): OpenChainOptions => ({
  rpcUrls: [chain.anvil.url],
  chainId: 31337,
  timeoutMs: 5_000,
  time: rushedTime(),
  signal: new AbortController().signal,
  ...changes,
});

const throughShim = async <T>(tamper: Tamper, work: (url: string) => Promise<T>): Promise<T> => {
  const shim = await startRpcShim(chain.anvil.url, tamper);
  try {
    return await work(shim.url);
  } finally {
    await shim.close();
  }
};
const answer = (id: unknown, result: unknown): {status: number; body: string} => ({
  status: 200,
  body: JSON.stringify({jsonrpc: '2.0', id, result}),
});

describe('Chain.read', () => {
  const mixed = async (url: string): Promise<unknown> => {
    const opened = await openChain(options({rpcUrls: [url]}));
    const [number, absent, refused, nowhere] = await opened.read([
      call(ABI, contract, 'number', []),
      call(ABI, contract, 'absent', []),
      call(ABI, contract, 'refused', []),
      call(ABI, '0x00000000000000000000000000000000000000aA', 'number', []),
    ]);
    return [number, absent, refused, nowhere].map((result) =>
      result.ok ? result.value : [result.error.code, result.error.details['reason'] ?? null],
    );
  };
  const expected = [
    42n,
    ['CHAIN_REVERTED', null],
    ['CHAIN_REVERTED', 'ejection-cooldown'],
    ['CHAIN_BAD_ANSWER', null],
  ];

  it('gives values, known and unknown reverts and silence each by its place, without Multicall3', async () => {
    expect(await mixed(chain.anvil.url)).toEqual(expected);
  });

  it('is one dependent step of any size, without Multicall3 and with it', async () => {
    const counter = await startStepCounter(chain.anvil.url);
    const many = Array.from({length: 400}, (_, i) => call(ABI, contract, 'double', [BigInt(i % 40)]));
    const run = async (stepsOfFirst: number): Promise<void> => {
      const opened = await openChain(options({rpcUrls: [counter.url]}));
      expect(counter.take().steps).toBe(1);
      const results = await opened.read(many);
      expect(results.map(valueOf)).toEqual(many.map((_, i) => BigInt((i % 40) * 2)));
      const {steps, requests} = counter.take();
      expect(steps).toBe(stepsOfFirst);
      expect(requests).toBeLessThanOrEqual(8);
      expect((await opened.read(many)).map(valueOf)).toEqual(results.map(valueOf));
      expect(counter.take().steps).toBe(1);
    };
    // The first finds that there is none.
    await run(2);
    const code = await multicall3Code();
    await devRpc(chain.anvil.url, 'anvil_setCode', [MULTICALL3, code]);
    await run(1);
    expect(await mixed(chain.anvil.url)).toEqual(expected);
    await devRpc(chain.anvil.url, 'anvil_setCode', [MULTICALL3, '0x']);
    await counter.close();
  });

  it('tells a contract that breaks off, burning all gas, from an RPC that fails; the others still answer', async () => {
    const broken: Hex = '0x00000000000000000000000000000000000000bB';
    await devRpc(chain.anvil.url, 'anvil_setCode', [broken, '0xfe']);
    const read = async (): Promise<unknown> => {
      const opened = await openChain(options());
      const results = await opened.read([
        ...Array.from({length: 6}, () => call(ABI, broken, 'number', [])),
        call(ABI, contract, 'number', []),
        call(ABI, contract, 'refused', []),
      ]);
      return results.map((result) => (result.ok ? result.value : result.error.code));
    };
    const told = [...Array.from({length: 6}, () => 'CHAIN_REVERTED'), 42n, 'CHAIN_REVERTED'];
    expect(await read()).toEqual(told);
    await devRpc(chain.anvil.url, 'anvil_setCode', [MULTICALL3, await multicall3Code()]);
    expect(await read()).toEqual(told);
    await devRpc(chain.anvil.url, 'anvil_setCode', [MULTICALL3, '0x']);
  });

  it('asks what broke off again call by call: some at once, and no more of them than are worth it', async () => {
    const broken: Hex = '0x00000000000000000000000000000000000000bB';
    await devRpc(chain.anvil.url, 'anvil_setCode', [broken, '0xfe']);
    const counter = await startStepCounter(chain.anvil.url);
    const opened = await openChain(options({rpcUrls: [counter.url]}));
    counter.take();
    const all = (count: number) =>
      Array.from({length: count}, (_, i) => call(ABI, broken, 'double', [BigInt(i)]));
    const results = await opened.read(all(256));
    expect(results.every((result) => !result.ok && result.error.code === 'CHAIN_REVERTED')).toBe(true);
    // 32 at once; a node that calls it an error of its own is asked a second time.
    expect(counter.take().steps).toBeGreaterThanOrEqual(1 + 256 / 32);
    await expect(opened.read(all(300))).rejects.toMatchObject({
      code: 'CHAIN_BAD_ANSWER',
      message: expect.stringMatching(/broke off requests with 300 calls, more than the 256/) as string,
      next: {say: expect.stringMatching(/more gas/) as string},
    });
    expect(counter.take().requests).toBeLessThan(32);
    await counter.close();
  });

  it('reads what is asked for together with a contract that breaks off, however much that is', async () => {
    const broken: Hex = '0x00000000000000000000000000000000000000bB';
    await devRpc(chain.anvil.url, 'anvil_setCode', [broken, '0xfe']);
    await devRpc(chain.anvil.url, 'anvil_setCode', [MULTICALL3, await multicall3Code()]);
    const counter = await startStepCounter(chain.anvil.url);
    const opened = await openChain(options({rpcUrls: [counter.url]}));
    counter.take();
    const [halted, ...others] = await Promise.all([
      opened.read(Array.from({length: 6}, () => call(ABI, broken, 'number', []))),
      ...Array.from({length: 10}, () =>
        opened.read(Array.from({length: 40}, (_, i) => call(ABI, contract, 'double', [BigInt(i)]))),
      ),
    ]);
    expect(halted.every((result) => !result.ok && result.error.code === 'CHAIN_REVERTED')).toBe(true);
    const expected = Array.from({length: 40}, (_, i) => BigInt(i * 2));
    expect(others.map((results) => results.map(valueOf))).toEqual(others.map(() => expected));
    // The request, its 13 groups, the calls of one group, and what a node is asked a second time.
    expect(counter.take().requests).toBeLessThan(100);
    await devRpc(chain.anvil.url, 'anvil_setCode', [MULTICALL3, '0x']);
    await counter.close();
  });

  it('reads nothing without asking', async () => {
    const opened = await openChain(options());
    expect(await opened.read([])).toEqual([]);
  });

  it('stays at the block it was opened at', async () => {
    const opened = await openChain(options());
    await chain.teach(contract, [says(ABI, 'number', 43n)]);
    const [before] = await opened.read([call(ABI, contract, 'number', [])]);
    const [after] = await (await openChain(options())).read([call(ABI, contract, 'number', [])]);
    expect([valueOf(before), valueOf(after)]).toEqual([42n, 43n]);
    await chain.teach(contract, [says(ABI, 'number', 42n)]);
  });
});

/** The runtime code that viem's deployless call creates: what stands at the canonical address on real chains. */
async function multicall3Code(): Promise<Hex> {
  let init: Hex = '0x';
  await throughShim(
    (request) => {
      const data = request.method === 'eth_call' ? (request.params[0]?.data ?? '') : '';
      if (data.length > 1000 && init === '0x') init = data as Hex;
      return null;
    },
    async (url) => {
      const opened = await openChain(options({rpcUrls: [url]}));
      await opened.read([call(ABI, contract, 'number', [])]);
    },
  );
  // viem’s wrapper takes (bytes code, bytes data), creates the first and calls it with the second.
  const start = init.indexOf('6080604052', 10);
  const length = Number.parseInt(init.slice(start - 64, start), 16) * 2;
  const creation: Hex = `0x${init.slice(start, start + length)}`;
  const [from] = (await devRpc(chain.anvil.url, 'eth_accounts')) as Hex[];
  const data = encodeDeployData({abi: [], bytecode: creation});
  return (await devRpc(chain.anvil.url, 'eth_call', [{from, data, gas: toHex(10_000_000)}, 'latest'])) as Hex;
}

describe('openChain', () => {
  it('tells the endpoint’s host, the chain, the block and its time', async () => {
    const opened = await openChain(options({chainId: null}));
    expect(opened).toMatchObject({endpoint: new URL(chain.anvil.url).host, chainId: 31337});
    expect(opened.blockNumber).toBeGreaterThan(0n);
    expect(opened.timestamp).toBeGreaterThan(1_600_000_000n);
  });

  it('continues to the next endpoint when one is dead, broken or silent', async () => {
    await expect(openChain(options({rpcUrls: [NOBODY, chain.anvil.url]}))).resolves.toBeDefined();
    await throughShim(
      () => 'silence',
      async (url) => {
        const opened = await openChain(options({rpcUrls: [url, chain.anvil.url], timeoutMs: 200}));
        expect(opened.endpoint).toBe(new URL(chain.anvil.url).host);
      },
    );
  });

  it('CHAIN_WRONG_ID for another chain, whatever comes after it', async () => {
    await expect(openChain(options({chainId: 1}))).rejects.toMatchObject({
      code: 'CHAIN_WRONG_ID',
      exitCode: 77,
    });
    await throughShim(
      ({method, id}) => (method === 'eth_chainId' ? answer(id, '0x1') : null),
      async (url) => {
        await expect(openChain(options({rpcUrls: [url, chain.anvil.url]}))).rejects.toMatchObject({
          code: 'CHAIN_WRONG_ID',
        });
      },
    );
  });

  it.each<[string, Tamper]>([
    ['half an answer', ({id}) => ({status: 200, body: `{"jsonrpc":"2.0","id":${String(id)},"result":"0x7`})],
    ['no block', ({id, method}) => (method === 'eth_getBlockByNumber' ? answer(id, null) : null)],
    [
      'a block without number and time',
      ({id, method}) => (method === 'eth_getBlockByNumber' ? answer(id, {hash: '0x12'}) : null),
    ],
    ['a chain id that is none', ({id, method}) => (method === 'eth_chainId' ? answer(id, '0xzz') : null)],
  ])('CHAIN_BAD_ANSWER for %s', async (_name, tamper) => {
    await throughShim(tamper, async (url) => {
      await expect(openChain(options({rpcUrls: [url], chainId: null}))).rejects.toMatchObject({
        code: 'CHAIN_BAD_ANSWER',
      });
    });
  });

  it('CHAIN_BAD_ANSWER for a latest block in the future, but not on a development chain', async () => {
    const ahead: Tamper = ({id, method}) => {
      if (method === 'eth_chainId') return answer(id, '0x1');
      if (method !== 'eth_getBlockByNumber') return null;
      return answer(id, {number: '0x10', timestamp: toHex(2_000_000_000), transactions: []});
    };
    const at = (now: number) => (url: string) =>
      openChain(options({rpcUrls: [url], chainId: 1, now: () => now}));
    await throughShim(ahead, async (url) => {
      await expect(at(2_000_000_000_000 - 3_600_000)(url)).rejects.toMatchObject({code: 'CHAIN_BAD_ANSWER'});
      await expect(at(2_000_000_000_000 - 60_000)(url)).resolves.toMatchObject({chainId: 1});
    });
    await expect(openChain(options({now: () => 0}))).resolves.toBeDefined();
  });

  it('CHAIN_BAD_ANSWER when the node that answers a read is of another chain, and asks for that no request of its own', async () => {
    const counter = await startStepCounter(chain.anvil.url);
    const opened = await openChain(options({rpcUrls: [counter.url]}));
    // The first one finds that there is no Multicall3.
    await opened.read([call(ABI, contract, 'number', [])]);
    counter.take();
    await opened.read([call(ABI, contract, 'number', [])]);
    expect(counter.take().requests).toBe(1);
    await devRpc(chain.anvil.url, 'anvil_setChainId', [1]);
    try {
      await expect(opened.read([call(ABI, contract, 'number', [])])).rejects.toMatchObject({
        code: 'CHAIN_BAD_ANSWER',
      });
    } finally {
      await devRpc(chain.anvil.url, 'anvil_setChainId', [31337]);
      await counter.close();
    }
  });

  it('CHAIN_UNREACHABLE from a read when the endpoint breaks after it was opened', async () => {
    let broken = false;
    await throughShim(
      () => (broken ? {status: 503, body: ''} : null),
      async (url) => {
        const opened = await openChain(options({rpcUrls: [url]}));
        broken = true;
        await expect(opened.read([call(ABI, contract, 'number', [])])).rejects.toMatchObject({
          code: 'CHAIN_UNREACHABLE',
        });
        broken = false;
        const numbers = await withChain(options({rpcUrls: [url, chain.anvil.url]}), async (taken) => {
          broken = taken.endpoint === new URL(url).host;
          const [number] = await taken.read([call(ABI, contract, 'number', [])]);
          return valueOf(number);
        });
        expect(numbers).toBe(42n);
      },
    );
  });

  it('an internal error of the node is not a revert', async () => {
    await throughShim(
      ({id, method}) =>
        method === 'eth_call'
          ? {
              status: 200,
              body: JSON.stringify({jsonrpc: '2.0', id, error: {code: -32603, message: 'internal'}}),
            }
          : null,
      async (url) => {
        const opened = await openChain(options({rpcUrls: [url]}));
        await expect(opened.read([call(ABI, contract, 'number', [])])).rejects.toMatchObject({
          code: 'CHAIN_REFUSED',
        });
      },
    );
  });

  it('never shows the secrets of an RPC URL', async () => {
    const secret = 'http://user:hunter2@127.0.0.1:2/v3/deadbeefkey?token=t0ken';
    const error = await openChain(options({rpcUrls: [secret]})).then(
      () => null,
      (thrown: unknown) => thrown as AosError,
    );
    expect(error).toBeInstanceOf(AosError);
    const shown = `${error?.message} ${String(error?.stack)} ${JSON.stringify(error)} ${String(error?.cause)}`;
    expect(shown).toContain('127.0.0.1:2');
    expect(shown).not.toMatch(/hunter2|deadbeefkey|t0ken/);
  });

  it('ends at once with the signal’s reason', async () => {
    const reason = new Error('stopping');
    await expect(openChain(options({signal: AbortSignal.abort(reason)}))).rejects.toBe(reason);
    const controller = new AbortController();
    await throughShim(
      () => 'silence',
      async (url) => {
        const opening = openChain(options({rpcUrls: [url], signal: controller.signal}));
        controller.abort(reason);
        await expect(opening).rejects.toBe(reason);
      },
    );
  });
});
