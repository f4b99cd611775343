import {encodeFunctionData, type Hex} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {ecdsaB2Abi} from '../../../../src/lib/peers/chain/abis-avs.ts';
import {allocationManagerAbi, keyRegistrarAbi} from '../../../../src/lib/peers/chain/abis-core.ts';
import {resolveContracts} from '../../../../src/lib/peers/chain/contracts.ts';
import {detectFlow} from '../../../../src/lib/peers/chain/flows/detect.ts';
import {MULTICALL3} from '../../../../src/lib/peers/chain/gathered-reads.ts';
import {readRegistrationStatus} from '../../../../src/lib/peers/chain/flows/registration-status.ts';
import type {DevFlow} from '../../../../src/devnet/chain/contract-sets.ts';
import type {AosContracts} from '../../../../src/devnet/chain/deploy.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {signForAvs} from '../../../support/avs-signature.ts';
import {configuredOf, openAt, seen} from '../../../support/avs-view.ts';
import {deregistration, OPERATOR_ID, registrationOf} from '../../../support/bls-registry.ts';
import {LATER, OPERATOR, startChainRig, STRANGER, type ChainRig} from '../../../support/chain-rig.ts';
import {startRpcShim} from '../../../support/rpc-shim.ts';
import {startStepCounter} from '../../../support/rpc-steps.ts';
import type {RegistrationStatus} from '../../../../src/lib/peers/chain/flows/registration-types.ts';

const ME = OPERATOR.address;
const UNIT = 10n ** 18n;
const SOCKET = 'http://127.0.0.1:1';

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

const stakeOf = async (aos: AosContracts, url = rig.url, operator = ME): Promise<RegistrationStatus> => {
  const {chain, contracts, flow} = await seen(url, aos);
  return readRegistrationStatus(flow, {chain, contracts, operator});
};

