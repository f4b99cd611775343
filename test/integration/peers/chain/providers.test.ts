import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it, onTestFinished} from 'vitest';
import type {AosContracts} from '../../../../src/devnet/chain/deploy.ts';
import {withTxSession, type TxSession} from '../../../../src/lib/features/tx/session.ts';
import {AosError, isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {resolveContracts} from '../../../../src/lib/peers/chain/contracts.ts';
import {openChain, type OpenChainOptions} from '../../../../src/lib/peers/chain/open.ts';
import {readOperatorStatus} from '../../../../src/lib/peers/chain/status/operator-status.ts';
import {simulate} from '../../../../src/lib/peers/chain/tx/simulate.ts';
import {configuredOf} from '../../../support/avs-view.ts';
import {registrationOf} from '../../../support/bls-registry.ts';
import {OPERATOR, startChainRig, type ChainRig} from '../../../support/chain-rig.ts';
import {contractsOf, readHistory, type ReadOptions} from '../../../support/history-rig.ts';
import {SAYS, startProvider, type Provider, type ProviderMode} from '../../../support/provider-shim.ts';
import {rushedTime} from '../../../support/rushed-time.ts';

const REF = `0x${'01'.repeat(32)}` as const;
/** `test/hostile/providers.test.ts` runs the program twenty times. */
const RUNS = 4;
/** Compiling the contracts anew takes its time on a busy machine. */
const COMPILE_MS = 240_000;

let rig: ChainRig;
let aos: AosContracts;

beforeAll(async () => {
  rig = await startChainRig();
  aos = await rig.deploy({flow: 'bls', range: {start: 0n, end: 60_000n}, moratoriumUntil: 0n});
  const registration = await registrationOf(rig, aos, OPERATOR, {quorums: '0x00'});
  await rig.send(OPERATOR.address, aos.registry, registration);
  await rig.hooks(aos).recordPenalty(OPERATOR.address, 0, REF, 'away');
  await rig.hooks(aos).mine(100);
}, COMPILE_MS);
afterAll(() => rig.close());

async function provider(mode: ProviderMode, now?: () => number): Promise<Provider> {
  const shim = await startProvider(rig.url, mode, now);
  onTestFinished(() => shim.close());
  return shim;
}

const options = (rpcUrls: readonly string[], changes: Partial<OpenChainOptions> = {}) => ({
  rpcUrls,
  chainId: 31337,
  timeoutMs: 10_000,
  signal: new AbortController().signal,
  time: rushedTime(),
  ...changes,
});

const status = (rpcUrls: readonly string[], changes: Partial<OpenChainOptions> = {}) =>
  readOperatorStatus({
    ...options(rpcUrls, changes),
    configured: configuredOf(aos),
    operator: OPERATOR.address,
  });

const requests = ({counts}: Provider): number => [...counts.values()].reduce((sum, count) => sum + count, 0);

describe('reading the state of an operator', () => {
  it('takes eight requests, of which the first read checks the chain id', async () => {
    const plain = await provider({kind: 'plain'});
    await status([plain.url]);
    expect(Object.fromEntries(plain.counts)).toEqual({
      eth_getBlockByNumber: 1,
      // What a newer registry does without.
      eth_getLogs: 1,
      eth_gasPrice: 1,
      // As many as there are dependent steps.
      eth_call: 5,
    });
  });

  it.each([1_000, 10_000])(
    'outlasts a provider that allows five requests in %i ms, each time',
    async (windowMs) => {
      const time = rushedTime();
      const busy = await provider({kind: 'rate', most: 5, windowMs}, () => time.monotonic());
      for (let run = 0; run < RUNS; run += 1)
        expect(await status([busy.url], {time})).toMatchObject({isOperator: {value: true}});
      expect(busy.refused()).toBeGreaterThan(0);
    },
  );

  it('is exact where one of two nodes is a block behind, each time', async () => {
    const behind = await provider({kind: 'behind', blocks: 1});
    for (let run = 0; run < RUNS; run += 1)
      expect(await status([behind.url])).toMatchObject({
        avs: {value: {stake: {state: 'registered'}}},
        penalties: {value: {total: 1n}},
      });
  });

  it('refuses an RPC of another chain by its first read', async () => {
    await expect(status([rig.url], {chainId: 1})).rejects.toMatchObject({
      code: 'CHAIN_WRONG_ID',
      message: expect.stringMatching(/ serves chain 31337, the configuration says 1$/) as string,
    });
  });

  it('waits as long as a provider asks for, and no longer than is of use', async () => {
    const time = rushedTime();
    const asks = await provider({kind: 'rate', most: 0, retryAfterS: 7}, () => time.monotonic());
    const failed = await openChain(options([asks.url], {time})).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 'CHAIN_BUSY',
      message: expect.stringContaining('asks for a wait of 7 s') as string,
    });
    expect(time.monotonic()).toBeGreaterThanOrEqual(7_000);
    const hours = await provider({kind: 'rate', most: 0, retryAfterS: 7_200});
    await expect(openChain(options([hours.url]))).rejects.toMatchObject({code: 'CHAIN_BUSY'});
    expect(requests(hours)).toBeLessThanOrEqual(3);
  });

  it('goes to the next endpoint at once when one does not answer, or refuses', async () => {
    for (const mode of [{kind: 'silent'}, {kind: 'says', ...SAYS.inactive}] as const) {
      const first = await provider(mode);
      const second = await provider({kind: 'plain'});
      const {endpoint} = await openChain(options([first.url, second.url], {timeoutMs: 200}));
      expect(endpoint).toBe(new URL(second.url).host);
      // Three at once, and none of them a second time.
      expect(requests(first)).toBeLessThanOrEqual(3);
    }
  });

  it('is as patient with an endpoint that was opened for a session as with an only one', async () => {
    const time = rushedTime();
    const first = await provider({kind: 'plain'});
    const {client} = await openChain(options([first.url, rig.url], {time}));
    first.mode = {kind: 'says', ...SAYS.gateway};
    const before = first.refused();
    await expect(client.getBlockNumber()).rejects.toThrow();
    expect(first.refused() - before).toBe(4);
  });

  it.each(Object.entries(SAYS))('names what a provider says: %s', async (_name, says) => {
    const shim = await provider({kind: 'says', ...says});
    const error: unknown = await openChain(options([shim.url])).catch((thrown: unknown) => thrown);
    const told = isAosError(error) ? `${error.code} ${error.exitCode}: ${error.message}` : String(error);
    expect(told.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')).toMatchSnapshot();
    expect(told).not.toContain('secret-key');
  });
});

