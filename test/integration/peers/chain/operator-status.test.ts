import {encodeFunctionData, parseAbi} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {MULTICALL3} from '../../../../src/lib/peers/chain/gathered-reads.ts';
import {readOperatorStatus} from '../../../../src/lib/peers/chain/status/operator-status.ts';
import type {DevFlow} from '../../../../src/devnet/chain/contract-sets.ts';
import type {AosContracts} from '../../../../src/devnet/chain/deploy.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {configuredOf} from '../../../support/avs-view.ts';
import {registrationOf} from '../../../support/bls-registry.ts';
import {OPERATOR, startChainRig, STRANGER, type ChainRig} from '../../../support/chain-rig.ts';
import {startRpcShim} from '../../../support/rpc-shim.ts';
import {startStepCounter} from '../../../support/rpc-steps.ts';
import type {ConfiguredContracts} from '../../../../src/lib/peers/chain/contract-types.ts';
import type {ChainFacts} from '../../../../src/lib/peers/chain/status/operator-facts.ts';
import {standingOf} from '../../../../src/lib/features/status/standing.ts';
import {costsAfter} from '../../../../src/lib/node/standing/costs.ts';
import {EMPTY_MEMORY} from '../../../../src/lib/node/standing/memory.ts';
import type {StandingFigures} from '../../../../src/lib/node/events/standing.ts';

const UNIT = 10n ** 18n;
const REF = `0x${'01'.repeat(32)}` as const;
const RANGE = {start: 0n, end: 60_000n};
const NOTHING = '0x00000000000000000000000000000000000000aA';
/** Compiling the contracts anew takes its time on a busy machine. */
const COMPILE_MS = 60_000;

let rig: ChainRig;
let before: unknown;

beforeAll(async () => {
  rig = await startChainRig();
}, COMPILE_MS);
afterAll(() => rig.close());
beforeEach(async () => {
  before = await rig.snapshot();
});
afterEach(() => rig.restore(before));

type Look = {
  url?: string;
  operator?: string;
  rpcUrls?: readonly string[];
  contracts?: Partial<ConfiguredContracts['contracts']>;
};
const read = (
  aos: AosContracts,
  {url = rig.url, operator = OPERATOR.address, rpcUrls = [url], contracts = {}}: Look = {},
): Promise<ChainFacts> =>
  readOperatorStatus({
    rpcUrls,
    chainId: 31337,
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    configured: configuredOf(aos, contracts),
    operator,
  });
const known = (value: unknown) => ({state: 'known', value});

