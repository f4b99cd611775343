import {describe, expect, it} from 'vitest';
import {readLogFailure, type LogFailure, type LogLimit} from '../../../../src/lib/peers/chain/log-cap.ts';

type Case = [provider: string, failure: Partial<LogFailure>, expected: LogLimit];
const blocks = (count: number): LogLimit => ({kind: 'blocks', blocks: count});
const suggested = (from: number, to: number): LogLimit => ({kind: 'results', suggested: {from, to}});
const results: LogLimit = {kind: 'results', suggested: null};
const range: LogLimit = {kind: 'range'};
const busy: LogLimit = {kind: 'busy'};

const CASES: Case[] = [
  [
    'Alchemy free',
    {
      status: 400,
      code: -32600,
      text: 'Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x152f68c, 0x152f695]. Upgrade to PAYG for expanded block range.',
    },
    blocks(10),
  ],
  [
    'Alchemy, answer too large',
    {
      status: 200,
      code: -32602,
      text: 'Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or you can request any block range with a cap of 10K logs in the response. Based on your parameters and the response size limit, this block range should work: [0xf42400, 0xf42bff]',
    },
    suggested(0xf42400, 0xf42bff),
  ],
  [
    'Infura, results',
    {
      status: 200,
      code: -32005,
      text: 'query returned more than 10000 results. Try with this block range [0x152F68C, 0x152F6F0].',
    },
    suggested(0x152f68c, 0x152f6f0),
  ],
  ['Infura, time', {status: 200, code: -32005, text: 'query timeout exceeded'}, results],
  [
    'Infura, range',
    {status: 200, code: -32602, text: 'range 1000000 exceeds limit of 10000'},
    blocks(10_000),
  ],
  ['publicnode', {status: 200, code: -32701, text: 'exceed maximum block range: 50000'}, blocks(50_000)],
  [
    'publicnode, old blocks',
    {
      status: 403,
      code: -32602,
      text: 'Archive requests require a personal token. Get one at: https://www.allnodes.com/publicnode',
    },
    {kind: 'stop', why: 'archive'},
  ],
  ['1rpc', {status: 200, code: -32602, text: 'eth_getLogs is limited to 0 - 50 blocks range'}, blocks(50)],
  [
    '1rpc, before',
    {status: 200, code: -32602, text: 'eth_getLogs is limited to a 1000 blocks range'},
    blocks(1000),
  ],
  [
    '1rpc, size',
    {status: 200, code: -32602, text: 'response size should not greater than 10000000 bytes'},
    results,
  ],
  [
    'QuickNode',
    {status: 413, code: -32614, text: 'eth_getLogs is limited to a 10,000 range'},
    blocks(10_000),
  ],
  ['QuickNode free', {status: 413, code: -32614, text: 'eth_getLogs is limited to a 5 range'}, blocks(5)],
  [
    'Cloudflare',
    {status: 200, code: -32047, text: 'Invalid eth_getLogs request. Block range too large. Max range: 800'},
    blocks(800),
  ],
  [
    'drpc',
    {status: 200, code: 35, text: 'ranges over 10000 blocks are not supported on freetier'},
    blocks(10_000),
  ],
  ['ankr', {status: 200, code: -32600, text: 'block range is too wide'}, range],
  ['llamarpc', {status: 200, code: -32005, text: 'query exceeds max results 20000'}, results],
  [
    'thirdweb',
    {status: 200, code: -32005, text: 'Maximum allowed number of requested blocks is 1000'},
    blocks(1000),
  ],
  [
    'merkle',
    {status: 200, code: -32602, text: 'eth_getLogs range is too large, max is 1k blocks'},
    blocks(1000),
  ],
  ['reth', {status: 200, code: -32602, text: 'query exceeds max block range 100000'}, blocks(100_000)],
  [
    'reth, results',
    {status: 200, code: -32602, text: 'query exceeds max results 20000, retry with the range 100-200'},
    results,
  ],
  ['a gateway’s 413', {status: 413, text: 'Request Entity Too Large'}, range],
  ['a bare 413', {status: 413}, range],
  ['too many requests', {status: 429, text: 'Too Many Requests'}, busy],
  [
    'Alchemy, rate',
    {status: 429, code: 429, text: 'Your app has exceeded its compute units per second capacity'},
    busy,
  ],
  ['rate in a 200', {status: 200, code: -32005, text: 'project ID request rate exceeded'}, busy],
  ['bad gateway', {status: 502, text: '<html>Bad Gateway</html>'}, busy],
  ['reset', {status: null}, busy],
  ['internal error', {status: 200, code: -32603, text: 'Internal error'}, busy],
  ['a node behind', {status: 200, code: -32000, text: 'block range extends beyond current head block'}, busy],
  [
    'Infura, quota',
    {status: 429, code: -32005, text: 'daily request count exceeded, request rate limited'},
    {kind: 'stop', why: 'quota'},
  ],
  ['pruned', {status: 200, code: 4444, text: 'pruned history unavailable'}, {kind: 'stop', why: 'archive'}],
  ['no key', {status: 401, text: 'Must be authenticated!'}, {kind: 'stop', why: 'denied'}],
  ['forbidden', {status: 403, text: 'Forbidden'}, {kind: 'stop', why: 'denied'}],
  [
    'no such method',
    {status: 200, code: -32601, text: 'the method eth_getLogs does not exist/is not available'},
    {kind: 'stop', why: 'unsupported'},
  ],
  ['our own mistake', {status: 200, code: -32602, text: 'invalid params'}, {kind: 'stop', why: 'other'}],
];

describe('what a refusal of eth_getLogs says', () => {
  it.each(CASES)('%s', (_provider, failure, expected) => {
    expect(readLogFailure({status: null, code: null, text: '', ...failure})).toEqual(expected);
  });

  it('takes no number for a cap that is none', () => {
    expect(readLogFailure({status: 200, code: -32602, text: 'block range too large'})).toEqual(range);
    expect(readLogFailure({status: 200, code: -32602, text: 'max range: 0'})).toEqual(range);
  });
});