describe('a command that sends, where the nodes behind an RPC are not in step', () => {
  const session = (url: string, work: (session: TxSession) => Promise<unknown>, notes: string[] = []) =>
    withTxSession(
      {
        chainId: 31337,
        node: {id: OPERATOR.address, signerUrl: 'http://127.0.0.1:1', otherSigners: [], signerTls: null},
        chain: {rpcUrls: [url]},
        store: {dir: '/nonexistent'},
      },
      {
        signal: new AbortController().signal,
        note: (line) => notes.push(line),
        readOnly: true,
        time: rushedTime(),
      },
      work,
    );

  it('reads one block behind when a read fails in the middle, and simulates there', async () => {
    const split = await provider({kind: 'behind', blocks: 1, split: true});
    const notes: string[] = [];
    const head = await rig.block();
    let runs = 0;
    await session(
      split.url,
      async ({chain, tx}) => {
        runs += 1;
        const {registry} = await resolveContracts(chain, configuredOf(aos));
        expect(registry).toBe(aos.registry);
        const {estimate} = await simulate(
          tx.node,
          {from: OPERATOR.address, to: OPERATOR.address, data: '0x', value: 0n},
          'nothing',
        );
        expect(estimate).toBe(21_000n);
      },
      notes,
    );
    expect(await rig.block()).toBe(head);
    expect(runs).toBe(2);
    expect(notes).toEqual([expect.stringMatching(/not in step.*; it is read one block behind now$/)]);
  });

  it('gives up when that does not help, and does not repeat another failure', async () => {
    const far = await provider({kind: 'behind', blocks: 50, split: true});
    let runs = 0;
    const read = session(far.url, ({chain}) => {
      runs += 1;
      return resolveContracts(chain, configuredOf(aos));
    });
    await expect(read).rejects.toMatchObject({code: 'CHAIN_BEHIND', exitCode: 75});
    expect(runs).toBe(1);
    const fails = session(rig.url, () => {
      runs += 1;
      return Promise.reject(new AosError('CHAIN_REVERTED', 'no'));
    });
    await expect(fails).rejects.toMatchObject({code: 'CHAIN_REVERTED'});
    expect(runs).toBe(2);
  });
});