describe('readOperatorStatus', () => {
  it('sees an operator before and after its registration', async () => {
    const aos = await rig.deploy({flow: 'bls', range: RANGE});
    const outside = await read(aos);
    expect(outside).toMatchObject({
      chainId: 31337,
      isOperator: known(true),
      avs: known({flow: 'bls', stake: {state: 'not_registered'}}),
      range: known({...RANGE, max: 600_000n}),
      challenges: known({total: 0, open: [], unanswered: 0}),
      penalties: known({penaltyWei: UNIT / 10n, total: 0n, mine: []}),
    });
    expect(outside.balanceWei).toBeGreaterThan(0n);
    expect(outside.gasPriceWei).toBeGreaterThan(0n);
    await rig.send(
      OPERATOR.address,
      aos.registry,
      await registrationOf(rig, aos, OPERATOR, {quorums: '0x00'}),
    );
    const inside = await read(aos);
    expect(inside.avs).toMatchObject(
      known({stake: {state: 'registered', socket: {state: 'known'}, quorums: [{member: true}]}}),
    );
    expect(await read(aos, {operator: STRANGER.address})).toMatchObject({
      isOperator: known(false),
      range: known({start: 0n, end: 0n}),
      avs: known({stake: {state: 'not_registered'}}),
    });
  });

  it.each<DevFlow>(['bls-v1', 'ecdsa-b1', 'ecdsa-b2', 'ecdsa-b3', 'slashing-registry', 'operator-sets'])(
    'knows the flow %s',
    async (flow) => {
      const aos = await rig.deploy({flow, range: RANGE});
      const {avs, isOperator} = await read(aos);
      const value = {flow: flow === 'bls-v1' ? 'bls' : flow, stake: {state: 'not_registered'}};
      expect({avs, isOperator}).toMatchObject({avs: known(value), isOperator: known(true)});
    },
  );

  it('sees slashes, penalties and open challenges', async () => {
    const aos = await rig.deploy({flow: 'bls', range: RANGE, moratoriumUntil: 0n});
    const hooks = rig.hooks(aos);
    await hooks.slash({operator: OPERATOR.address, wads: [UNIT / 10n]});
    await hooks.recordPenalty(STRANGER.address, 0, REF, 'away');
    await hooks.recordPenalty(OPERATOR.address, 0, REF, 'away');
    await hooks.recordPenalty(OPERATOR.address, 1, REF, 'wrong');
    await hooks.executePenalty(1n);
    await hooks.createChallenge({clockNumber: 7n, attestationHash: REF});
    await hooks.mine(40);
    await hooks.createChallenge({clockNumber: 8n, attestationHash: REF});
    const {avs, penalties, challenges} = await read(aos);
    const strategies = avs.state === 'known' ? avs.value.stake.strategies : [];
    expect(strategies.some(({maxMagnitude}) => maxMagnitude !== null && maxMagnitude < UNIT)).toBe(true);
    expect(penalties).toMatchObject(
      known({
        looked: 3,
        mine: [
          {id: 1n, kind: 0, executed: true},
          {id: 2n, kind: 1, executed: false},
        ],
      }),
    );
    expect(challenges).toMatchObject(known({total: 2, open: [{index: 1}], unanswered: 2, windowKnown: true}));
  });

  const steps = async (
    aos: AosContracts,
    contracts: Look['contracts'] = {},
  ): Promise<{steps: number; facts: ChainFacts}> => {
    const counter = await startStepCounter(rig.url);
    try {
      const facts = await read(aos, {url: counter.url, contracts});
      return {steps: counter.take().steps, facts};
    } finally {
      await counter.close();
    }
  };
  const without = async (aos: AosContracts): Promise<number> => {
    await devRpc(rig.url, 'anvil_setCode', [MULTICALL3, '0x']);
    return (await steps(aos)).steps;
  };

  it.each([1, 40])(
    'takes six dependent steps for %i quorums, and one more without Multicall3',
    async (count) => {
      const aos = await rig.deploy({
        flow: 'bls',
        range: RANGE,
        quorums: Array.from({length: count}, () => ({})),
      });
      await rig.send(
        OPERATOR.address,
        aos.registry,
        await registrationOf(rig, aos, OPERATOR, {quorums: '0x00'}),
      );
      await rig.hooks(aos).recordPenalty(OPERATOR.address, 0, REF, 'away');
      await rig.hooks(aos).createChallenge({clockNumber: 8n, attestationHash: REF});
      const {steps: taken, facts} = await steps(aos);
      expect(taken).toBeLessThanOrEqual(6);
      expect(facts.avs).toMatchObject(known({stake: {state: 'registered'}}));
      expect((facts.avs.state === 'known' ? facts.avs.value.stake.quorums : []).length).toBe(count);
      expect(await without(aos)).toBeLessThanOrEqual(7);
      const unnamed = {serviceManager: null, delegationManager: null, avsDirectory: null};
      const sparse = await steps(aos, unnamed);
      expect(sparse.facts.avs).toMatchObject(known({stake: {state: 'registered'}}));
      expect(sparse.steps).toBeLessThanOrEqual(7);
    },
  );

  it.each<DevFlow>(['bls-v1', 'ecdsa-b1', 'ecdsa-b2', 'ecdsa-b3', 'slashing-registry', 'operator-sets'])(
    'takes six dependent steps for %s, and one more without Multicall3',
    async (flow) => {
      const aos = await rig.deploy({flow, range: RANGE});
      expect((await steps(aos)).steps).toBeLessThanOrEqual(6);
      expect(await without(aos)).toBeLessThanOrEqual(7);
    },
  );

  it('leaves out the parts whose contracts are missing or wrong, and reads the rest', async () => {
    const aos = await rig.deploy({flow: 'bls', range: RANGE});
    const unset = {registry: null, serviceManager: null, challengeManager: null, penaltyLedger: null};
    expect(await read(aos, {contracts: unset})).toMatchObject({
      isOperator: known(true),
      avs: {state: 'unknown', reason: expect.stringContaining('chain.contracts.registry') as string},
      range: known(RANGE),
      challenges: known(null),
      penalties: known(null),
    });
    const wrong = {registry: NOTHING, challengeManager: aos.penalty_ledger, penaltyLedger: NOTHING} as const;
    expect(await read(aos, {contracts: wrong})).toMatchObject({
      isOperator: known(true),
      avs: {state: 'unknown'},
      range: known(RANGE),
      challenges: {state: 'unknown', reason: expect.stringContaining(aos.penalty_ledger) as string},
      penalties: {state: 'unknown'},
    });
  });

  it('continues to the next endpoint, and fails when none answers', async () => {
    const aos = await rig.deploy({flow: 'bls', range: RANGE});
    const shim = await startRpcShim(rig.url, ({method}) =>
      method === 'eth_call' ? {status: 500, body: 'no'} : null,
    );
    try {
      expect(await read(aos, {rpcUrls: [shim.url, rig.url]})).toMatchObject({
        endpoint: new URL(rig.url).host,
      });
      await expect(read(aos, {rpcUrls: [shim.url]})).rejects.toMatchObject({code: 'CHAIN_UNREACHABLE'});
    } finally {
      await shim.close();
    }
  });

  it('knows the challenges without an answer where the RPC serves no logs', async () => {
    const aos = await rig.deploy({flow: 'bls', range: RANGE});
    await rig.hooks(aos).createChallenge({clockNumber: 8n, attestationHash: REF});
    const shim = await startRpcShim(rig.url, ({method, ...request}) =>
      method === 'eth_getLogs'
        ? {
            status: 200,
            body: JSON.stringify({
              jsonrpc: '2.0',
              id: request.id,
              error: {code: -32600, message: 'range too large'},
            }),
          }
        : null,
    );
    try {
      const {challenges} = await read(aos, {url: shim.url});
      expect(challenges).toMatchObject(known({open: [], unanswered: 1, windowKnown: false}));
    } finally {
      await shim.close();
    }
  });
});

