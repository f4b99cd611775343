import {mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {encodeFunctionData, parseAbi, type Abi, type Hex} from 'viem';
import type {NextStep} from '../../../../src/lib/foundation/next-step/next-step.ts';
import type {SlashingHistory} from '../../../../src/lib/peers/chain/slashing.ts';
import type {Contracts} from '../../../../src/lib/config/config.ts';
import type {AosContracts} from '../../../../src/devnet/chain/deploy.ts';
import type {ChainHooks} from '../../../support/chain-hooks.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {checksumAddress} from '../../../../src/lib/protocol/wire/ethereum.ts';
import {answerOf, historyCsv} from '../../../../src/lib/features/slashing-history/table.ts';
import {registrationOf} from '../../../support/bls-registry.ts';
import {OPERATOR, startChainRig, STRANGER, type ChainRig} from '../../../support/chain-rig.ts';
import {contractsOf, leastRequests, readHistory, type ReadOptions} from '../../../support/history-rig.ts';
import {startRpcShim, type Tamper} from '../../../support/rpc-shim.ts';
import {PROVIDERS, startLogShim, type LogShim, type ShimOptions} from '../../../support/log-shim.ts';

const ME = OPERATOR.address;
const REF: Hex = `0x${'07'.repeat(32)}`;
const UNIT = 10n ** 18n;
const ALLOCATION: Abi = parseAbi([
  'function createOperatorSets(address avs, (uint32 operatorSetId, address[] strategies)[] params)',
  'function registerForOperatorSets(address operator, (address avs, uint32[] operatorSetIds, bytes data) params)',
]);
const SLASHER: Abi = parseAbi([
  'function request(address operator, uint32 operatorSetId, uint256[] wads, string description)',
  'function cancel(uint256 id)',
  'function fulfil(uint256 id, address operator, uint32 operatorSetId, uint256[] wads, string description)',
]);

let rig: ChainRig;
let aos: AosContracts;
let hooks: ChainHooks;
let contracts: Contracts;
let before: unknown;
let dir: string;
const shims: LogShim[] = [];

const slasherCall = (
  functionName: 'request' | 'cancel' | 'fulfil',
  args: readonly unknown[],
): Promise<unknown> =>
  rig.send(aos.owner, aos.slashers[0]!, encodeFunctionData({abi: SLASHER, functionName, args}));

beforeAll(async () => {
  rig = await startChainRig();
  aos = await rig.deploy({flow: 'bls', moratoriumUntil: 0n});
  hooks = rig.hooks(aos);
  contracts = contractsOf(aos);
  await rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR));
  await hooks.slash({
    operator: ME,
    wads: [UNIT / 10n, UNIT / 4n],
    description: '=HYPERLINK("evil")\u001b[31m',
  });
  await devRpc(rig.url, 'evm_increaseTime', [86_400]);
  await hooks.recordPenalty(ME, 0, REF, 'offline for 2 h');
  await hooks.recordPenalty(ME, 1, REF, 'wrong answer');
  await hooks.recordPenalty(STRANGER.address, 1, REF, 'of another operator');
  await hooks.executePenalty(0n);
  await hooks.createChallenge({clockNumber: 77n, attestationHash: REF});
  await slasherCall('request', [ME, 0, [UNIT / 20n], 'late']);
  await slasherCall('request', [ME, 0, [UNIT / 50n], 'mistaken']);
  await slasherCall('cancel', [1n]);
  await slasherCall('fulfil', [0n, ME, 0, [UNIT / 20n], 'late']);
  await hooks.eject(ME, [0]);
  await hooks.mine(100);
});
afterAll(() => rig.close());

beforeEach(async () => {
  before = await rig.snapshot();
  dir = mkdtempSync(path.join(tmpdir(), 'aos-scans-'));
});
afterEach(async () => {
  for (const shim of shims.splice(0)) await shim.close();
  await rig.restore(before);
  rmSync(dir, {recursive: true, force: true});
});

async function shimmed(options: Omit<ShimOptions, 'target'> = {}): Promise<LogShim> {
  const shim = await startLogShim({target: rig.url, frozen: true, ...options});
  shims.push(shim);
  return shim;
}