describe('a body that has no end', () => {
  it.each([
    ['plain', 500, false],
    ['gzip', 500, true],
    ['plain', 200, false],
    ['gzip', 200, true],
  ])('%s with status %i is not read to its end', async (_kind, code, gzip) => {
    const before = process.memoryUsage().arrayBuffers;
    const shim = await provider({kind: 'endless', status: code, gzip});
    const error: unknown = await openChain(options([shim.url])).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({code: code === 200 ? 'CHAIN_BAD_ANSWER' : 'CHAIN_UNREACHABLE'});
    // What waits in sockets comes on top of 3 requests of 10 MiB; unread it would be some hundred.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 1024 * 1024);
    if (!gzip) expect(shim.sentBytes()).toBeLessThan(64 * 1024 * 1024);
  });
});

describe('a slashing history from an RPC that has pruned its logs', () => {
  const history = (url: string, changes: Partial<ReadOptions> = {}) =>
    readHistory({rpcUrls: [url], operator: OPERATOR.address, contracts: contractsOf(aos), ...changes});
  const cache = (): string => {
    const dir = mkdtempSync(path.join(tmpdir(), 'aos-scans-'));
    onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
    return dir;
  };
  const ledger = ({sources}: Awaited<ReturnType<typeof history>>) =>
    sources.find(({id}) => id === 'penalty-ledger');

  it('says which blocks it lacks, and keeps nothing of it', async () => {
    const cacheDir = cache();
    const pruned = await provider({kind: 'pruned', below: Number(await rig.block()) - 10});
    const first = await history(pruned.url, {cacheDir});
    expect(ledger(first)).toMatchObject({
      covered: false,
      kind: 'missing',
      reason: expect.stringMatching(
        /does not have all logs of blocks 0 to \d+: the contract has 1 penalties/,
      ) as string,
    });
    // The same address with all logs, as when a pool has other nodes.
    pruned.mode = {kind: 'plain'};
    const healed = await history(pruned.url, {cacheDir});
    expect(ledger(healed)).toMatchObject({covered: true});
    expect(healed.rows.filter(({kind}) => kind === 'penalty')).toHaveLength(1);
    const other = await history(rig.url, {cacheDir});
    expect(other.rows.filter(({kind}) => kind === 'penalty')).toHaveLength(1);
  });

  it('reads anew what the state contradicts in a cache, and all of it when told to', async () => {
    const cacheDir = cache();
    const plain = await provider({kind: 'plain'});
    await history(plain.url, {cacheDir});
    // As an RPC without these logs would have filled it.
    for (const name of readdirSync(cacheDir)) {
      const file = path.join(cacheDir, name);
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"logs":\[.*\],"facts"/, '"logs":[],"facts"'));
    }
    const healed = await history(plain.url, {cacheDir});
    expect(ledger(healed)).toMatchObject({covered: true});
    expect(healed.rows.filter(({kind}) => kind === 'penalty')).toHaveLength(1);
    const {scan} = await history(plain.url, {cacheDir});
    const {scan: anew} = await history(plain.url, {cacheDir, fresh: true});
    expect(anew.requests).toBeGreaterThanOrEqual(scan.requests);
    expect(anew.logs).toBeGreaterThan(scan.logs);
  });
});
