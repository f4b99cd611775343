import {listStyle} from '../../../support/list-style.ts';
import {encodeFunctionData, toFunctionSelector} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {challengeManagerAbi} from '../../../../src/lib/peers/chain/abis-aos.ts';
import {startAnvil, type Anvil} from '../../../../src/devnet/chain/anvil.ts';
import type {AosContracts} from '../../../../src/devnet/chain/deploy.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {deregister, type DeregisterOptions} from '../../../../src/lib/features/register/deregister.ts';
import {explain} from '../../../../src/lib/features/explain/explain.ts';
import {checkLeaving, leaveCheckText} from '../../../../src/lib/features/register/leave-check.ts';
import {leaveWarnings} from '../../../../src/lib/features/register/leave-warnings.ts';
import {deregisterText} from '../../../../src/lib/features/register/leave-text.ts';
import {deregisterOptions} from '../../../../src/lib/features/register/deregister-command.ts';
import {register} from '../../../../src/lib/features/register/register.ts';
import {stepsExitCode} from '../../../../src/lib/features/register/report.ts';
import {openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {compiledContracts} from '../../../support/contracts.ts';
import {newJob} from '../../../support/journal.ts';
import {deployed, placeAt, registering, site, type Site} from '../../../support/registration.ts';
import {limits, nonceOf} from '../../../support/tx.ts';

let compiled: Awaited<ReturnType<typeof compiledContracts>>;
let anvil: Anvil;
let empty: unknown;

beforeAll(async () => {
  compiled = await compiledContracts();
  anvil = await startAnvil({blockTime: 1});
}, 120_000);
afterAll(async () => {
  await anvil.close();
  compiled.remove();
});
beforeEach(async () => {
  empty = await devRpc(anvil.url, 'evm_snapshot');
});
afterEach(async () => {
  await devRpc(anvil.url, 'anvil_dropAllTransactions');
  await devRpc(anvil.url, 'evm_revert', [empty]);
});

/** Code that answers keyRegistrar() with 1, and else reverts. */
const ONLY_KEY_REGISTRAR = `0x5f3560e01c63${toFunctionSelector('keyRegistrar()').slice(2)}146011575f5ffd5b60015f5260205ff3`;

const leaving = (over: Partial<DeregisterOptions> = {}): DeregisterOptions => ({
  mode: 'apply',
  flow: null,
  quorums: null,
  force: false,
  limits: limits({pollMs: 50, waitMs: 20_000}),
  confirm: () => Promise.resolve(true),
  confirmSigning: () => Promise.resolve(true),
  note: () => {},
  warn: () => {},
  ...over,
});

async function registered(flow: Parameters<typeof site>[2]['flow']): Promise<Site> {
  const place = await site(anvil.url, compiled.artifacts, {flow, range: {start: 0n, end: 9n}});
  expect(stepsExitCode((await register(place.config, registering(place))).steps)).toBe(0);
  return place;
}

describe.each(['bls', 'ecdsa-b1', 'ecdsa-b2', 'ecdsa-b3', 'slashing-registry', 'operator-sets'] as const)(
  'leaving by %s',
  (flow) => {
    it('is sent once, says what stays, and the second time has nothing to do', async () => {
      const place = await registered(flow);
      const hasSets = ['slashing-registry', 'operator-sets'].includes(flow);
      const said: string[] = [];
      const beforeQuestion: string[] = [];
      const confirm = (): Promise<boolean> => {
        beforeQuestion.push(...said);
        return Promise.resolve(true);
      };
      const report = await deregister(place.config, leaving({warn: (line) => said.push(line), confirm}));
      expect(report.steps).toMatchObject([{id: 'avs', outcome: 'done'}]);
      expect(report.stays.range).toEqual({start: 0n, end: 9n});
      expect(report.stays.canReregister).toBe(flow === 'bls' ? false : null);
      expect(report.stays.slashableUntil !== null).toBe(hasSets);
      const stays = deregisterText(report, listStyle()).split('stays:')[1];
      const nonce = await nonceOf(anvil.url, 'pending');
      const again = await deregister(place.config, leaving());
      expect(again.steps).toMatchObject([{id: 'avs', outcome: 'already'}]);
      expect(deregisterText(again, listStyle()).split('stays:')[1]).toBe(stays);
      expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);

      // Only where it is for good is that said, and so it is; where one has to wait before coming back, that is.
      const codes = flow === 'bls' ? ['NO_WAY_BACK'] : hasSets ? ['COOL_DOWN'] : [];
      expect(leaveWarnings(report).map(({code}) => code)).toEqual(codes);
      expect(beforeQuestion).toEqual(leaveWarnings(report).map(({message}) => message));
      const blocks = report.stays.slashableUntil === null ? 1 : 60;
      await devRpc(anvil.url, 'anvil_mine', [`0x${blocks.toString(16)}`]);
      const back = await register(place.config, registering(place));
      expect(back.steps.find(({id}) => id === 'avs')?.outcome).toBe(flow === 'bls' ? 'missing' : 'done');
    });
  },
);