const read = (url: string, over: Partial<ReadOptions> = {}, signal?: AbortSignal): Promise<SlashingHistory> =>
  readHistory({rpcUrls: [url], operator: ME, contracts, ...over}, signal);

/** What must be the same whatever is between us and the chain. */
const story = ({rows}: SlashingHistory): unknown =>
  rows.map(({source, kind, percent, amount, symbol, description, executed, txHash, logIndex}) => ({
    source,
    kind,
    percent,
    amount,
    symbol,
    description,
    executed,
    txHash,
    logIndex,
  }));

describe('slashing history on a real chain', () => {
  it('reads the whole scan set: slashes, penalties, ejection, registrations, challenges, slasher requests', async () => {
    const history = await read(rig.url);
    const told = history.rows.map(({source, kind, percent, description, state, executed}) => ({
      source,
      kind,
      percent,
      description,
      state,
      executed,
    }));
    expect(told).toEqual([
      {
        source: 'avs-registration',
        kind: 'registration',
        percent: null,
        description: 'registered at the AVS',
        state: 'executed',
        executed: true,
      },
      {
        source: 'set-changes',
        kind: 'registration',
        percent: null,
        description: 'joined operator set 0',
        state: 'executed',
        executed: true,
      },
      {
        source: 'slashing',
        kind: 'slash',
        percent: '10',
        description: '=HYPERLINK("evil")\u001b[31m',
        state: 'executed',
        executed: true,
      },
      {
        source: 'slashing',
        kind: 'slash',
        percent: '25',
        description: '=HYPERLINK("evil")\u001b[31m',
        state: 'executed',
        executed: true,
      },
      {
        source: 'penalty-ledger',
        kind: 'penalty',
        percent: null,
        description: 'penalty 0 recorded, executed later, Offline: offline for 2 h',
        state: 'recorded',
        executed: false,
      },
      {
        source: 'penalty-ledger',
        kind: 'penalty',
        percent: null,
        description: 'penalty 1 recorded, IncorrectInference: wrong answer',
        state: 'recorded',
        executed: false,
      },
      {
        source: 'penalty-ledger',
        kind: 'penalty',
        percent: null,
        description: 'penalty 0 executed, Offline: offline for 2 h',
        state: 'executed',
        executed: true,
      },
      {
        source: 'challenge',
        kind: 'challenge',
        percent: null,
        description: 'challenge 0 of clock 77 created (AVS-wide, not attributable to an operator)',
        state: 'recorded',
        executed: false,
      },
      {
        source: 'avs-slasher',
        kind: 'request',
        percent: null,
        description: 'request 0, executed later: 5 % of the allocation; late',
        state: 'recorded',
        executed: false,
      },
      {
        source: 'avs-slasher',
        kind: 'request',
        percent: null,
        description: 'request 1, cancelled later: 2 % of the allocation; mistaken',
        state: 'recorded',
        executed: false,
      },
      {
        source: 'avs-slasher',
        kind: 'slash',
        percent: null,
        description: 'request 0, executed: 5 % of the allocation; late',
        state: 'executed',
        executed: true,
      },
      {
        source: 'avs-registration',
        kind: 'registration',
        percent: null,
        description: 'deregistered from the AVS',
        state: 'executed',
        executed: true,
      },
      {
        source: 'deregistration',
        kind: 'ejection',
        percent: null,
        description: `removed from the registry by ${checksumAddress(aos.owner)}: ejected from quorum 0`,
        state: 'executed',
        executed: true,
      },
    ]);
    const [slash] = history.rows.filter(({kind}) => kind === 'slash');
    expect(slash).toMatchObject({
      avs: aos.service_manager,
      operatorSet: 0,
      strategy: aos.strategies[0],
      decimals: 18,
    });
    expect(history.rows.every(({at}) => at !== null && at > 1_600_000_000_000)).toBe(true);
    expect(history.sources.map(({id, covered}) => [id, covered])).toEqual([
      ['slashing', true],
      ['zero-slash', true],
      ['deregistration', true],
      ['ejection', true],
      ['quorum-removal', true],
      ['set-changes', true],
      ['avs-registration', true],
      ['challenge', true],
      ['avs-slasher', true],
      ['penalty-ledger', true],
    ]);
    expect(answerOf(history)).toMatchObject({verdict: 'slashed', exitCode: 3});
  });

  it('sums up a token: what was executed, and what is recorded only', async () => {
    const {totals, rows} = await read(rig.url);
    const eth = totals.find(({token}) => token === null);
    expect(eth).toMatchObject({symbol: 'ETH', executed: UNIT / 10n, recorded: UNIT / 10n, rate: 'at-block'});
    const slashes = rows.filter(({source}) => source === 'slashing');
    expect(totals.filter(({token}) => token !== null).map(({executed}) => executed)).toEqual(
      slashes.map(({amount}) => amount),
    );
    expect(slashes[0]).toMatchObject({rate: 'at-block'});
    // 10 % of 32 shares, at the rate of the strategy.
    expect(slashes[0]!.amount).toBeGreaterThanOrEqual((32n * UNIT) / 10n);
  });

  it('takes today’s rate, and says so, where the RPC keeps no state of the block', async () => {
    const shim = await shimmed({rules: {withoutStateBelow: Number(await rig.block())}});
    const {rows, totals} = await read(shim.url);
    expect(rows.filter(({source}) => source === 'slashing').map(({rate}) => rate)).toEqual([
      'now-rate',
      'now-rate',
    ]);
    expect(totals.filter(({token}) => token !== null).map(({rate}) => rate)).toEqual([
      'now-rate',
      'now-rate',
    ]);
  });

  it('does not take an RPC that is busy for one that keeps no state', async () => {
    const latest = Number(await rig.block());
    const busy: Tamper = ({method, params}) =>
      method === 'eth_call' && Number(params[1]) < latest ? {status: 429, body: 'slow down'} : null;
    const shim = await startRpcShim(rig.url, busy);
    await expect(read(shim.url)).rejects.toMatchObject({code: 'CHAIN_BUSY', exitCode: 75});
    await shim.close();
  });

  it('tells of a slash that hit nothing, which took no shares', async () => {
    const sets = [{operatorSetId: 7, strategies: [...aos.strategies]}];
    const manager = aos.allocation_manager;
    const encode = (functionName: string, args: readonly unknown[]): Hex =>
      encodeFunctionData({abi: ALLOCATION, functionName, args});
    await rig.send(aos.service_manager, manager, encode('createOperatorSets', [aos.service_manager, sets]));
    const joining = {avs: aos.service_manager, operatorSetIds: [7], data: '0x'};
    await rig.send(ME, manager, encode('registerForOperatorSets', [ME, joining]));
    await hooks.slash({operator: ME, operatorSetId: 7, wads: [UNIT / 2n], description: 'for show'});
    const {rows} = await read(rig.url);
    expect(rows.at(-1)).toMatchObject({
      source: 'zero-slash',
      kind: 'slash',
      operatorSet: 7,
      strategy: aos.strategies[0],
      percent: '0',
      amount: null,
      description: 'took nothing, because nothing was allocated: for show',
      executed: true,
    });
    // Of another operator it is nobody else's business.
    const other = await read(rig.url, {operator: STRANGER.address});
    expect(other.rows.filter(({source}) => source === 'zero-slash')).toEqual([]);
  });

  it('says of an operator that nothing was slashed, in which blocks', async () => {
    const history = await read(rig.url, {
      operator: '0x00000000000000000000000000000000000000AA',
      contracts: {...contracts, slashers: []},
    });
    const answer = answerOf(history);
    expect(answer).toMatchObject({verdict: 'clean', exitCode: 0});
    expect(answer.statement).toMatch(
      new RegExp(`^No slashing of 0x0{38}AA was executed in blocks 0 to ${await rig.block()} \\(\\d{4}-`),
    );
    expect(history.sources.find(({id}) => id === 'avs-slasher')).toMatchObject({
      covered: false,
      kind: 'absent',
    });
  });

  it('answers 4 for what is recorded only, and for a source that cannot be read', async () => {
    const recorded = answerOf(await read(rig.url, {operator: STRANGER.address}));
    expect(recorded).toMatchObject({verdict: 'warned', exitCode: 4});
    const uncovered = await read(rig.url, {
      operator: '0x00000000000000000000000000000000000000AA',
      contracts: {...contracts, avsDirectory: '0x00000000000000000000000000000000000000bb', registry: null},
    });
    expect(answerOf(uncovered)).toMatchObject({verdict: 'warned', exitCode: 4});
    expect(uncovered.sources.filter(({covered}) => !covered)).toMatchObject([
      {id: 'deregistration', reason: 'chain.contracts.registry is not set', kind: 'missing'},
      {id: 'ejection', kind: 'missing', reason: 'chain.contracts.registry is not set'},
      {id: 'quorum-removal', kind: 'missing', reason: 'chain.contracts.registry is not set'},
      {id: 'avs-registration', reason: 'there is no contract at this address', kind: 'missing'},
    ]);
    expect(answerOf(uncovered).statement).toContain(
      'Not covered: deregistration, ejection, quorum-removal, avs-registration.',
    );
  });

  it('does not count a challenge manager of another registry as covered', async () => {
    const other = await rig.deploy({flow: 'ecdsa-b2', asOperator: false});
    const {sources} = await read(rig.url, {
      contracts: {...contracts, challengeManager: other.challenge_manager},
    });
    expect(sources.find(({id}) => id === 'challenge')).toMatchObject({covered: false, kind: 'missing'});
  });

  it('does not count a contract of another kind as covered: its silence says nothing', async () => {
    const wrong = contracts.rangeManager;
    const {sources} = await read(rig.url, {
      contracts: {
        ...contracts,
        delegationManager: wrong,
        allocationManager: wrong,
        registry: wrong,
        avsDirectory: wrong,
        challengeManager: wrong,
        penaltyLedger: wrong,
      },
    });
    const why = (what: string): object => ({kind: 'missing', reason: `it does not answer as ${what}`});
    expect(sources.filter(({covered}) => !covered)).toMatchObject([
      {id: 'slashing', ...why('a DelegationManager')},
      {id: 'zero-slash', ...why('an AllocationManager')},
      {id: 'deregistration', ...why('a registry')},
      {id: 'ejection', kind: 'missing', reason: 'there is no valid registry, so its ejector is unknown'},
      {id: 'quorum-removal', kind: 'missing'},
      {id: 'set-changes', ...why('an AllocationManager')},
      {id: 'avs-registration', ...why('an AVSDirectory')},
      {id: 'challenge', ...why('a challenge manager')},
      {id: 'penalty-ledger', ...why('a penalty ledger')},
    ]);
  });

  it('reads only the blocks that are asked for', async () => {
    const all = await read(rig.url);
    const penalty = all.rows.find(({source}) => source === 'penalty-ledger')!;
    const some = await read(rig.url, {fromBlock: penalty.block, toBlock: penalty.block + 1});
    expect(some.rows.map(({block}) => block)).toEqual([penalty.block, penalty.block + 1]);
    expect(some.range).toMatchObject({from: penalty.block, to: penalty.block + 1});
    const since = await read(rig.url, {sinceMs: penalty.at!});
    expect(since.range.from).toBeGreaterThan(0);
    expect(since.rows.length).toBeGreaterThan(0);
    expect(since.rows.every(({at}) => at! >= penalty.at!)).toBe(true);
    await expect(read(rig.url, {toBlock: 1_000_000})).rejects.toMatchObject({code: 'USAGE'});
    await expect(read(rig.url, {fromBlock: 9, toBlock: 8})).rejects.toMatchObject({code: 'USAGE'});
    // An age that begins after --to-block is no clean answer about no blocks at all.
    const late = read(rig.url, {sinceMs: penalty.at!, toBlock: penalty.block - 1});
    await expect(late).rejects.toMatchObject({code: 'USAGE'});
  });

  it('writes CSV that no spreadsheet runs', async () => {
    const csv = historyCsv(await read(rig.url));
    const lines = csv.split('\r\n');
    expect(lines).toHaveLength(14);
    expect(lines[0]).toMatch(/^time,block,tx,/);
    expect(csv).toContain(`"'=HYPERLINK(""evil"")\\x1b[31m"`);
    expect(csv).not.toContain('\u001b');
  });
});

