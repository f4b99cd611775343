import {
  encodeAbiParameters,
  encodeFunctionData,
  parseAbi,
  parseAbiParameters,
  type Address,
  type Hex,
} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from 'vitest';
import {startAnvil, type Anvil} from '../../../../src/devnet/chain/anvil.ts';
import {openBatch} from '../../../../src/devnet/chain/batch.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {sendAs} from '../../../../src/devnet/chain/send.ts';
import {deployOpenRegistrar, namingRegistrar} from '../../../../src/devnet/chain/set-calls.ts';
import {deregister, type DeregisterOptions} from '../../../../src/lib/features/register/deregister.ts';
import {checkRegistration, register} from '../../../../src/lib/features/register/register.ts';
import {stepsExitCode} from '../../../../src/lib/features/register/report.ts';
import {
  allocationManagerAbi,
  keyRegistrarAbi,
  permissionControllerAbi,
} from '../../../../src/lib/peers/chain/abis-core.ts';
import {readRegistrationStatus} from '../../../../src/lib/peers/chain/flows/registration-status.ts';
import {seen} from '../../../support/avs-view.ts';
import {createHooks} from '../../../support/chain-hooks.ts';
import {compiledContracts} from '../../../support/contracts.ts';
import {registering, site, type Site} from '../../../support/registration.ts';
import {OPERATOR} from '../../../support/signer.ts';
import {limits, nonceOf} from '../../../support/tx.ts';

const ABI = parseAbi([
  'function createOperatorSets(address avs, (uint32 operatorSetId, address[] strategies)[] params)',
  'function addOperatorToAllowlist((address avs, uint32 id) operatorSet, address operator)',
  'function addPendingAdmin(address account, address admin)',
  'function acceptAdmin(address account)',
]);
const REGISTRAR_ARGS = parseAbiParameters('address avs, address allocationManager, address keyRegistrar');
/** An id beyond all that are tried. */
const FAR = 1000;

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
  await devRpc(anvil.url, 'evm_revert', [empty]);
});

const send = (from: Address, to: Address, data: Hex) => sendAs(anvil.url, from, [{to, data}]);

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

/** An AVS with the sets 0, 1 and a far one. */
async function withFarSet(): Promise<Site> {
  const place = await site(anvil.url, compiled.artifacts, {
    flow: 'operator-sets',
    range: {start: 0n, end: 9n},
  });
  const {service_manager: avs, allocation_manager: manager} = place.contracts;
  const sets = [{operatorSetId: FAR, strategies: [...place.contracts.strategies]}];
  await send(
    avs,
    manager,
    encodeFunctionData({abi: ABI, functionName: 'createOperatorSets', args: [avs, sets]}),
  );
  return place;
}

/** Puts a contract in the place of the registrar. */
async function replaceRegistrar({contracts}: Site, name: string, args: Hex = '0x'): Promise<Address> {
  const batch = await openBatch(anvil.url, compiled.artifacts, false);
  const other = batch.deploy(name, args);
  await batch.send();
  await devRpc(anvil.url, 'anvil_setCode', [
    contracts.registry,
    await devRpc(anvil.url, 'eth_getCode', [other, 'latest']),
  ]);
  return batch.owner;
}

it('leaves a set whose id is beyond all that are tried, and says that its id was not found', async () => {
  const place = await withFarSet();
  const {service_manager: avs, allocation_manager: manager, registry} = place.contracts;
  const {preconditions} = await checkRegistration(place.config, registering(place));
  expect(preconditions).toContainEqual(
    expect.objectContaining({
      id: 'operator-sets',
      state: 'warn',
      found: expect.stringContaining('0, 1; 1 more') as string,
    }),
  );

  const own = await devRpc(anvil.url, 'eth_getCode', [registry, 'latest']);
  await replaceRegistrar(place, 'OpenRegistrar');
  const params = {avs, operatorSetIds: [FAR], data: '0x'} as const;
  const join = {
    abi: allocationManagerAbi,
    functionName: 'registerForOperatorSets',
    args: [OPERATOR, params],
  } as const;
  await send(OPERATOR, manager, encodeFunctionData(join));
  await devRpc(anvil.url, 'anvil_setCode', [registry, own]);

  await createHooks(anvil.url, place.contracts, compiled.artifacts).allocate(OPERATOR, FAR, [1n]);
  const other = await deregister(place.config, leaving({quorums: [1]}));
  expect(other).toMatchObject({left: [], remaining: [FAR], steps: [{outcome: 'already', found: 'not in 1'}]});
  const report = await deregister(place.config, leaving());
  expect(report).toMatchObject({left: [FAR], steps: [{id: 'avs', outcome: 'done'}]});
  expect((await deregister(place.config, leaving())).steps).toMatchObject([{outcome: 'already'}]);

  const {chain, contracts, flow} = await seen(anvil.url, place.contracts);
  const {quorums} = await readRegistrationStatus(flow, {chain, contracts, operator: OPERATOR});
  expect(quorums.find(({number}) => number === FAR)).toMatchObject({
    member: false,
    slashableUntil: report.stays.slashableUntil,
  });
});

