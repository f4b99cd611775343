import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {startAnvil, type Anvil} from '../../../../src/devnet/chain/anvil.ts';
import {startDevSigner, type DevSigner} from '../../../../src/devnet/signer/signer.ts';
import {rawHttp, type RawAnswer} from '../../../support/raw-http.ts';
import {devSigner, freePort, httpServer} from '../../../support/signer.ts';
import {
  CHAIN_ID,
  comparable,
  EXCHANGES,
  extraAnswer,
  KEYS,
  type Answer,
} from '../../../support/web3signer-answers.ts';

let anvil: Anvil;
let signer: DevSigner;
beforeAll(async () => {
  // As the node behind the real signer: its headers are passed on.
  anvil = await startAnvil({chainId: CHAIN_ID, webPages: true});
  signer = await startDevSigner({chainId: CHAIN_ID, keys: KEYS, downstreamUrl: anvil.url});
});
afterAll(async () => {
  await signer.close();
  await anvil.close();
});

describe('the answer of the real Web3Signer is given to', () => {
  it.each(EXCHANGES)('$name', async ({method, path, headers, host, body, answer}) => {
    const named = typeof host === 'string' && headers['Host'] === undefined ? {Host: host} : {};
    const got = await rawHttp(signer.url, {
      method,
      path,
      headers: {...named, ...headers},
      noHost: host === null || headers['Host'] === '',
      ...(body === undefined ? {} : {body}),
    });
    expect(comparable(got, answer)).toEqual(answer);
  });
});

describe('the answer of the real Web3Signer, of requests that are told in words', () => {
  const JSON_HEADERS = {'content-type': 'application/json', accept: 'application/json'};
  const post = (url: string, body: string | Buffer, more: object = {}): Promise<RawAnswer> =>
    rawHttp(url, {method: 'POST', headers: JSON_HEADERS, body, ...more});
  const passed = (id: number): string => `{"jsonrpc":"2.0","method":"eth_chainId","params":[],"id":${id}}`;
  const expectAs = (got: RawAnswer, answer: Answer): void => expect(comparable(got, answer)).toEqual(answer);

  it('to the node away, slow or gone', async () => {
    const refused = await devSigner({downstreamUrl: `http://127.0.0.1:${await freePort()}`});
    expectAs(await post(refused.url, passed(7)), extraAnswer('downstream refused'));
    const slow = await devSigner({downstreamUrl: await httpServer(() => {}), downstreamTimeoutMs: 30});
    expectAs(await post(slow.url, passed(1)), extraAnswer('downstream slow'));
    const dropping = await devSigner({downstreamUrl: await httpServer((request) => request.destroy())});
    expectAs(await post(dropping.url, passed(7)), extraAnswer('downstream host unknown'));
  });

  it('to what is too long or too deep', async () => {
    const large = Buffer.alloc(10 * 1024 * 1024 + 1, ' ');
    expectAs(await post(signer.url, large), extraAnswer('body 10485761'));
    expectAs(await post(signer.url, large, {path: '/x'}), extraAnswer('body over 10 MiB'));
    const path = `/${'x'.repeat(5_000)}`;
    expectAs(await rawHttp(signer.url, {path}), extraAnswer('request line'));
    expectAs(
      await rawHttp(signer.url, {path: '/upcheck', headers: {x: 'y'.repeat(9_000)}}),
      extraAnswer('header of 9000'),
    );
    const deep = `{"jsonrpc":"2.0","method":"eth_accounts","params":${'['.repeat(2_000)}${']'.repeat(2_000)},"id":1}`;
    expectAs(await post(signer.url, deep), extraAnswer('JSON nested 2000'));
    const headers = {'content-type': 'application/x-www-form-urlencoded'};
    const form = (bytes: number): string =>
      passed(1).replace('[]', '[]' + ' '.repeat(bytes - passed(1).length));
    expectAs(await post(signer.url, form(1_025), {headers}), extraAnswer('Content-Type application/x-www'));
    expect(await post(signer.url, form(1_023), {headers})).toMatchObject({status: 200});
  });

  it('to keystores loaded in bulk, two of which failed', async () => {
    const {url} = await devSigner({
      keys: () => Promise.resolve({keys: KEYS.slice(0, 1), errors: 2}),
      faults: {health: 'bulk'},
    });
    expectAs(await rawHttp(url, {path: '/healthcheck'}), extraAnswer('healthcheck, v3 bulk'));
  });

  it('to a reload, and to its state before, after a good one and after one with errors', async () => {
    let errors = 0;
    const {url} = await devSigner({keys: () => Promise.resolve({keys: KEYS, errors})});
    const state = (): Promise<RawAnswer> => rawHttp(url, {path: '/reload'});
    const withoutTime = (text: string): string => text.replace(/\d{4}-[\d-]+T[\d:]+\.\d{9}Z/, 'TIME');
    const expectState = async (words: string): Promise<void> =>
      expect(withoutTime((await state()).body)).toBe(withoutTime(extraAnswer(words).body));
    await expectState('GET /reload before any');
    expect((await rawHttp(url, {method: 'POST', path: '/reload'})).body).toBe(
      extraAnswer('POST /reload').body,
    );
    await expect.poll(async () => (await state()).body).toContain('completed');
    await expectState('GET /reload after good');
    errors = 1;
    await rawHttp(url, {method: 'POST', path: '/reload'});
    await expect.poll(async () => (await state()).body).toContain('errors');
    await expectState('GET /reload after bad');
  });
});
