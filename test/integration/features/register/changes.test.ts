import {encodeFunctionData, parseAbi, toFunctionSelector, zeroAddress, type Address, type Hex} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {startAnvil, type Anvil} from '../../../../src/devnet/chain/anvil.ts';
import type {AosContracts} from '../../../../src/devnet/chain/deploy.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {sendAs} from '../../../../src/devnet/chain/send.ts';
import {readiness} from '../../../../src/lib/peers/chain/precondition.ts';
import {checkRegistration, register} from '../../../../src/lib/features/register/register.ts';
import type {RegisterOptions} from '../../../../src/lib/features/register/options.ts';
import {stepsExitCode} from '../../../../src/lib/features/register/report.ts';
import {createHooks, type ChainHooks} from '../../../support/chain-hooks.ts';
import {compiledContracts} from '../../../support/contracts.ts';
import {blsKey, registering, site, type Site} from '../../../support/registration.ts';
import {startRpcShim} from '../../../support/rpc-shim.ts';
import {OPERATOR} from '../../../support/signer.ts';
import {nonceOf} from '../../../support/tx.ts';

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

type Change = (on: {hooks: ChainHooks; contracts: AosContracts}) => Promise<unknown>;

const METADATA_URL = 'http://127.0.0.1:9/operator.json';
/** Code that answers every call with 0. */
const ANSWERS_ZERO: Hex = '0x5f5f5260205ff3';
const as = (from: Address, to: Address, signature: `function ${string}`, args: readonly unknown[]) => {
  const signatures: readonly string[] = [signature];
  const data = encodeFunctionData({abi: parseAbi(signatures), args} as never);
  return sendAs(anvil.url, from, [{to, data}]);
};
const setCode = (address: string, code: Hex) => devRpc(anvil.url, 'anvil_setCode', [address, code]);

/** Runs `try_` for each change on the same chain, which is put back after each. */
async function onEach(
  place: Site,
  changes: readonly (readonly [id: string, change: Change])[],
  try_: (id: string, change: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const hooks = createHooks(anvil.url, place.contracts, compiled.artifacts);
  for (const [id, change] of changes) {
    const before = await devRpc(anvil.url, 'evm_snapshot');
    try {
      await try_(id, async () => {
        await change({hooks, contracts: place.contracts});
        await devRpc(anvil.url, 'evm_mine');
      });
    } finally {
      await devRpc(anvil.url, 'evm_revert', [before]);
    }
  }
}

/** Registers; the chain changes while the question of the first transaction waits for its answer. */
async function changedMeanwhile(
  place: Site,
  change: () => Promise<unknown>,
  over: Partial<RegisterOptions>,
): Promise<{first: string; unmet: string[]; exitCode: number; sent: number}> {
  const nonce = await nonceOf(anvil.url, 'pending');
  let isAsked = false;
  const confirm = async (): Promise<boolean> => {
    if (isAsked) throw new Error('asked again');
    isAsked = true;
    await change();
    return true;
  };
  const {steps, preconditions} = await register(place.config, registering(place, {...over, confirm}));
  expect(isAsked).toBe(true);
  const last = steps.at(-1);
  return {
    first: `${last?.id} ${last?.outcome}`,
    unmet: preconditions.map(({id}) => id),
    exitCode: stepsExitCode(steps),
    sent: (await nonceOf(anvil.url, 'pending')) - nonce,
  };
}

const ANYWHERE: readonly (readonly [string, Change])[] = [
  ['operator-account', () => setCode(OPERATOR, '0x6001')],
  ['gas-balance', () => devRpc(anvil.url, 'anvil_setBalance', [OPERATOR, '0x0'])],
];
const M2: readonly (readonly [string, Change])[] = [
  ...ANYWHERE,
  ['eigenlayer-operator', ({contracts}) => setCode(contracts.delegation_manager, '0xfe')],
  ['avs-directory-pause', ({hooks, contracts}) => hooks.setPaused(contracts.avs_directory, 1n)],
  [
    'signature-domain',
    ({contracts}) =>
      as(contracts.owner, contracts.avs_directory, 'function setDomainVersion(string)', ['99']),
  ],
];
const BLS: readonly (readonly [string, Change])[] = [
  ...M2,
  ['registry-pause', ({hooks, contracts}) => hooks.setPaused(contracts.registry, 1n)],
  ['service-manager-pause', ({hooks, contracts}) => hooks.setPaused(contracts.service_manager, 2n)],
  [
    'quorum-0-seats',
    ({contracts}) => setCode(contracts.index_registry ?? zeroAddress, '0x61ffff5f5260205ff3'),
  ],
];
const SETS: readonly (readonly [string, Change])[] = [
  ...ANYWHERE,
  ['allocation-manager-pause', ({hooks, contracts}) => hooks.setPaused(contracts.allocation_manager, 4n)],
  ['permission', ({contracts}) => setCode(contracts.permission_controller, ANSWERS_ZERO)],
  ['registrar', ({contracts}) => setCode(contracts.registry, ANSWERS_ZERO)],
];

describe('a precondition that fails between the question and the send keeps back what nothing takes back', () => {
  it('the registration with EigenLayer, before a BLS registry', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls', asOperator: false});
    await onEach(place, BLS, async (id, change) => {
      const over = {metadataUrl: METADATA_URL, quorums: [0]};
      expect({id, ...(await changedMeanwhile(place, change, over))}).toEqual({
        id,
        first: 'eigenlayer-operator missing',
        unmet: expect.arrayContaining([id]) as unknown,
        exitCode: 3,
        sent: 0,
      });
    });
  });

  it('the registration with EigenLayer, before an ECDSA registry', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'ecdsa-b3', asOperator: false});
    const own = M2.filter(([id]) => id === 'signature-domain');
    await onEach(place, own, async (id, change) => {
      expect({id, ...(await changedMeanwhile(place, change, {metadataUrl: METADATA_URL}))}).toMatchObject({
        first: 'eigenlayer-operator missing',
        unmet: expect.arrayContaining([id]) as unknown,
        sent: 0,
      });
    });
  });

  it('a key of an operator set', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'operator-sets'});
    await onEach(place, SETS, async (id, change) => {
      expect({id, ...(await changedMeanwhile(place, change, {quorums: [1]}))}).toMatchObject({
        first: 'operator-set-key missing',
        unmet: expect.arrayContaining([id]) as unknown,
        sent: 0,
      });
    });
  });
});