describe('what the running node makes of the chain', () => {
  const RULES = {
    source: 'test',
    probeIntervalMs: 10_000,
    offlineGraceMs: 1,
    penaltyWei: 1n,
    networkStart: null,
    sortPrecision: 6,
    outerUrl: null,
    socket: null,
  };

  it('is each event that costs, with its links', async () => {
    const aos = await rig.deploy({flow: 'bls', range: RANGE, moratoriumUntil: 0n});
    const hooks = rig.hooks(aos);
    let memory = EMPTY_MEMORY;
    const look = async (): Promise<{
      codes: string[];
      states: Record<string, string>;
      figures: StandingFigures;
    }> => {
      const about = {nodeId: OPERATOR.address, network: 'devnet', rules: RULES, now: 0};
      const reading = standingOf(await read(aos), about);
      memory = costsAfter(memory, reading, 0);
      const states = Object.fromEntries(reading.links.map(({id, state}) => [id, state]));
      return {codes: memory.costs.map(({code}) => code), states, figures: reading.figures};
    };
    const quorums = {quorums: '0x00'} as const;
    expect(await look()).toMatchObject({codes: [], states: {avs_registered: 'fail', stake: 'skipped'}});
    await rig.send(OPERATOR.address, aos.registry, await registrationOf(rig, aos, OPERATOR, quorums));
    expect(await look()).toMatchObject({
      codes: [],
      states: {avs_registered: 'ok', stake: 'ok', vrf_range: 'ok', slashed: 'ok', gas: 'ok'},
      figures: {registration: {state: 'registered', flow: 'bls'}, allocations: [], penalties: []},
    });

    await hooks.createChallenge({clockNumber: 7n, attestationHash: REF});
    await hooks.mine(15);
    expect(await look()).toMatchObject({codes: ['CHALLENGE_OPEN'], states: {challenges: 'pending'}});
    expect(memory.costs).toMatchObject([{step: 2, severity: 'warning'}]);
    await hooks.mine(12);
    await look();
    expect(memory.costs).toMatchObject([{step: 4, severity: 'critical'}]);
    await hooks.mine(10);
    expect((await look()).codes).toEqual(['CHALLENGE_UNANSWERED']);

    await hooks.slash({operator: OPERATOR.address, wads: [UNIT / 10n]});
    await hooks.allocate(OPERATOR.address, 0, [UNIT / 2n]);
    const slashed = await look();
    expect(slashed).toMatchObject({
      codes: ['CHALLENGE_UNANSWERED', 'STAKE_SLASHED'],
      states: {slashed: 'fail'},
      figures: {stake: [{maxMagnitude: ((UNIT * 9n) / 10n).toString()}, {}]},
    });
    // Slashable stake is taken back only after a delay.
    expect(slashed.figures.allocations?.[0]).toMatchObject({
      set: 0,
      magnitude: ((UNIT * 9n) / 10n).toString(),
      pendingDiff: ((-UNIT * 4n) / 10n).toString(),
      effectBlock: expect.stringMatching(/^\d+$/) as string,
    });

    await hooks.recordPenalty(OPERATOR.address, 0, REF, 'away');
    await hooks.eject(OPERATOR.address, [0]);
    await devRpc(rig.url, 'anvil_setBalance', [OPERATOR.address, '0x1']);
    expect(await look()).toMatchObject({
      codes: ['CHALLENGE_UNANSWERED', 'STAKE_SLASHED', 'PENALTY_RECORDED', 'OPERATOR_REMOVED', 'GAS_LOW'],
      states: {avs_registered: 'fail', gas: 'warn'},
      figures: {penalties: [{kind: 0, executed: false}]},
    });
  });

  it('has what was claimed of rewards, and who may claim', async () => {
    const aos = await rig.deploy({flow: 'bls', range: RANGE});
    const [strategy] = aos.strategies;
    const token = await read(aos).then(({rewards}) =>
      rewards.state === 'known' ? rewards.value?.claimed[0]?.token : undefined,
    );
    expect([strategy, token]).not.toContain(undefined);
    const abi = parseAbi([
      'function setClaimerFor(address claimer)',
      'function recordClaim(address earner, address recipient, address token, uint256 amount)',
    ]);
    const data = encodeFunctionData({abi, functionName: 'setClaimerFor', args: [STRANGER.address]});
    await rig.send(OPERATOR.address, aos.rewards_coordinator, data);
    const args = [OPERATOR.address, STRANGER.address, token!, 77n] as const;
    await rig.send(
      aos.owner,
      aos.rewards_coordinator,
      encodeFunctionData({abi, functionName: 'recordClaim', args}),
    );
    const {rewards} = await read(aos);
    expect(rewards).toMatchObject(known({claimer: STRANGER.address}));
    expect(rewards.state === 'known' ? rewards.value?.claimed[0] : null).toEqual({token, amount: 77n});
    expect((await read(aos, {contracts: {rewardsCoordinator: null}})).rewards).toMatchObject(known(null));
  });
});
