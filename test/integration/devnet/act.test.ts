import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {createActs, type Act} from '../../../src/devnet/act/acts.ts';
import type {ActPlace} from '../../../src/devnet/act/stage.ts';
import type {RequestOf} from '../../../src/devnet/act/request.ts';
import type {AosContracts} from '../../../src/devnet/chain/deploy.ts';
import {createPublicClient, http} from 'viem';
import {allocationManagerAbi, delegationManagerAbi} from '../../../src/lib/peers/chain/abis-core.ts';
import {registryCoordinatorAbi} from '../../../src/lib/peers/chain/abis-avs.ts';
import {BLS_SECRET, registrationOf} from '../../support/bls-registry.ts';
import {OPERATOR, startChainRig, STRANGER, type ChainRig} from '../../support/chain-rig.ts';
import {contractsOf, readHistory} from '../../support/history-rig.ts';

const ME = OPERATOR.address;
const SLASH: RequestOf<'slash'> = {
  act: 'slash',
  operator: null,
  wad: (10n ** 17n).toString(),
  description: 'late',
};
const EJECT: RequestOf<'eject'> = {act: 'eject', operator: null, quorums: null, by: 'account'};
const PENDING: RequestOf<'pending-stake'> = {act: 'pending-stake', operator: ME, deposit: '5', blocks: 20};
const CHALLENGE: RequestOf<'challenge'> = {
  act: 'challenge',
  job: null,
  clock: null,
  quorums: [0],
  threshold: 67,
  blocks: 0,
  answer: false,
};

let rig: ChainRig;
let aos: AosContracts;
let before: unknown;
beforeAll(async () => {
  rig = await startChainRig();
  aos = await rig.deploy({flow: 'bls', quorums: [{}, {}], others: [STRANGER.address]});
  await rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR, {quorums: '0x0001'}));
});
afterAll(() => rig.close());
beforeEach(async () => {
  before = await rig.snapshot();
});
afterEach(() => rig.restore(before));

function acts(over: Partial<ActPlace> = {}): Act {
  return createActs({
    url: rig.url,
    contracts: aos,
    operators: [ME, STRANGER.address].map((operator, at) => ({operator, config: `/${at}.yaml`})),
    artifacts: rig.artifacts,
    blsKeys: () => Promise.resolve([BLS_SECRET]),
    job: (id) => (id === 'none' ? null : {jobId: id ?? 'newest', clockNumber: 9n}),
    ...over,
  });
}
const client = () => createPublicClient({transport: http(rig.url, {retryCount: 0}), cacheTime: 0});
const history = async () => {
  const {rows} = await readHistory({operator: ME, contracts: contractsOf(aos), rpcUrls: [rig.url]});
  return rows.map(({kind, description}) => [kind, description]);
};

describe('slash', () => {
  it('takes a share of what the operator has, as the AVS does, as often as asked', async () => {
    const act = acts();
    const first = await act(SLASH);
    expect(first).toMatchObject({
      act: 'slash',
      operator: ME,
      config: '/0.yaml',
      challenge: null,
      pending: null,
    });
    expect(first.steps.map(({what}) => what)).toEqual([
      'the AVS named a registrar that lets every operator in',
      'the AVS made operator set 0',
      'the operator joined operator set 0 of the AVS',
      'the operator allocated all of its free stake to the set',
      'the AVS slashed 10 % of the operator’s allocations',
    ]);
    const second = await act({...SLASH, wad: (5n * 10n ** 17n).toString()});
    expect(second.steps).toHaveLength(1);
    const shares = await client().readContract({
      address: aos.delegation_manager,
      abi: delegationManagerAbi,
      functionName: 'getOperatorShares',
      args: [ME, aos.strategies],
    });
    expect(shares).toEqual([(32n * 10n ** 18n * 45n) / 100n, (100n * 10n ** 18n * 45n) / 100n]);
    expect(await act({...SLASH, operator: STRANGER.address})).toMatchObject({operator: STRANGER.address});
    await act({...SLASH, wad: (10n ** 18n).toString()});
    await expect(act(SLASH)).rejects.toMatchObject({code: 'DEVNET_REFUSED'});
    // A row for each slash and strategy.
    expect((await history()).filter(([kind]) => kind === 'slash')).toHaveLength(6);
  });

  it('or records a penalty', async () => {
    const {steps} = await acts()({act: 'penalty', operator: ME, kind: 'zk-verify-failed', description: 'no'});
    expect(steps.map(({what}) => what)).toEqual(['a penalty of 0.1 ETH was recorded (zk-verify-failed)']);
    expect(await history()).toContainEqual(['penalty', 'penalty 0 recorded, ZkVerifyFailed: no']);
  });

  it('knows the operators of this devnet alone', async () => {
    await expect(acts()({...SLASH, operator: aos.owner})).rejects.toMatchObject({code: 'USAGE'});
  });
});

