import {createClient, RpcRequestError} from 'viem';
import {describe, expect, it} from 'vitest';
import type {Exchange} from '../../../../src/lib/peers/chain/rpc/exchange.ts';
import {createRpcTransport} from '../../../../src/lib/peers/chain/rpc/transport.ts';
import {unwatched} from '../../../../src/lib/peers/chain/rpc/watch.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

/** Sends requests through a transport whose exchange ends by hand. */
function rig(count: number) {
  const time = virtualTime();
  const open: {resolve: (result: unknown) => void; reject: (error: unknown) => void}[] = [];
  const seen = {most: 0, active: 0};
  const exchange: Exchange = () => {
    seen.active += 1;
    seen.most = Math.max(seen.most, seen.active);
    return new Promise<unknown>((resolve, reject) => open.push({resolve, reject})).finally(() => {
      seen.active -= 1;
    });
  };
  const transport = createRpcTransport({
    exchange,
    endpoint: 'rpc.example',
    signal: new AbortController().signal,
    hasNext: () => false,
    time,
    random: () => 0,
    watch: unwatched,
  });
  const client = createClient({transport});
  const all = Promise.all(Array.from({length: count}, (_, i) => client.request({method: `m_${i}` as never})));
  return {time, open, seen, all};
}

const busy = (): RpcRequestError =>
  new RpcRequestError({body: {}, url: 'rpc.example', error: {code: 429, message: 'too many requests'}});

describe('requests to one RPC', () => {
  it('are never more than 16 at once, also when many wait for the first answer', async () => {
    const {time, open, seen, all} = rig(60);
    await time.advance(0);
    expect(seen).toEqual({most: 16, active: 16});
    while (open.length > 0) {
      open.shift()?.resolve('0x1');
      await time.advance(0);
    }
    await all;
    expect(seen).toEqual({most: 16, active: 0});
  });

  it('are half as many after a refusal for too many, and one more after 16 answers', async () => {
    const {time, open, seen, all} = rig(60);
    await time.advance(0);
    open.shift()?.reject(busy());
    await time.advance(0);
    for (const one of open.splice(0)) one.resolve('0x1');
    await time.advance(0);
    seen.most = 0;
    await time.advance(1_000);
    expect(seen).toEqual({most: 9, active: 9});
    while (open.length > 0) {
      open.shift()?.resolve('0x1');
      await time.advance(0);
    }
    await all;
  });
});
