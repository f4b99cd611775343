import {pad, type Hex} from 'viem';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {resolveContracts} from '../../../../src/lib/peers/chain/contracts.ts';
import {detectFlow, namedFlow} from '../../../../src/lib/peers/chain/flows/detect.ts';
import type {FlowName} from '../../../../src/lib/peers/chain/flows/list.ts';
import type {DevFlow} from '../../../../src/devnet/chain/contract-sets.ts';
import type {AosContracts} from '../../../../src/devnet/chain/deploy.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {configuredOf, openAt} from '../../../support/avs-view.ts';
import {callOf, startChainRig, type ChainRig} from '../../../support/chain-rig.ts';
import {startStepCounter} from '../../../support/rpc-steps.ts';

const NOBODY: Hex = '0x00000000000000000000000000000000000000aa';
const IMPLEMENTATION: Hex = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
const FLOWS: DevFlow[] = [
  'bls',
  'bls-v1',
  'ecdsa-b1',
  'ecdsa-b2',
  'ecdsa-b3',
  'slashing-registry',
  'operator-sets',
  'operator-sets-identifier',
];
/** The flow of each registry that is not named after its flow. */
const FLOW_OF: Readonly<Partial<Record<DevFlow, FlowName>>> = {
  'bls-v1': 'bls',
  'operator-sets-identifier': 'operator-sets',
};

/** Compiling the contracts anew takes its time on a busy machine. */
const COMPILE_MS = 60_000;

let rig: ChainRig;
let bls: AosContracts;
const others = new Map<DevFlow, AosContracts>();

beforeAll(async () => {
  rig = await startChainRig();
  for (const flow of FLOWS) others.set(flow, await rig.deploy({flow}));
  bls = others.get('bls')!;
}, COMPILE_MS);
afterAll(() => rig.close());

const detect = async (aos: AosContracts, url = rig.url): Promise<unknown> =>
  detectFlow(await openAt(url), {registry: aos.registry, serviceManager: aos.service_manager});
const resolve = async (changes: Parameters<typeof configuredOf>[1] = {}, aos = bls): Promise<unknown> =>
  resolveContracts(await openAt(rig.url), configuredOf(aos, changes));

