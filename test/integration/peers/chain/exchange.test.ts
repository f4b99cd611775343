import {describe, expect, it} from 'vitest';
import {createChainClient} from '../../../../src/lib/peers/chain/client.ts';
import {revertDataOf} from '../../../../src/lib/peers/chain/revert.ts';
import {requestFailure} from '../../../../src/lib/peers/chain/failure.ts';
import {createExchange} from '../../../../src/lib/peers/chain/rpc/exchange.ts';
import {factsOf, failureKindOf} from '../../../../src/lib/peers/chain/rpc/rpc-failure.ts';
import {broadcast} from '../../../../src/lib/peers/chain/tx/broadcast.ts';
import {startProvider} from '../../../support/provider-shim.ts';

const NOWHERE = 'http://127.0.0.1:1';
const RAW = '0x02f8';

/** What an answer with status 200 is to a request, and to a transaction that is sent. */
async function readOf(answer: object): Promise<unknown> {
  const provider = await startProvider(NOWHERE, {kind: 'says', status: 200, body: JSON.stringify(answer)});
  const {url} = provider;
  const {signal} = new AbortController();
  try {
    const exchange = createExchange({url, endpoint: 'rpc', timeoutMs: 10_000});
    const result = await exchange({method: 'eth_sendRawTransaction', params: [RAW]}, signal).then(
      (value) => ({value}),
      (error: unknown) => failureKindOf(error),
    );
    const node = {
      client: createChainClient({url, signal, time: {monotonic: () => 0, sleep: () => Promise.resolve()}}),
      endpoint: 'rpc',
      chain: {id: 1, genesis: '0x'},
      since: 0n,
      readAt: (latest: bigint) => latest,
    } as const;
    return [result, (await broadcast(node, RAW)).state];
  } finally {
    await provider.close();
  }
}

it.each([
  ['an error without a code', {error: {message: 'upstream is away'}}, ['not-json', 'unknown']],
  ['an error that is a text', {error: 'Too many requests'}, ['busy', 'unknown']],
  ['neither an error nor a result', {message: 'hello'}, ['not-json', 'unknown']],
  ['a result beside an error', {result: '0x1', error: {message: 'no'}}, ['not-json', 'unknown']],
  ['a result of null', {result: null}, [{value: null}, 'taken']],
  ['a result and an error of null', {result: '0x1', error: null}, [{value: '0x1'}, 'taken']],
  ['an error of the node’s inside', {error: {code: -32603, message: 'Internal error'}}, ['node', 'unknown']],
  ['a time-out of the node’s', {error: {code: -32000, message: 'request timed out'}}, ['node', 'unknown']],
  [
    'a refusal',
    {error: {code: -32000, message: 'tx fee (2.00 ether) exceeds the configured cap (1.00 ether)'}},
    ['node', 'refused'],
  ],
])(
  '%s is no answer to a request, and no proof that a transaction was taken or not',
  async (_what, said, is) => {
    expect(await readOf({jsonrpc: '2.0', id: 1, ...said})).toEqual(is);
  },
);

describe('what comes with an error', () => {
  const KEY = 'c0ffee254729296a45a3885639ac7e10';

  async function errorOf(error: string): Promise<unknown> {
    const body = `{"jsonrpc": "2.0", "id": 1, "error": ${error}}`;
    const provider = await startProvider(NOWHERE, {kind: 'says', status: 200, body});
    try {
      const url = `${provider.url}/v3/${KEY}`;
      const exchange = createExchange({url, endpoint: 'rpc', timeoutMs: 10_000});
      return await exchange({method: 'eth_call'}, new AbortController().signal).catch(
        (thrown: unknown) => thrown,
      );
    } finally {
      await provider.close();
    }
  }

  it('names no secret of the URL', async () => {
    const see = {url: `https://rpc.example/v3/${KEY}`, projects: [KEY], [KEY]: `${KEY} is paused`};
    const {message} = requestFailure(
      await errorOf(JSON.stringify({code: -32600, message: 'not now', data: see})),
      'rpc',
    );
    expect(message).toBe(
      'rpc refuses a request (JSON-RPC -32600): "not now {"url":"…","projects":["…"],"…":"… is paused"}"',
    );
  });

  it('keeps the bytes of a revert', async () => {
    const bytes = `0x08c379a0${KEY}`;
    const error = await errorOf(
      JSON.stringify({code: 3, message: 'execution reverted', data: {data: bytes}}),
    );
    expect(revertDataOf(error)).toBe(bytes);
  });

  it('is cut where it has no end', async () => {
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    const data = `[${deep}, "${'x'.repeat(100_000)}"]`;
    const error = await errorOf(`{"code": -32600, "message": "not now", "data": ${data}}`);
    expect(requestFailure(error, 'rpc').message).toMatch(/^rpc refuses a request.{1,200}$/);
    expect(factsOf(error)?.text.length).toBeLessThan(5_000);
  });
});

it('names a port that is never asked, where a socket has no code for it', async () => {
  const exchange = createExchange({
    url: 'http://127.0.0.1:6000/v3/a-key-of-a-plan',
    endpoint: '127.0.0.1:6000',
    timeoutMs: 10_000,
  });
  const error: unknown = await exchange(
    {method: 'eth_chainId', params: []},
    new AbortController().signal,
  ).catch((thrown: unknown) => thrown);
  expect(requestFailure(error, '127.0.0.1:6000').message).toBe('127.0.0.1:6000 cannot be reached (bad port)');
});
