import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {
  decodeEventLog,
  decodeFunctionResult,
  encodeFunctionData,
  parseAbi,
  toFunctionSelector,
  type Address,
  type Hex,
} from 'viem';
import {serviceManagerAbi} from '../../../src/lib/peers/chain/abis-aos.ts';
import {
  ecdsaB1Abi,
  ecdsaB2Abi,
  ecdsaB3Abi,
  ecdsaStakeRegistryAbi,
} from '../../../src/lib/peers/chain/abis-avs.ts';
import type {AosContracts} from '../../../src/devnet/chain/deploy.ts';
import {devRpc} from '../../../src/devnet/chain/rpc.ts';
import {signForAvs, type OperatorSignature} from '../../support/avs-signature.ts';
import {callOf, LATER, OPERATOR, startChainRig, STRANGER, type ChainRig} from '../../support/chain-rig.ts';

const ME = OPERATOR.address;
const KEY = STRANGER.address;
const UNIT = 10n ** 18n;
const NEW_SALT: Hex = `0x${'01'.repeat(32)}`;

const generations = [
  {
    flow: 'ecdsa-b1',
    enter: (signature: OperatorSignature) =>
      encodeFunctionData({
        abi: ecdsaB1Abi,
        functionName: 'registerOperatorWithSignature',
        args: [ME, signature],
      }),
    leave: encodeFunctionData({abi: ecdsaB1Abi, functionName: 'deregisterOperator'}),
    selectors: ['0a601a12', '857dc190'],
    keyGetter: null,
  },
  {
    flow: 'ecdsa-b2',
    enter: (signature: OperatorSignature) =>
      encodeFunctionData({
        abi: ecdsaB2Abi,
        functionName: 'registerOperatorWithSignature',
        args: [signature, KEY],
      }),
    leave: encodeFunctionData({abi: ecdsaB2Abi, functionName: 'deregisterOperator'}),
    selectors: ['3d5611f6', '857dc190', 'cdcd3581'],
    keyGetter: 'getLastestOperatorSigningKey',
  },
  {
    flow: 'ecdsa-b3',
    enter: (signature: OperatorSignature) =>
      encodeFunctionData({abi: ecdsaB3Abi, functionName: 'registerOperatorM2Quorum', args: [signature, KEY]}),
    leave: encodeFunctionData({abi: ecdsaB3Abi, functionName: 'deregisterOperatorM2Quorum'}),
    selectors: ['b884cb62', 'f2b11a42', 'a2ce5fd1'],
    keyGetter: 'getLatestOperatorSigningKey',
  },
] as const;
const ALL_ENTRIES = ['0a601a12', '3d5611f6', 'b884cb62'];

let rig: ChainRig;
beforeAll(async () => {
  rig = await startChainRig();
});
afterAll(() => rig.close());