describe('detectFlow', () => {
  it.each(FLOWS)('%s, behind a proxy and without one', async (flow) => {
    const expected = {flow: {name: FLOW_OF[flow] ?? flow}};
    expect(await detect(others.get(flow)!)).toMatchObject(expected);
    expect(await detect(await rig.deploy({flow, proxies: false}))).toMatchObject(expected);
  });

  it('is one dependent step for every flow', async () => {
    const counter = await startStepCounter(rig.url);
    for (const flow of FLOWS) {
      const chain = await openAt(counter.url);
      counter.take();
      await detectFlow(chain, {
        registry: others.get(flow)!.registry,
        serviceManager: others.get(flow)!.service_manager,
      });
      expect(counter.take()).toMatchObject({steps: 1});
    }
    await counter.close();
  });

  it('a slashing registry once a coordinator of v1.x takes no more M2 quorums', async () => {
    const aos = await rig.deploy({flow: 'bls-v1'});
    await rig.send(aos.owner, aos.registry, callOf('function enableOperatorSets()'));
    expect(await detect(aos)).toMatchObject({flow: {name: 'bls'}});
    await rig.send(aos.owner, aos.registry, callOf('function disableM2QuorumRegistration()'));
    expect(await detect(aos)).toMatchObject({flow: {name: 'slashing-registry'}});
  });

  it('says what did answer when it is none of them', async () => {
    await expect(detect({...bls, registry: bls.service_manager})).rejects.toMatchObject({
      code: 'CHAIN_FLOW_UNKNOWN',
      exitCode: 64,
      next: {say: expect.stringContaining('--flow') as string},
    });
  });

  it('CHAIN_MISMATCH for a registry of another service manager', async () => {
    const error: unknown = await detect({...bls, service_manager: NOBODY}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({code: 'CHAIN_MISMATCH', exitCode: 77});
    expect(String(error)).toContain(bls.service_manager);
    expect(String(error).toLowerCase()).toContain(NOBODY);
  });

  it('CHAIN_NO_CODE for an address without a contract', async () => {
    await expect(detect({...bls, registry: NOBODY})).rejects.toMatchObject({
      code: 'CHAIN_NO_CODE',
      exitCode: 77,
    });
  });
});

describe('namedFlow', () => {
  const name = async (aos: AosContracts, flow: FlowName): Promise<unknown> => {
    const at = {registry: aos.registry, serviceManager: aos.service_manager};
    return (await namedFlow(await openAt(rig.url), at, flow)).name;
  };

  it.each<[DevFlow, FlowName]>([
    ['bls', 'ecdsa-b2'],
    ['bls', 'operator-sets'],
    ['ecdsa-b1', 'ecdsa-b2'],
    ['ecdsa-b3', 'bls'],
    ['operator-sets', 'bls'],
    ['operator-sets', 'slashing-registry'],
    ['slashing-registry', 'operator-sets'],
    ['slashing-registry', 'bls'],
    ['operator-sets', 'ecdsa-b1'],
  ])('a registry of %s is not one of %s, and the next step names the right one', async (is, named) => {
    await expect(name(others.get(is)!, named)).rejects.toMatchObject({
      code: 'USAGE',
      next: {say: expect.stringMatching(`^Use --flow ${is}, or leave --flow away`) as string},
    });
  });

  it('takes the right one, and any for a registry that cannot be recognised', async () => {
    expect(await name(others.get('ecdsa-b3')!, 'ecdsa-b3')).toBe('ecdsa-b3');
    expect(await name({...bls, registry: bls.delegation_manager}, 'ecdsa-b1')).toBe('ecdsa-b1');
  });

  it('takes both of a coordinator that has M2 quorums and operator sets', async () => {
    const v1 = others.get('bls-v1')!;
    expect(await name(v1, 'slashing-registry')).toBe('slashing-registry');
    expect(await name(v1, 'bls')).toBe('bls');
    await expect(name(v1, 'ecdsa-b2')).rejects.toMatchObject({code: 'USAGE'});
    await expect(name(v1, 'operator-sets')).rejects.toMatchObject({code: 'USAGE'});
  });
});

describe('resolveContracts', () => {
  it('finds what the contracts say about one another', async () => {
    expect(await resolve()).toMatchObject({
      registry: bls.registry,
      serviceManager: bls.service_manager,
      stakeRegistry: bls.stake_registry,
      blsApkRegistry: bls.bls_apk_registry,
      indexRegistry: bls.index_registry,
      socketRegistry: null,
      permissionController: bls.permission_controller,
      quorums: [{number: 0, strategies: 2}],
      registrar: null,
      keyRegistrar: null,
    });
    const v1 = others.get('bls-v1')!;
    expect(await resolve({}, v1)).toMatchObject({socketRegistry: v1.socket_registry});
    const sets = others.get('operator-sets')!;
    expect(await resolve({}, sets)).toMatchObject({
      registrar: sets.registry,
      keyRegistrar: sets.key_registrar,
      quorums: [],
    });
    await expect(resolve({}, others.get('ecdsa-b2'))).resolves.toBeDefined();
  });

  it('takes an AVS for its own registrar only when it serves itself', async () => {
    const own = others.get('operator-sets-identifier')!;
    expect(own.registry).toBe(own.service_manager);
    expect(await resolve({}, own)).toMatchObject({
      registrar: own.registry,
      keyRegistrar: own.key_registrar,
    });
    // The AVS of M2 quorums is its own registrar by default, and takes no operators for sets.
    expect(await resolve({}, others.get('bls-v1'))).toMatchObject({registrar: null});
    const coordinator = others.get('slashing-registry')!;
    expect(await resolve({}, coordinator)).toMatchObject({
      registrar: coordinator.registry,
      keyRegistrar: null,
      quorums: [{number: 0, strategies: 2}],
    });
  });

  it('fills in what the configuration leaves out', async () => {
    const bare = {
      serviceManager: null,
      delegationManager: null,
      avsDirectory: null,
      allocationManager: null,
      strategyManager: null,
      rewardsCoordinator: null,
      challengeManager: null,
      penaltyLedger: null,
      rangeManager: null,
    };
    expect(await resolve(bare)).toMatchObject({
      serviceManager: bls.service_manager,
      delegationManager: bls.delegation_manager,
      avsDirectory: bls.avs_directory,
    });
    const v1 = others.get('bls-v1')!;
    expect(await resolve(bare, v1)).toMatchObject({allocationManager: v1.allocation_manager});
  });

  it('is two dependent steps', async () => {
    const counter = await startStepCounter(rig.url);
    for (const flow of FLOWS) {
      const chain = await openAt(counter.url);
      counter.take();
      await resolveContracts(chain, configuredOf(others.get(flow)!));
      expect(counter.take()).toMatchObject({steps: 2});
    }
    await counter.close();
  });

  it('CONFIG_INVALID when nothing names a contract that is needed', async () => {
    await expect(resolve({registry: null})).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      next: {say: expect.stringContaining('chain.contracts.registry') as string},
    });
    await expect(resolve({serviceManager: null}, others.get('ecdsa-b1'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it.each([
    ['serviceManager', 'service_manager'],
    ['delegationManager', 'delegation_manager'],
    ['avsDirectory', 'avs_directory'],
    ['allocationManager', 'allocation_manager'],
    ['strategyManager', 'strategy_manager'],
    ['challengeManager', 'challenge_manager'],
  ] as const)('CHAIN_MISMATCH with both values for the %s of another AVS', async (key, name) => {
    const other = await rig.deploy({flow: 'bls-v1'});
    const error: unknown = await resolve({[key]: other[name]}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({code: 'CHAIN_MISMATCH', exitCode: 77});
    const pairs = (error as {details: {mismatches: {says: string; configured: string}[]}}).details.mismatches;
    expect(pairs.length).toBeGreaterThan(0);
    for (const {says, configured} of pairs) {
      expect(says.toLowerCase()).not.toBe(configured.toLowerCase());
      expect(String(error)).toContain(says);
      expect(String(error)).toContain(configured);
    }
  });

  it('CHAIN_MISMATCH for an ECDSA registry of another service manager', async () => {
    const registry = others.get('ecdsa-b1')!.registry;
    await expect(resolve({registry, challengeManager: null}, others.get('ecdsa-b2'))).rejects.toMatchObject({
      code: 'CHAIN_MISMATCH',
      message: expect.stringContaining('serviceManager.stakeRegistry()') as string,
    });
  });

  it('CHAIN_MISMATCH for a contract of another kind', async () => {
    await expect(resolve({penaltyLedger: bls.range_manager})).rejects.toMatchObject({
      code: 'CHAIN_MISMATCH',
      message: expect.stringContaining('chain.contracts.penalty_ledger') as string,
      next: {say: expect.stringContaining('chain.contracts.penalty_ledger') as string},
    });
  });

  it('CHAIN_NO_CODE names every address without a contract', async () => {
    const error: unknown = await resolve({avsDirectory: NOBODY, penaltyLedger: NOBODY}).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({code: 'CHAIN_NO_CODE', exitCode: 77});
    expect(String(error)).toMatch(/avs_directory .* has no contract; .*penalty_ledger .* has no contract/);
  });

  it('CHAIN_NO_CODE for a proxy that points at nothing', async () => {
    const snapshot = await rig.snapshot();
    await devRpc(rig.url, 'anvil_setStorageAt', [bls.registry, IMPLEMENTATION, pad(NOBODY)]);
    await expect(resolve()).rejects.toMatchObject({
      code: 'CHAIN_NO_CODE',
      message: expect.stringMatching(
        /chain\.contracts\.registry .* is a proxy whose implementation/i,
      ) as string,
    });
    await expect(detect(bls)).rejects.toMatchObject({code: 'CHAIN_NO_CODE'});
    await rig.restore(snapshot);
  });

  it('CHAIN_NO_CODE for an account that borrows code (EIP-7702)', async () => {
    const snapshot = await rig.snapshot();
    await devRpc(rig.url, 'anvil_setCode', [NOBODY, `0xef0100${bls.owner.slice(2)}`]);
    await expect(resolve({penaltyLedger: NOBODY})).rejects.toMatchObject({code: 'CHAIN_NO_CODE'});
    await rig.restore(snapshot);
  });
});