describe('nothing that nothing takes back is sent', () => {
  it('while anything is known to fail, in any mode that sends', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls', asOperator: false});
    const never = () => Promise.reject(new Error('asked'));
    const known = BLS.filter(([id]) => id === 'registry-pause' || id === 'quorum-0-seats');
    await onEach(place, known, async (id, change) => {
      await change();
      const over = {metadataUrl: METADATA_URL, quorums: [0], confirm: never};
      const {steps, preconditions} = await register(place.config, registering(place, over));
      expect(steps).toMatchObject([{id: 'eigenlayer-operator', outcome: 'missing'}]);
      expect(preconditions.map((one) => one.id)).toContain(id);
    });
    expect(await nonceOf(anvil.url, 'pending')).toBe(0);
  });

  it('before the BLS key opens, and before the signer has signed what follows', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls', asOperator: false});
    const locked = {...blsKey(), privateKey: () => Promise.reject(new Error('the wrong password'))};
    const over = {metadataUrl: METADATA_URL, quorums: [0]};
    await expect(register(place.config, registering(place, {...over, blsKey: locked}))).rejects.toThrow(
      'the wrong password',
    );
    expect(await nonceOf(anvil.url, 'pending')).toBe(0);
  });

  it('without the contract that registers for operator sets', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls'});
    // A registrar of an unknown kind, which answers keyRegistrar() alone.
    const code: Hex = `0x5f3560e01c63${toFunctionSelector('function keyRegistrar()').slice(2)}146011575f5ffd5b60015f5260205ff3`;
    await setCode(place.contracts.registry, code);
    const {chain} = place.config;
    const config = {
      ...place.config,
      chain: {...chain, contracts: {...chain.contracts, allocationManager: null}},
    };
    const nonce = await nonceOf(anvil.url, 'pending');
    const {steps, preconditions} = await register(config, registering(place, {flow: 'operator-sets'}));
    expect(steps.at(-1)).toMatchObject({id: 'avs', outcome: 'missing'});
    expect(preconditions).toMatchObject([{id: 'allocation-manager', state: 'fail'}]);
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
  });

  it('for a signing key that the signer does not have', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'ecdsa-b3'});
    const nonce = await nonceOf(anvil.url, 'pending');
    const signingKey: Hex = `0x${'77'.repeat(20)}`;
    const {steps, preconditions} = await register(place.config, registering(place, {signingKey}));
    expect(steps.at(-1)).toMatchObject({id: 'avs', outcome: 'missing'});
    expect(preconditions).toMatchObject([{id: 'signing-key-signer', state: 'fail'}]);
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
  });

  it('without a socket that others reach the node at', async () => {
    for (const flow of ['bls', 'operator-sets'] as const) {
      const place = await site(anvil.url, compiled.artifacts, {flow});
      const nonce = await nonceOf(anvil.url, 'pending');
      const {steps, preconditions} = await register(place.config, registering(place, {socket: null}));
      expect(stepsExitCode(steps)).toBe(3);
      expect(preconditions).toMatchObject([{id: 'socket', state: 'fail', found: 'none'}]);
      const checked = await checkRegistration(place.config, registering(place, {socket: null}));
      expect(readiness(checked.preconditions)).toBe('fail');
      expect(checked.preconditions).toContainEqual(
        expect.objectContaining({
          id: 'socket',
          needed: 'what others reach this node at',
          next: {
            say: 'Set net.outer_url, or chain.socket; or name it once',
            run: {command: 'register', args: ['--socket', 'URL']},
          },
        }),
      );
      expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
    }
  });
});