describe.each(generations)('ECDSAStakeRegistry, $flow', ({flow, enter, leave, selectors, keyGetter}) => {
  let aos: AosContracts;
  let before: unknown;
  const sign = (salt?: Hex): Promise<OperatorSignature> =>
    signForAvs(
      OPERATOR,
      {directory: aos.avs_directory, avs: aos.service_manager, version: '1'},
      {expiry: LATER, ...(salt === undefined ? {} : {salt})},
    );
  const ask = async (functionName: string): Promise<bigint> => {
    const takesOperator = /Operator(?:Weight|Registered|SigningKey)$|^operatorRegistered$/.test(functionName);
    const data = takesOperator
      ? callOf(`function ${functionName}(address)`, [ME])
      : toFunctionSelector(`${functionName}()`);
    return BigInt(await rig.attempt(ME, aos.registry, data));
  };

  beforeAll(async () => {
    aos = await rig.deploy({flow, operator: `0x${flow.slice(-1).repeat(40)}`});
  });
  beforeEach(async () => {
    before = await rig.snapshot();
    await rig.send(
      ME,
      aos.delegation_manager,
      callOf('function registerAsOperator(address,uint32,string)', [KEY, 0, '']),
    );
    await rig.hooks(aos).setShares(ME, 0, 32n * UNIT);
    await rig.hooks(aos).setShares(ME, 1, 100n * UNIT);
  });
  afterEach(() => rig.restore(before));

  it('shows its generation by the selectors in its code', async () => {
    const slot = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
    const stored = (await devRpc(rig.url, 'eth_getStorageAt', [aos.registry, slot, 'latest'])) as Hex;
    const code = (await devRpc(rig.url, 'eth_getCode', [`0x${stored.slice(-40)}`, 'latest'])) as string;
    for (const selector of selectors) expect(code).toContain(`63${selector}`);
    const others = ALL_ENTRIES.filter((selector) => !selectors.some((own) => own === selector));
    for (const selector of others) expect(code).not.toContain(`63${selector}`);
  });

  it('answers what tells the flow, and has no getter for the service manager', async () => {
    const quorum = {abi: ecdsaStakeRegistryAbi, functionName: 'quorum'} as const;
    const data = (await rig.attempt(ME, aos.registry, encodeFunctionData(quorum))) as Hex;
    const {strategies} = decodeFunctionResult({...quorum, data});
    expect(strategies.map(({multiplier}) => multiplier)).toEqual([5000n, 5000n]);
    expect(await ask('minimumWeight')).toBe(0n);
    expect(await rig.attempt(ME, aos.registry, toFunctionSelector('serviceManager()'))).toBe('reverts: ');
    const back = encodeFunctionData({abi: serviceManagerAbi, functionName: 'stakeRegistry'});
    const registry = await rig.attempt(ME, aos.service_manager, back);
    expect(registry).toContain(aos.registry.slice(2).toLowerCase());
  });

  it('takes the operator in and lets it go, and in again', async () => {
    const logs = await rig.send(ME, aos.registry, enter(await sign()));
    const events = logs
      .filter(({address}) => address === aos.registry.toLowerCase())
      .map(({topics, data}) => {
        const abi = [
          ...ecdsaStakeRegistryAbi,
          ...parseAbi(['event OperatorWeightUpdated(address indexed operator, uint256 old, uint256 weight)']),
        ];
        return decodeEventLog({abi, topics: topics as [Hex, ...Hex[]], data});
      });
    expect(events.find(({eventName}) => eventName === 'OperatorRegistered')?.args).toEqual({
      operator: ME,
      avs: aos.service_manager,
    });
    expect(await ask('operatorRegistered')).toBe(1n);
    expect(await ask('getLastCheckpointOperatorWeight')).toBe(66n * UNIT);
    expect(await ask('getLastCheckpointTotalWeight')).toBe(66n * UNIT);
    if (keyGetter !== null) expect(await ask(keyGetter)).toBe(BigInt(KEY));
    expect(events.some(({eventName}) => eventName === 'SigningKeyUpdate')).toBe(keyGetter !== null);
    expect(await rig.attempt(ME, aos.registry, enter(await sign(NEW_SALT)))).toBe(
      'reverts: OperatorAlreadyRegistered',
    );

    await rig.send(ME, aos.registry, leave);
    expect(await ask('getLastCheckpointTotalWeight')).toBe(0n);
    expect(await rig.attempt(ME, aos.registry, leave)).toBe('reverts: OperatorNotRegistered');
    expect(await rig.attempt(ME, aos.registry, enter(await sign()))).toBe('reverts: SaltSpent');
    expect(await rig.attempt(ME, aos.registry, enter(await sign(NEW_SALT)))).toBe('0x');
  });

  it('records 0 for a weight below the minimum, and refuses nobody for it', async () => {
    const minimum = callOf('function updateMinimumWeight(uint256, address[])', [67n * UNIT, []]);
    await rig.send(aos.owner, aos.registry, minimum);
    expect(await ask('getOperatorWeight')).toBe(0n);
    await rig.send(ME, aos.registry, enter(await sign()));
    expect(await ask('getLastCheckpointOperatorWeight')).toBe(0n);
    expect(await ask('operatorRegistered')).toBe(1n);
  });

  it(
    flow === 'ecdsa-b1' ? 'lets anyone send the signature' : 'wants the operator itself to send',
    async () => {
      const outcome = await rig.attempt(STRANGER.address, aos.registry, enter(await sign()));
      expect(outcome).toBe(flow === 'ecdsa-b1' ? '0x' : 'reverts: OperatorNotRegisteredToEigenLayer');
    },
  );

  it('hands on what AVSDirectory says, and nobody else may ask it', async () => {
    const bad = {...(await sign()), signature: `0x${'00'.repeat(65)}` as const};
    expect(await rig.attempt(ME, aos.registry, enter(bad))).toBe('reverts: InvalidSignature');
    const direct = callOf('function deregisterOperatorFromAVS(address)', [ME]);
    expect(await rig.attempt(ME, aos.service_manager, direct)).toBe(
      'reverts: ECDSAServiceManagerBase.onlyStakeRegistry: caller is not the stakeRegistry',
    );
  });

  it('names the strategies an operator has restaked', async () => {
    const call = {abi: serviceManagerAbi, functionName: 'getOperatorRestakedStrategies', args: [ME]} as const;
    const restaked = async (): Promise<readonly Address[]> => {
      const data = (await rig.attempt(ME, aos.service_manager, encodeFunctionData(call))) as Hex;
      return decodeFunctionResult({...call, data});
    };
    expect(await restaked()).toEqual([]);
    await rig.send(ME, aos.registry, enter(await sign()));
    expect(await restaked()).toEqual(aos.strategies);
  });
});