describe('challenge', () => {
  it('opens one for a job, and counts the blocks since', async () => {
    const report = await acts()({...CHALLENGE, blocks: 15});
    expect(report.challenge).toMatchObject({index: 0, clockNumber: '9', isAnswered: false});
    expect(BigInt(report.challenge!.deadlineBlock) - BigInt(report.block)).toBe(15n);
    expect(await acts()({...CHALLENGE, clock: '77'})).toMatchObject({
      challenge: {index: 1, clockNumber: '77'},
    });
    await expect(acts()({...CHALLENGE, job: 'none'})).rejects.toMatchObject({code: 'USAGE'});
  });

  it('has it answered with the signatures of the operators', async () => {
    expect(await acts()({...CHALLENGE, answer: true, blocks: 29})).toMatchObject({
      challenge: {isAnswered: true},
    });
    await acts()({...CHALLENGE, quorums: [1, 0]});
    expect(await acts()({act: 'answer', index: 1, blocks: 0})).toMatchObject({challenge: {isAnswered: true}});
    await expect(acts()({act: 'answer', index: 1, blocks: 0})).rejects.toMatchObject({
      code: 'DEVNET_FAILED',
      message: expect.stringContaining('already responded') as string,
    });
    await expect(acts()({act: 'answer', index: 9, blocks: 0})).rejects.toMatchObject({code: 'USAGE'});
  });

  it('needs an operator that can sign, and has 30 blocks', async () => {
    const act = acts({blsKeys: () => Promise.resolve([5n])});
    await expect(act({...CHALLENGE, answer: true})).rejects.toMatchObject({code: 'DEVNET_REFUSED'});
    await expect(acts()({...CHALLENGE, answer: true, blocks: 30})).rejects.toMatchObject({
      message: expect.stringContaining('too late') as string,
    });
  });
});

describe('eject', () => {
  it('puts the operator out of one quorum, then of all, by an account', async () => {
    const act = acts();
    expect((await act({...EJECT, quorums: [1]})).steps.map(({what}) => what)).toEqual([
      `the owner named the ejector ${aos.owner}`,
      'the ejector put the operator out of quorum 1',
    ]);
    await expect(act({...EJECT, quorums: [1]})).rejects.toMatchObject({code: 'DEVNET_REFUSED'});
    expect((await act(EJECT)).steps).toHaveLength(1);
    const read = {address: aos.registry, abi: registryCoordinatorAbi} as const;
    expect(await client().readContract({...read, functionName: 'getOperatorStatus', args: [ME]})).toBe(2);
    await expect(act(EJECT)).rejects.toMatchObject({code: 'DEVNET_REFUSED'});
  });

  it('or by the contract', async () => {
    const {steps} = await acts()({...EJECT, by: 'contract'});
    expect(steps.map(({what}) => what)).toEqual(['the ejector put the operator out of quorums 0, 1']);
    expect((await history()).map(([kind]) => kind)).toContain('ejection');
  });
});

describe('of an AVS with operator sets alone', () => {
  const setsOnly = (): AosContracts => ({
    ...aos,
    ejection_manager: null,
    stake_registry: null,
    bls_apk_registry: null,
    index_registry: null,
  });

  it('the AVS puts the operator out of its sets, and no key answers a challenge', async () => {
    await acts()(SLASH);
    const act = acts({contracts: setsOnly()});
    await expect(act({...EJECT, quorums: [7]})).rejects.toMatchObject({code: 'DEVNET_REFUSED'});
    expect((await act(EJECT)).steps.map(({what}) => what)).toEqual([
      'the AVS put the operator out of operator set 0',
    ]);
    await expect(act(EJECT)).rejects.toMatchObject({code: 'DEVNET_REFUSED'});
    await expect(act({...CHALLENGE, answer: true})).rejects.toMatchObject({code: 'DEVNET_REFUSED'});
  });

  it('an operator that has joined none cannot be slashed', async () => {
    const sets = await rig.deploy({flow: 'operator-sets'});
    await expect(acts({contracts: sets})(SLASH)).rejects.toMatchObject({
      code: 'DEVNET_REFUSED',
      next: {run: {command: 'register', args: ['-c', '/0.yaml', '--yes']}},
    });
  });
});

describe('pending-stake', () => {
  it('allocates for later, and takes back for later when all is allocated', async () => {
    const act = acts();
    const {pending, block} = await act(PENDING);
    expect(pending).toMatchObject({
      deposited: '5',
      magnitude: '0',
      newMagnitude: (5n * 10n ** 17n).toString(),
    });
    expect(BigInt(pending!.effectBlock) - BigInt(block)).toBe(20n);
    await expect(act(PENDING)).rejects.toMatchObject({code: 'DEVNET_REFUSED'});
    // A slash waits until there is something to take.
    const slashed = await act(SLASH);
    expect(slashed.steps.map(({what}) => what)).toContain(
      '20 blocks passed, until the allocation was in effect',
    );
    const allocation = () =>
      client().readContract({
        address: aos.allocation_manager,
        abi: allocationManagerAbi,
        functionName: 'getAllocation',
        args: [ME, {avs: aos.service_manager, id: 0}, aos.strategies[1]],
      });
    expect((await allocation()).currentMagnitude).toBe(9n * 10n ** 17n);
    const again = await act({...PENDING, deposit: '0'});
    expect(again.steps.map(({what}) => what)).toEqual([
      'the operator allocated half of its free stake, for later',
    ]);
  });

  it('takes back half of an allocation of everything', async () => {
    const act = acts();
    await act(SLASH);
    const {pending, steps} = await act({...PENDING, deposit: '0'});
    expect(steps.map(({what}) => what)).toEqual(['the operator took back half of its allocation, for later']);
    expect(BigInt(pending!.newMagnitude) * 2n).toBe(BigInt(pending!.magnitude));
  });
});