describe('readStake', () => {
  it('BLS: before, while and after an operator is registered', async () => {
    const aos = await rig.deploy({flow: 'bls', quorums: [{}, {minimumStake: 50n * UNIT, maxOperators: 7}]});
    const outside = await stakeOf(aos);
    expect(outside).toMatchObject({state: 'not_registered', operatorId: null, socket: {state: 'none'}});
    await rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR, {quorums: '0x01'}));
    const inside = await stakeOf(aos);
    expect(inside).toMatchObject({
      state: 'registered',
      operatorId: OPERATOR_ID,
      socket: {state: 'known', value: SOCKET},
    });
    expect(inside.quorums).toMatchObject([
      {number: 0, member: false, weight: 132n * UNIT, recorded: 0n, total: 0n, minimum: 0n, operators: 0},
      {
        number: 1,
        member: true,
        weight: 132n * UNIT,
        recorded: 132n * UNIT,
        total: 132n * UNIT,
        minimum: 50n * UNIT,
        operators: 1,
        maxOperators: 7,
      },
    ]);
    expect(inside.quorums[0]?.strategies.map(({strategy}) => strategy)).toEqual(aos.strategies);
    expect(inside.strategies).toMatchObject([
      {
        strategy: aos.strategies[0],
        token: aos.tokens[0],
        decimals: 18,
        shares: 32n * UNIT,
        amount: 32n * UNIT,
      },
      {strategy: aos.strategies[1], token: aos.tokens[1], shares: 100n * UNIT, maxMagnitude: UNIT},
    ]);
    for (const {symbol} of inside.strategies) expect(symbol).toMatch(/^[A-Za-z]+$/);
    await rig.send(ME, aos.registry, deregistration('0x01'));
    expect(await stakeOf(aos)).toMatchObject({state: 'deregistered', operatorId: OPERATOR_ID});
  });

  it('BLS: the recorded stake stays until it is updated', async () => {
    const aos = await rig.deploy({flow: 'bls'});
    await rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR));
    await rig.hooks(aos).setShares(ME, 0, 0n);
    expect((await stakeOf(aos)).quorums).toMatchObject([{weight: 100n * UNIT, recorded: 132n * UNIT}]);
  });

  it('BLS of v1.x: the socket from its registry', async () => {
    const aos = await rig.deploy({flow: 'bls-v1'});
    await rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR));
    expect((await stakeOf(aos)).socket).toEqual({state: 'known', value: SOCKET});
  });

  it('the socket is unknown where the RPC does not serve old logs', async () => {
    const aos = await rig.deploy({flow: 'bls'});
    await rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR));
    const shim = await startRpcShim(rig.url, ({id, method}) =>
      method === 'eth_getLogs'
        ? {status: 200, body: JSON.stringify({jsonrpc: '2.0', id, error: {code: -32600, message: 'range'}})}
        : null,
    );
    expect(await stakeOf(aos, shim.url)).toMatchObject({state: 'registered', socket: {state: 'unknown'}});
    await shim.close();
  });

  it('ECDSA: weights and strategies of its one quorum', async () => {
    const aos = await rig.deploy({flow: 'ecdsa-b2'});
    expect(await stakeOf(aos)).toMatchObject({
      state: 'not_registered',
      quorums: [{number: 0, member: false}],
    });
    const where = {directory: aos.avs_directory, avs: aos.service_manager, version: '1'};
    const args = [await signForAvs(OPERATOR, where, {expiry: LATER}), ME] as const;
    const data = encodeFunctionData({abi: ecdsaB2Abi, functionName: 'registerOperatorWithSignature', args});
    await rig.send(ME, aos.registry, data);
    const stake = await stakeOf(aos);
    expect(stake).toMatchObject({state: 'registered', operatorId: null, quorums: [{member: true}]});
    expect(stake.quorums[0]?.weight).toBe(stake.quorums[0]?.recorded);
    expect(stake.quorums[0]?.weight).toBeGreaterThan(0n);
    expect(stake.strategies).toHaveLength(2);
  });

  it('operator sets: their strategies, and what slashing has left', async () => {
    const aos = await rig.deploy({flow: 'operator-sets'});
    const stake = await stakeOf(aos);
    expect(stake).toMatchObject({
      state: 'not_registered',
      quorums: [
        {number: 0, member: false, strategies: [{}, {}]},
        {number: 1, member: false},
      ],
    });
    expect(stake.strategies).toMatchObject([{maxMagnitude: UNIT, encumberedMagnitude: 0n}, {}]);
  });

  it('operator sets: one that was left can slash for a while, and says until which block', async () => {
    const aos = await rig.deploy({flow: 'operator-sets'});
    const set = {avs: aos.service_manager, id: 0};
    const hash = await rig.attempt(
      ME,
      aos.key_registrar!,
      encodeFunctionData({
        abi: keyRegistrarAbi,
        functionName: 'getECDSAKeyRegistrationMessageHash',
        args: [ME, set, ME],
      }),
    );
    const signature = await OPERATOR.sign({hash: hash as Hex});
    const key = encodeFunctionData({
      abi: keyRegistrarAbi,
      functionName: 'registerKey',
      args: [ME, set, ME, signature],
    });
    await rig.send(ME, aos.key_registrar!, key);
    const manager = {abi: allocationManagerAbi} as const;
    const joining = {avs: set.avs, operatorSetIds: [0], data: '0x'} as const;
    await rig.send(
      ME,
      aos.allocation_manager,
      encodeFunctionData({...manager, functionName: 'registerForOperatorSets', args: [ME, joining]}),
    );
    expect((await stakeOf(aos)).quorums[0]).not.toHaveProperty('slashableUntil');
    const leaving = {operator: ME, avs: set.avs, operatorSetIds: [0]};
    await rig.send(
      ME,
      aos.allocation_manager,
      encodeFunctionData({...manager, functionName: 'deregisterFromOperatorSets', args: [leaving]}),
    );
    const left = await rig.block();
    const [quorum] = (await stakeOf(aos)).quorums;
    expect(quorum).toMatchObject({number: 0, member: false});
    const until = quorum!.slashableUntil!;
    expect(until).toBeGreaterThan(left);
    await rig.hooks(aos).mine(Number(until - left));
    expect((await stakeOf(aos)).quorums[0]).toMatchObject({slashableUntil: until});
    await rig.hooks(aos).mine(1);
    expect((await stakeOf(aos)).quorums[0]).not.toHaveProperty('slashableUntil');
  });

  it('a slash shows in shares and magnitude', async () => {
    const aos = await rig.deploy({flow: 'bls'});
    await rig.hooks(aos).slash({operator: ME, wads: [UNIT / 4n]});
    expect((await stakeOf(aos)).strategies[0]).toMatchObject({
      maxMagnitude: (UNIT * 3n) / 4n,
      shares: 24n * UNIT,
    });
  });

  it('nobody’s stake is zero, not unknown', async () => {
    const aos = await rig.deploy({flow: 'bls'});
    const stake = await stakeOf(aos, rig.url, STRANGER.address);
    expect(stake).toMatchObject({state: 'not_registered', strategies: [{shares: 0n, amount: 0n}, {}]});
  });
});

describe('dependent steps from nothing to the whole stake', () => {
  const QUORUMS = Array.from({length: 12}, () => ({}));

  it.each<[DevFlow, boolean]>([
    ['bls', true],
    ['bls', false],
    ['bls-v1', true],
    ['ecdsa-b2', true],
    ['ecdsa-b2', false],
    ['slashing-registry', true],
    ['slashing-registry', false],
    ['operator-sets', true],
    ['operator-sets', false],
  ])('%s (Multicall3: %s): six, and one to see that there is none', async (flow, multicall) => {
    const hasQuorums = flow.startsWith('bls') || flow === 'slashing-registry';
    const aos = await rig.deploy(hasQuorums ? {flow, quorums: QUORUMS} : {flow});
    if (flow === 'bls') await rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR));
    if (!multicall) await devRpc(rig.url, 'anvil_setCode', [MULTICALL3, '0x']);
    const counter = await startStepCounter(rig.url);
    const chain = await openAt(counter.url);
    const [contracts, {flow: found}] = await Promise.all([
      resolveContracts(chain, configuredOf(aos)),
      detectFlow(chain, {registry: aos.registry, serviceManager: aos.service_manager}),
    ]);
    const stake = await readRegistrationStatus(found, {chain, contracts, operator: ME});
    expect(stake.strategies).toHaveLength(2);
    expect(stake.quorums).toHaveLength(hasQuorums ? QUORUMS.length : flow === 'ecdsa-b2' ? 1 : 2);
    expect(counter.take().steps).toBe(multicall ? 6 : 7);
    await counter.close();
  });
});