it('spends no key before the allowlist of the registrar has the operator', async () => {
  const place = await withFarSet();
  const {service_manager: avs, allocation_manager: manager, key_registrar: keys, registry} = place.contracts;
  const owner = await replaceRegistrar(
    place,
    'AVSRegistrarWithAllowlist',
    encodeAbiParameters(REGISTRAR_ARGS, [avs, manager, keys!]),
  );
  const list = async (id: number) => {
    const args = [{avs, id}, OPERATOR as Address] as const;
    await send(owner, registry, encodeFunctionData({abi: ABI, functionName: 'addOperatorToAllowlist', args}));
  };
  await list(0);
  const nonce = await nonceOf(anvil.url, 'pending');
  const refused = await register(place.config, registering(place));
  expect(refused.steps.at(-1)).toMatchObject({id: 'operator-set-key', outcome: 'missing'});
  expect(refused.preconditions).toMatchObject([
    {id: 'set-1-allowlist', state: 'fail', found: 'not on the allowlist of set 1'},
  ]);
  expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
  await list(1);
  const report = await register(place.config, registering(place));
  expect(stepsExitCode(report.steps)).toBe(0);
  expect(report.quorums).toEqual([0, 1]);
});

it('asks for the permission to register keys, where another is the admin', async () => {
  const place = await withFarSet();
  const {
    permission_controller: controller,
    allocation_manager: manager,
    key_registrar: keys,
    owner,
  } = place.contracts;
  const me = OPERATOR as Address;
  await send(
    me,
    controller,
    encodeFunctionData({abi: ABI, functionName: 'addPendingAdmin', args: [me, owner]}),
  );
  await send(owner, controller, encodeFunctionData({abi: ABI, functionName: 'acceptAdmin', args: [me]}));
  const appoint = (to: Address, data: Hex) => {
    const args = [me, me, to, selectorOf(data)] as const;
    return send(
      owner,
      controller,
      encodeFunctionData({abi: permissionControllerAbi, functionName: 'setAppointee', args}),
    );
  };
  const params = {avs: me, operatorSetIds: [], data: '0x'} as const;
  await appoint(
    manager,
    encodeFunctionData({
      abi: allocationManagerAbi,
      functionName: 'registerForOperatorSets',
      args: [me, params],
    }),
  );
  const failures = async () =>
    (await checkRegistration(place.config, registering(place))).preconditions
      .filter(({state}) => state === 'fail')
      .map(({id}) => id);
  expect(await failures()).toEqual(['key-permission']);
  const moved = registering(place, {newMetadataUrl: 'http://127.0.0.1:9/operator.json'});
  expect((await checkRegistration(place.config, moved)).preconditions).toContainEqual(
    expect.objectContaining({id: 'metadata-permission', state: 'fail'}),
  );
  const key = [me, {avs: me, id: 0}, '0x', '0x'] as const;
  await appoint(keys!, encodeFunctionData({abi: keyRegistrarAbi, functionName: 'registerKey', args: key}));
  expect(await failures()).toEqual([]);
});

function selectorOf(data: Hex): Hex {
  return `0x${data.slice(2, 10)}`;
}

it('registers with a registrar that has no keys and no socket, and leaves by it', async () => {
  const place = await site(anvil.url, compiled.artifacts, {flow: 'operator-sets'});
  const {service_manager: avs, allocation_manager: manager} = place.contracts;
  const registrar = await deployOpenRegistrar(anvil.url, compiled.artifacts);
  await send(avs, manager, namingRegistrar(avs, registrar));
  const {chain} = place.config;
  const contracts = {...chain.contracts, registry: registrar, challengeManager: null};
  const config = {...place.config, chain: {...chain, contracts}};
  const {steps, quorums} = await register(config, registering(place));
  expect(steps.find(({id}) => id === 'avs')).toMatchObject({outcome: 'done'});
  expect(quorums).toEqual([0, 1]);
  expect((await deregister(config, leaving())).steps).toMatchObject([{outcome: 'done'}]);
});