describe('a transaction of a final step that an earlier run has sent', () => {
  it('is waited for, although something fails by now', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls', asOperator: false});
    onTestFinished(() => devRpc(anvil.url, 'evm_setIntervalMining', [1]).then(() => {}));
    const over = {metadataUrl: METADATA_URL, quorums: [0]};
    await devRpc(anvil.url, 'evm_setAutomine', [false]);
    await devRpc(anvil.url, 'evm_setIntervalMining', [3600]);
    const soon = registering(place, over);
    const waiting = await register(place.config, {...soon, limits: {...soon.limits, waitMs: 100}});
    expect(waiting.steps).toMatchObject([{id: 'eigenlayer-operator', outcome: 'pending'}]);
    await devRpc(anvil.url, 'evm_setAutomine', [true]);
    await devRpc(anvil.url, 'evm_mine');
    const hooks = createHooks(anvil.url, place.contracts, compiled.artifacts);
    await hooks.setPaused(place.contracts.registry, 1n);
    const {steps, preconditions} = await register(place.config, registering(place, over));
    expect(steps).toMatchObject([
      {id: 'eigenlayer-operator', outcome: 'already'},
      {id: 'avs', outcome: 'missing'},
    ]);
    expect(preconditions.map(({id}) => id)).toContain('registry-pause');
  });

  it('and no node has taken is not sent again while something fails', async () => {
    const shim = await startRpcShim(anvil.url, ({method}) =>
      method === 'eth_sendRawTransaction' ? {status: 503, body: ''} : null,
    );
    onTestFinished(() => shim.close());
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls', asOperator: false});
    const over = {metadataUrl: METADATA_URL, quorums: [0]};
    const {limits} = registering(place);
    const rpcUrls = [shim.url];
    const cut = {...place.config, chain: {...place.config.chain, rpcUrls}};
    const lost = await register(cut, registering(place, {...over, limits: {...limits, waitMs: 100}}));
    expect(lost.steps).toMatchObject([{id: 'eigenlayer-operator', outcome: 'pending'}]);
    const hooks = createHooks(anvil.url, place.contracts, compiled.artifacts);
    await hooks.setPaused(place.contracts.registry, 1n);
    const {steps} = await register(place.config, registering(place, over));
    expect(steps).toMatchObject([{id: 'eigenlayer-operator', outcome: 'missing'}]);
    expect(await nonceOf(anvil.url, 'pending')).toBe(0);
    await hooks.setPaused(place.contracts.registry, 0n);
    const never = () => Promise.reject(new Error('asked twice'));
    const again = await register(place.config, registering(place, {...over, confirm: never})).catch(String);
    // The same transaction as before is broadcast; the next one asks.
    expect(again).toContain('asked twice');
    expect(await nonceOf(anvil.url, 'pending')).toBe(1);
  });
});