describe('leaving', () => {
  let contracts: AosContracts;
  /** Where its operator is registered, with a state directory that knows nothing of it yet. */
  const registeredBls = (): Promise<Site> => placeAt(anvil.url, contracts);

  // Once for all tests: each one reverts to the chain of after it.
  beforeAll(async () => {
    contracts = await deployed(anvil.url, compiled.artifacts, {flow: 'bls', range: {start: 0n, end: 9n}});
    const open: (() => void | Promise<void>)[] = [];
    const place = await placeAt(anvil.url, contracts, {atEnd: (close) => open.unshift(close)});
    expect(stepsExitCode((await register(place.config, registering(place))).steps)).toBe(0);
    for (const close of open) await close();
  });

  it('for good: registering again is refused before anything is sent', async () => {
    const place = await registeredBls();
    await deregister(place.config, leaving());
    const nonce = await nonceOf(anvil.url, 'pending');
    const report = await register(place.config, registering(place));
    expect(stepsExitCode(report.steps)).toBe(3);
    expect(report.preconditions).toMatchObject([{id: 'reregistration', state: 'fail'}]);
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
  });

  it('is not signed when a job comes while the question waits for its answer', async () => {
    const place = await registeredBls();
    const nonce = await nonceOf(anvil.url, 'pending');
    const confirm = async (): Promise<boolean> => {
      const journal = await openJournal({dir: place.config.store.dir, clockId: 1n});
      await journal.receive(newJob('late'));
      await journal.close();
      return true;
    };
    await expect(deregister(place.config, leaving({confirm}))).rejects.toMatchObject({code: 'OPEN_WORK'});
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
  });

  it('while a job is open is refused, unless forced', async () => {
    const place = await registeredBls();
    const journal = await openJournal({dir: place.config.store.dir, clockId: 1n});
    await journal.receive(newJob('open'));
    // The operator runs: its journal stays locked meanwhile.
    await expect(deregister(place.config, leaving())).rejects.toMatchObject({
      code: 'OPEN_WORK',
      exitCode: 77,
    });
    const report = await deregister(place.config, leaving({force: true}));
    await journal.close();
    expect(report.steps).toMatchObject([{outcome: 'done'}]);
  });

  it('while a challenge is open is warned of: it names no operator, and anyone may open one', async () => {
    const place = await registeredBls();
    const data = encodeFunctionData({
      abi: challengeManagerAbi,
      functionName: 'createNewChallenge',
      args: [1n, `0x${'ab'.repeat(32)}`, '0x', 67, '0x00'],
    });
    const {owner: from, challenge_manager: to} = place.contracts;
    await devRpc(anvil.url, 'eth_sendTransaction', [{from, to, data}]);
    await devRpc(anvil.url, 'evm_mine');
    const said: string[] = [];
    const report = await deregister(place.config, leaving({warn: (line) => said.push(line)}));
    expect(report).toMatchObject({openChallenges: [0], steps: [{outcome: 'done'}]});
    expect(leaveWarnings(report).map(({code}) => code)).toContain('OPEN_CHALLENGES');
    expect(said.join()).toContain('challenge 0');
  });

  it('is looked at without sending: what holds it up, and what it costs for good', async () => {
    const place = await registeredBls();
    const nonce = await nonceOf(anvil.url, 'pending');
    const journal = await openJournal({dir: place.config.store.dir, clockId: 1n});
    await journal.receive(newJob('open'));
    const options = leaving({confirm: () => Promise.reject(new Error('asked'))});
    const busy = await checkLeaving(place.config, options);
    const free = await checkLeaving(place.config, {...options, force: true});
    await journal.close();
    const about = (id: string, state: string): unknown =>
      expect.arrayContaining([expect.objectContaining({id, state})]);
    expect(busy).toMatchObject({state: 'fail', leaves: [0], remaining: [], wayBack: 'closed'});
    expect(busy.preconditions).toEqual(about('open-jobs', 'fail'));
    // The operator runs: to start it is no next step.
    expect(busy.preconditions.find(({id}) => id === 'open-jobs')?.next?.run?.command).toBe('drain');
    expect(busy.preconditions[0]).toMatchObject({found: 'in quorum 0'});
    expect(busy.preconditions).toEqual(about('way-back', 'warn'));
    expect(free).toMatchObject({state: 'ready'});
    expect(free.preconditions).toEqual(about('open-jobs', 'warn'));
    expect(leaveCheckText(free, listStyle())).toMatch(/flow bls: ready$/);
    for (const {id} of busy.preconditions) expect(explain(id)?.kind).toBe('check');
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
  });

  it('is refused by the check for what the call itself would fail for', async () => {
    const place = await registeredBls();
    await devRpc(anvil.url, 'anvil_setBalance', [place.config.node.id, '0x0']);
    const poor = await checkLeaving(place.config, leaving());
    expect(poor.state).toBe('fail');
    expect(poor.preconditions.filter(({state}) => state === 'fail').map(({id}) => id)).toEqual([
      'gas-balance',
      'exit-call',
    ]);
    await devRpc(anvil.url, 'anvil_setCode', [place.contracts.registry, ONLY_KEY_REGISTRAR]);
    expect(await checkLeaving(place.config, leaving({flow: 'ecdsa-b2'}))).toMatchObject({state: 'unknown'});
  });

  it('by another flow than the registry’s sends nothing and names the right one', async () => {
    const place = await registeredBls();
    const nonce = await nonceOf(anvil.url, 'pending');
    const next = {say: expect.stringMatching(/^Use --flow bls, or leave --flow away/) as string};
    const refused = {code: 'USAGE', exitCode: 64, next};
    await expect(deregister(place.config, leaving({flow: 'ecdsa-b2'}))).rejects.toMatchObject(refused);
    await expect(register(place.config, registering(place, {flow: 'ecdsa-b2'}))).rejects.toMatchObject(
      refused,
    );
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
  });

  it('by a flow that an unknown registry does not answer to is unknown, not done', async () => {
    const place = await registeredBls();
    const nonce = await nonceOf(anvil.url, 'pending');
    await devRpc(anvil.url, 'anvil_setCode', [place.contracts.registry, ONLY_KEY_REGISTRAR]);
    const report = await deregister(place.config, leaving({flow: 'ecdsa-b2'}));
    expect(report.steps).toMatchObject([{id: 'avs', outcome: 'missing'}]);
    expect(report.steps[0]?.found).toMatch(/^unknown: .* does not answer/);
    expect(stepsExitCode(report.steps)).toBe(3);
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
  });

  it('one quorum after the other are two transactions', async () => {
    const quorums = [{}, {}];
    const place = await site(anvil.url, compiled.artifacts, {
      flow: 'bls',
      quorums,
      range: {start: 0n, end: 9n},
    });
    expect(stepsExitCode((await register(place.config, registering(place))).steps)).toBe(0);
    await devRpc(anvil.url, 'evm_setIntervalMining', [3600]);
    onTestFinished(() => devRpc(anvil.url, 'evm_setIntervalMining', [1]).then(() => {}));
    const soon = limits({pollMs: 50, waitMs: 0});
    const first = await deregister(place.config, leaving({quorums: [0], limits: soon}));
    expect(first.steps).toMatchObject([{outcome: 'pending'}]);
    // The last quorum takes more gas than the simulation on the latest block says: it waits for the first.
    await expect(deregister(place.config, leaving({quorums: [1], limits: soon}))).rejects.toMatchObject({
      code: 'TX_STUCK',
      exitCode: 75,
      details: {txHash: first.txHash},
    });
    await devRpc(anvil.url, 'evm_setIntervalMining', [1]);
    const second = await deregister(place.config, leaving({quorums: [1]}));
    expect(second).toMatchObject({left: [1], steps: [{outcome: 'done'}]});
    expect(second.txHash).not.toBe(first.txHash);
    expect((await deregister(place.config, leaving())).steps).toMatchObject([{outcome: 'already'}]);
  });

  it('a quorum that was left, while in another, has nothing to do', async () => {
    const place = await site(anvil.url, compiled.artifacts, {
      flow: 'bls',
      quorums: [{}, {}],
      range: {start: 0n, end: 9n},
    });
    await register(place.config, registering(place));
    const first = await deregister(place.config, leaving({quorums: [0]}));
    expect(first).toMatchObject({left: [0], remaining: [1], wayBack: 'open'});
    expect(leaveWarnings(first)).toEqual([]);
    const text = deregisterText(first, listStyle());
    expect(text).toContain('being in the quorums 1');
    expect(text).not.toContain('list');
    const again = await deregister(place.config, leaving({quorums: [0]}));
    expect(again).toMatchObject({left: [], steps: [{outcome: 'already', found: 'not in 0'}]});
    expect((await deregister(place.config, leaving({quorums: [0, 1]}))).left).toEqual([1]);
  });

  it('wants the address typed, which --yes does not replace', async () => {
    const place = await registeredBls();
    const {id} = place.config.node;
    const flags = {confirmations: 1, wait: 1, force: false, yes: true, 'dry-run': false, calldata: false};
    const talk = {canAsk: false, signal: new AbortController().signal, note: () => {}, show: () => {}};
    const usage = expect.objectContaining({
      code: 'USAGE',
      next: {say: '', run: {command: 'deregister', args: ['--confirm', id]}},
    }) as Error;
    expect(() => deregisterOptions(place.config, flags, talk)).toThrow(usage);
    expect(() => deregisterOptions(place.config, {...flags, confirm: `0x${'11'.repeat(20)}`}, talk)).toThrow(
      usage,
    );
    expect(deregisterOptions(place.config, {...flags, confirm: id.toLowerCase()}, talk).mode).toBe('apply');
    expect(deregisterOptions(place.config, {...flags, 'dry-run': true}, talk).mode).toBe('dry-run');
  });
});