describe('slashing history through providers', () => {
  const FACTOR = 500;

  it.each(Object.entries(PROVIDERS))(
    '%s: finds the same in few requests',
    async (_name, {stated, refuse}) => {
      const cap = 5_000;
      const shim = await shimmed({
        factor: FACTOR,
        rules: {cap: {blocks: cap, refuse: refuse(cap)}, withoutLogTimes: true},
      });
      expect(story(await read(shim.url))).toEqual(story(await read(rig.url)));
      const ratio = shim.asked.length / leastRequests(shim, cap);
      expect(ratio).toBeLessThanOrEqual(stated ? 1.1 : 1.6);
    },
  );

  it('copes with 429s and resets', async () => {
    const shim = await shimmed({
      factor: FACTOR,
      rules: {busyEvery: 7, resetEvery: 11, cap: {blocks: 5_000, refuse: PROVIDERS['Infura']!.refuse(5_000)}},
    });
    expect(story(await read(shim.url))).toEqual(story(await read(rig.url)));
  });

  it('cuts windows with too many logs at the range the provider suggests', async () => {
    const shim = await shimmed({
      factor: 10,
      rules: {
        mostLogs: {
          count: 2,
          refuse: (from) => ({
            status: 200,
            code: -32005,
            message: `query returned more than 2 results. Try with this block range [0x${from.toString(16)}, 0x${(from + 9).toString(16)}].`,
          }),
        },
      },
    });
    expect(story(await read(shim.url))).toEqual(story(await read(rig.url)));
  });

  it('stops with advice when old blocks need an archive', async () => {
    const refusal = {
      status: 403,
      code: -32602,
      message: 'Archive requests require a personal token. Get one at: https://www.allnodes.com/publicnode',
    };
    const shim = await shimmed({rules: {archive: {below: 3, refusal}}});
    const failing = read(shim.url);
    await expect(failing).rejects.toMatchObject({code: 'LOGS_REFUSED', details: {why: 'archive'}});
    await expect(failing).rejects.toSatisfy((error: {next: NextStep}) =>
      JSON.stringify(error.next).includes('--since'),
    );
    expect(shim.counts.get('eth_getLogs')).toBeLessThanOrEqual(8);
    expect((await read(shim.url, {fromBlock: 3})).rows.length).toBeGreaterThan(0);
  });

  it('refuses what would take more than --max-requests before it takes long', async () => {
    const shim = await shimmed({
      factor: FACTOR,
      rules: {cap: {blocks: 10, refuse: PROVIDERS['Alchemy free']!.refuse(10)}},
    });
    await expect(read(shim.url)).rejects.toMatchObject({code: 'SCAN_TOO_LARGE', details: {window: 10}});
    expect(shim.counts.get('eth_getLogs')).toBe(1);
  });

  it('refuses another chain, and passes over an endpoint that is not there', async () => {
    const shim = await shimmed({rules: {chainId: 1}});
    await expect(read(shim.url)).rejects.toMatchObject({code: 'CHAIN_WRONG_ID'});
    const history = await read(rig.url, {rpcUrls: ['http://127.0.0.1:1', rig.url]});
    expect(history.rows.length).toBe(13);
  });
});

