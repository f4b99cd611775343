import fc from 'fast-check';
import {decodeAbiParameters, decodeFunctionData, getAddress, parseAbiParameters, type Hex} from 'viem';
import {describe, expect, it} from 'vitest';
import {registryCoordinatorAbi} from '../../../../../src/lib/peers/chain/abis-avs.ts';
import {allocationManagerAbi} from '../../../../../src/lib/peers/chain/abis-core.ts';
import type {ResolvedContracts} from '../../../../../src/lib/peers/chain/contract-types.ts';
import {planBls, quorumBytes} from '../../../../../src/lib/peers/chain/flows/bls-plan.ts';
import type {AvsState} from '../../../../../src/lib/peers/chain/flows/flow.ts';
import {FLOW_NAMES, flowNamed, type FlowName} from '../../../../../src/lib/peers/chain/flows/list.ts';
import {planSets, registrarData} from '../../../../../src/lib/peers/chain/flows/sets-plan.ts';
import {coordinatorData} from '../../../../../src/lib/peers/chain/flows/slashing-registry-plan.ts';
import {parseQuorums} from '../../../../../src/lib/features/register/flags.ts';
import {step, stepsExitCode, type Outcome} from '../../../../../src/lib/features/register/report.ts';

const registry: Hex = '0x00000000000000000000000000000000000000a1';
const operator: Hex = '0x00000000000000000000000000000000000000b2';
const manager: Hex = '0x00000000000000000000000000000000000000c3';
const contracts: ResolvedContracts = {
  registry,
  serviceManager: registry,
  delegationManager: manager,
  avsDirectory: manager,
  allocationManager: manager,
  permissionController: null,
  strategyManager: null,
  rewardsCoordinator: null,
  rangeContract: null,
  challengeManager: null,
  penaltyLedger: null,
  slashers: [],
  stakeRegistry: null,
  blsApkRegistry: null,
  indexRegistry: null,
  socketRegistry: null,
  quorums: [],
  registrar: registry,
  keyRegistrar: null,
};
const parties = {contracts, operator};
const state: AvsState = {
  registered: false,
  known: false,
  operatorId: null,
  groups: [],
  joining: [0],
  blsKeyId: null,
  takesBlsKey: false,
  takesSignature: true,
  takesSocket: false,
  keysMissing: [],
};
const signature = {signature: '0x11', salt: `0x${'22'.repeat(32)}`, expiry: 9n} as const;

describe('registration', () => {
  it.each([
    ['ecdsa-b1', '0x0a601a12'],
    ['ecdsa-b2', '0x3d5611f6'],
    ['ecdsa-b3', '0xb884cb62'],
    ['bls', '0xa50857bf'],
  ] as const)('%s has its own entry', (flow, selector) => {
    const inputs = {socket: 's', signingKey: operator, signature, key: null};
    const {data, to} = flowNamed(flow).planRegistration(parties, state, inputs);
    expect([to, data.slice(0, 10)]).toEqual([registry, selector]);
  });

  it('by BLS is registerOperator with one byte a quorum, and zeros for a key that is known', () => {
    const {data} = planBls({registry, operator, quorums: [0, 3], socket: 's', key: null, signature});
    expect(data.slice(0, 10)).toBe('0xa50857bf');
    const {args} = decodeFunctionData({abi: registryCoordinatorAbi, data});
    expect(args).toMatchObject(['0x0003', 's', {pubkeyG1: {X: 0n}}, signature]);
  });

  it('for sets goes to AllocationManager and carries what the registrar wants', () => {
    const data = registrarData('http://x');
    const plan = planSets({
      allocationManager: manager,
      registry,
      operator,
      avs: registry,
      sets: [1, 7],
      data,
      socket: null,
    });
    expect(plan.to).toBe(manager);
    const {args} = decodeFunctionData({abi: allocationManagerAbi, data: plan.data});
    expect(args).toEqual([getAddress(operator), {avs: getAddress(registry), operatorSetIds: [1, 7], data}]);
    const [kind, socket] = decodeAbiParameters(
      parseAbiParameters('uint8, string'),
      coordinatorData('abc', null),
    );
    expect([kind, socket]).toEqual([0, 'abc']);
  });

  it('quorums are one byte each, in their order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({min: 0, max: 255})), (quorums) => {
        const text = quorums.map((number) => number.toString(16).padStart(2, '0')).join('');
        expect(quorumBytes(quorums)).toBe(`0x${text}`);
      }),
    );
  });
});

it.each([256, 511, -1])('quorum %s is refused, not cut to the byte of another one', (number) => {
  expect(() => quorumBytes([number])).toThrow(expect.objectContaining({code: 'USAGE'}) as Error);
  expect(() => flowNamed('bls').planExit(parties, [number])).toThrow(/no quorum/);
});

it.each<[FlowName, Hex, string]>([
  ['bls', registry, '0xca4f2d97'],
  ['ecdsa-b1', registry, '0x857dc190'],
  ['ecdsa-b2', registry, '0x857dc190'],
  ['ecdsa-b3', registry, '0xf2b11a42'],
  ['slashing-registry', manager, '0x6e3492b5'],
  ['operator-sets', manager, '0x6e3492b5'],
])('leaving by %s calls its own exit', (flow, to, selector) => {
  expect(FLOW_NAMES).toContain(flow);
  const plan = flowNamed(flow).planExit(parties, [0]);
  expect(plan.to).toBe(to);
  expect(plan.data.startsWith(selector)).toBe(true);
});

describe('exit code of the steps', () => {
  it.each<[Outcome[], boolean, number]>([
    [['already', 'already'], false, 0],
    [['done', 'waiting'], false, 0],
    [['planned'], false, 0],
    [['already', 'declined'], false, 3],
    [['missing'], false, 3],
    [['already', 'missing'], true, 8],
    [['done', 'pending'], false, 8],
    [['done', 'failed'], false, 4],
  ])('%j → %s %i', (states, onlyCooldown, code) => {
    expect(
      stepsExitCode(
        states.map((state) => step('avs', state, '')),
        onlyCooldown,
      ),
    ).toBe(code);
  });
});

it.each([
  ['0', [0]],
  ['3,1,1', [1, 3]],
])('--quorums %s', (text, expected) => {
  expect(parseQuorums(text)).toEqual(expected);
});

it.each(['', '-1', '1,', 'a', '4294967296'])('--quorums %s is refused', (text) => {
  expect(() => parseQuorums(text)).toThrow(expect.objectContaining({code: 'USAGE'}) as Error);
});