describe('what is kept between runs', () => {
  it('reads final blocks once, and only the rest again', async () => {
    const shim = await shimmed({rules: {withoutLogTimes: true}});
    const first = await read(shim.url, {cacheDir: dir});
    const {finalBlock, range} = first;
    expect(finalBlock).toBeLessThan(range.to);
    shim.reset();
    const second = await read(shim.url, {cacheDir: dir});
    expect(story(second)).toEqual(story(first));
    expect(shim.asked.every(({from}) => from === finalBlock + 1)).toBe(true);
    expect(shim.counts.get('eth_getTransactionReceipt') ?? 0).toBe(0);
    expect(shim.counts.get('eth_getTransactionByHash') ?? 0).toBe(0);
  });

  it('continues after an interruption without asking for any block twice', async () => {
    const rules = {cap: {blocks: 2_000, refuse: PROVIDERS['Infura']!.refuse(2_000)}};
    const shim = await shimmed({factor: 500, rules});
    const stop = new AbortController();
    const stopped = read(
      shim.url,
      {
        cacheDir: dir,
        concurrency: 1,
        onProgress: ({requests}) => {
          if (requests === 60) stop.abort('SIGINT');
        },
      },
      stop.signal,
    );
    await expect(stopped).rejects.toBe('SIGINT');
    const answered = shim.asked.filter(({from, to}) => to - from < 2_000).slice(0, -1);
    shim.reset();
    const whole = await read(shim.url, {cacheDir: dir});
    expect(story(whole)).toEqual(story(await read(rig.url)));
    const last = whole.finalBlock;
    for (const {key, from, to} of shim.asked.filter((span) => span.to - span.from < 2_000)) {
      const twice = answered.filter(
        (done) => done.key === key && done.from <= Math.min(to, last) && from <= Math.min(done.to, last),
      );
      expect(twice).toEqual([]);
    }
  });

  it('asks for the worth of a final slash once', async () => {
    const shim = await shimmed();
    const first = await read(shim.url, {cacheDir: dir});
    const calls = shim.counts.get('eth_call') ?? 0;
    shim.reset();
    const again = await read(shim.url, {cacheDir: dir});
    const slashes = first.rows.filter(({source}) => source === 'slashing');
    expect(slashes.every(({rate}) => rate === 'at-block')).toBe(true);
    expect(shim.counts.get('eth_call')).toBe(calls - slashes.length);
    expect(again.rows).toEqual(first.rows);
    expect(again.totals).toEqual(first.totals);
  });

  it('counts latest − 64 as final where the RPC does not know the tag', async () => {
    const shim = await shimmed({rules: {withoutFinalized: true}});
    expect((await read(shim.url)).finalBlock).toBe(Number(await rig.block()) - 64);
  });

  it('marks rows that are not final, keeps none of them, and loses them when the chain does', async () => {
    const fork = await rig.snapshot();
    await hooks.recordPenalty(ME, 2, REF, 'proof rejected');
    const first = await read(rig.url, {cacheDir: dir});
    expect(first.rows.at(-1)).toMatchObject({state: 'not final', source: 'penalty-ledger'});
    expect(first.rows.filter(({state}) => state === 'not final')).toHaveLength(1);
    const again = await read(rig.url, {cacheDir: dir});
    expect(story(again)).toEqual(story(first));

    await rig.restore(fork);
    await hooks.mine(3);
    const after = await read(rig.url, {cacheDir: dir});
    expect(after.rows).toHaveLength(13);
    expect(after.rows.every(({state}) => state !== 'not final')).toBe(true);
  });

  it('drops what it kept when a final block has another hash', async () => {
    const fork = await rig.snapshot();
    await hooks.recordPenalty(ME, 2, REF, 'on a branch that dies');
    await hooks.mine(200);
    const first = await read(rig.url, {cacheDir: dir});
    expect(first.rows).toHaveLength(14);
    await rig.restore(fork);
    await hooks.recordPenalty(STRANGER.address, 0, REF, 'on the branch that lives');
    await hooks.mine(300);
    const after = await read(rig.url, {cacheDir: dir});
    expect(after.rows).toHaveLength(13);
  });

  it('reads anew when a file is damaged, and continues without files where none can be written', async () => {
    await read(rig.url, {cacheDir: dir});
    for (const name of readdirSync(dir)) writeFileSync(path.join(dir, name), '{"version":1,"chainId":31337,');
    expect((await read(rig.url, {cacheDir: dir})).rows).toHaveLength(13);
    const file = path.join(dir, 'file');
    writeFileSync(file, '');
    const history = await read(rig.url, {cacheDir: path.join(file, 'scans')});
    expect(history.rows).toHaveLength(13);
    expect(history.notKept).toMatch(/ENOTDIR/);
  });

  it('keeps other operators apart', async () => {
    await read(rig.url, {cacheDir: dir});
    const other = await read(rig.url, {cacheDir: dir, operator: STRANGER.address});
    expect(other.rows.filter(({source}) => source === 'penalty-ledger')).toHaveLength(1);
  });
});
