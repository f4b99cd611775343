import {decodeFunctionData, type Address, type Hex} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';
import {run} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {startAnvil, type Anvil} from '../../../../src/devnet/chain/anvil.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {sendAs} from '../../../../src/devnet/chain/send.ts';
import {deregister} from '../../../../src/lib/features/register/deregister.ts';
import {callOf} from '../../../support/chain-rig.ts';
import {checkRegistration, register} from '../../../../src/lib/features/register/register.ts';
import {stepsExitCode, type RegisterReport} from '../../../../src/lib/features/register/report.ts';
import {permissionControllerAbi} from '../../../../src/lib/peers/chain/abis-core.ts';
import {readiness} from '../../../../src/lib/peers/chain/precondition.ts';
import {compiledContracts} from '../../../support/contracts.ts';
import {blsKey, registering, site, SOCKET} from '../../../support/registration.ts';
import {OPERATOR} from '../../../support/signer.ts';
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

const states = ({steps}: RegisterReport): [string, string][] => steps.map(({id, outcome}) => [id, outcome]);
const RANGE = {start: 0n, end: 150_000n};

describe.each([
  {flow: 'bls', domain: '1', reverts: 'errors'},
  {flow: 'bls', domain: 'none', reverts: 'strings'},
  {flow: 'bls-v1', domain: '1.', reverts: 'errors'},
  {flow: 'ecdsa-b1', domain: 'none', reverts: 'strings'},
  {flow: 'ecdsa-b2', domain: '1.', reverts: 'errors'},
  {flow: 'ecdsa-b3', domain: '1', reverts: 'errors'},
  {flow: 'slashing-registry', domain: '1', reverts: 'errors'},
  {flow: 'operator-sets', domain: '1', reverts: 'errors'},
  {flow: 'operator-sets-identifier', domain: '1', reverts: 'errors'},
] as const)('$flow, domain $domain', ({flow, domain, reverts}) => {
  it('is looked at in each mode, registers from nothing to range once, and moves its socket', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow, domain, reverts, range: RANGE});
    const before = await nonceOf(anvil.url, 'pending');
    const checked = await checkRegistration(place.config, registering(place));
    expect(readiness(checked.preconditions)).toBe('ready');
    for (const mode of ['dry-run', 'calldata'] as const) {
      const planned = await register(place.config, registering(place, {mode}));
      // A dry run signs nothing, so it has no call that someone could send.
      const signs = flow !== 'operator-sets' && flow !== 'operator-sets-identifier';
      expect(planned.steps.find(({id}) => id === 'avs')).toMatchObject({
        outcome: 'planned',
        call:
          mode === 'dry-run' && signs
            ? null
            : {
                from: OPERATOR,
                data: expect.stringMatching(/^0x[0-9a-f]{8}/) as string,
                validUntil: /^(bls|ecdsa)/.test(flow)
                  ? (expect.stringMatching(/^\d{4}-.*Z$/) as string)
                  : null,
              },
      });
      expect(stepsExitCode(planned.steps)).toBe(0);
      expect(planned.appointments).toEqual([]);
    }
    expect(await nonceOf(anvil.url, 'pending')).toBe(before);
    const first = await register(place.config, registering(place));
    expect(stepsExitCode(first.steps)).toBe(0);
    expect(first.steps.find(({id}) => id === 'avs')).toMatchObject({outcome: 'done', tx: {state: 'mined'}});
    expect(first).toMatchObject({range: RANGE, txHash: expect.stringMatching(/^0x[0-9a-f]{64}$/) as string});
    if (flow.startsWith('bls') || flow === 'slashing-registry')
      expect(first).toMatchObject({operatorId: blsKey().id, quorums: [0], socket: SOCKET});
    const nonce = await nonceOf(anvil.url, 'pending');

    const second = await register(place.config, registering(place));
    expect(states(second).every(([, state]) => state === 'already')).toBe(true);
    expect(second.txHash).toBe(first.txHash);
    expect(second.socket).toBe(first.socket);
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
    const {preconditions} = await checkRegistration(place.config, registering(place));
    expect(readiness(preconditions)).toBe('registered');

    // A node that has moved sends its new socket, where the registry keeps one.
    const moved = registering(place, {socket: 'http://203.0.113.9:21001'});
    const rowOf = async () =>
      (await checkRegistration(place.config, moved)).preconditions.find(({id}) => id === 'socket');
    if (flow.startsWith('ecdsa')) {
      expect(await rowOf()).toBeUndefined();
      expect(states(await register(place.config, moved)).map(([id]) => id)).not.toContain('socket');
      expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
      return;
    }
    expect(await rowOf()).toMatchObject({
      state: 'warn',
      found: `${SOCKET} on chain`,
      needed: 'http://203.0.113.9:21001',
    });
    const planned = await register(place.config, {...moved, mode: 'calldata'});
    expect(planned.steps.find(({id}) => id === 'socket')).toMatchObject({outcome: 'planned'});
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
    const sent = await register(place.config, moved);
    expect(sent.steps.find(({id}) => id === 'socket')).toMatchObject({
      outcome: 'done',
      tx: {state: 'mined'},
    });
    expect(sent.socket).toBe('http://203.0.113.9:21001');
    expect(await rowOf()).toMatchObject({state: 'ok'});
    // The same place in other words is no other place.
    expect(states(await register(place.config, {...moved, socket: '203.0.113.9:21001/'}))).toContainEqual([
      'socket',
      'already',
    ]);
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce + 1);
  });
});

describe('registering', () => {
  it('as an EigenLayer operator happens only when asked for', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'ecdsa-b2', asOperator: false});
    const refused = await register(place.config, registering(place));
    expect(states(refused)).toEqual([['eigenlayer-operator', 'missing']]);
    expect(refused.steps[0]?.next).toEqual(run('register', ['--as-operator', '--metadata-url', 'URL']));
    expect(stepsExitCode(refused.steps)).toBe(3);
    expect(await nonceOf(anvil.url, 'pending')).toBe(0);

    const metadataUrl = 'https://example.org/operator.json';
    const done = await register(place.config, registering(place, {metadataUrl}));
    expect(states(done).slice(0, 2)).toEqual([
      ['eigenlayer-operator', 'done'],
      ['avs', 'done'],
    ]);
  });

  it('as an EigenLayer operator never happens while nobody knows whether it is one', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls', asOperator: false});
    const {chain} = place.config;
    const contracts = {...chain.contracts, delegationManager: null};
    await devRpc(anvil.url, 'anvil_setCode', [place.contracts.delegation_manager, '0x']);
    const metadataUrl = 'https://example.org/operator.json';
    const config = {...place.config, chain: {...chain, contracts}};
    const report = await register(config, registering(place, {metadataUrl}));
    expect(states(report)).toEqual([['eigenlayer-operator', 'missing']]);
    expect(report.steps[0]?.found).toContain('unknown');
    expect(await nonceOf(anvil.url, 'pending')).toBe(0);
  });

  it('declined sends nothing', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls'});
    const report = await register(place.config, registering(place, {confirm: () => Promise.resolve(false)}));
    expect(stepsExitCode(report.steps)).toBe(3);
    const declined = report.steps.find(({id}) => id === 'avs');
    expect(declined?.found).toBe('it was not signed and not sent');
    expect(declined?.next?.run).toEqual({command: 'register', args: ['--dry-run']});
    expect(await nonceOf(anvil.url, 'pending')).toBe(place.contracts.flow === 'bls' ? 1 : 0);
  });

  it('not mined in time ends pending, and the next run takes the same transaction', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls', range: RANGE});
    await devRpc(anvil.url, 'evm_setIntervalMining', [3600]);
    const waiting = await register(
      place.config,
      registering(place, {limits: limits({waitMs: 200, pollMs: 50})}),
    );
    expect(stepsExitCode(waiting.steps)).toBe(8);
    expect(waiting.txHash).not.toBeNull();
    expect(renderNext(waiting.steps.at(-1)!.next!)).toContain(
      `aos tx speed-up ${waiting.txHash?.slice(0, 10)}`,
    );
    await devRpc(anvil.url, 'evm_setIntervalMining', [1]);
    const never = () => Promise.reject(new Error('asked twice'));
    const done = await register(place.config, registering(place, {confirm: never}));
    expect(stepsExitCode(done.steps)).toBe(0);
    expect(done.txHash).toBe(waiting.txHash);
  });

  it('for other quorums than the transaction on its way says what is left to do, and then does it', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls', quorums: [{}, {}], range: RANGE});
    await devRpc(anvil.url, 'evm_setIntervalMining', [3600]);
    const soon = limits({waitMs: 0, pollMs: 50});
    const first = await register(place.config, registering(place, {quorums: [0], limits: soon}));
    expect(stepsExitCode(first.steps)).toBe(8);
    await devRpc(anvil.url, 'evm_setIntervalMining', [1]);
    const second = await register(place.config, registering(place, {quorums: [1]}));
    expect(second).toMatchObject({quorums: [0], txHash: first.txHash});
    expect(second.steps.find(({id}) => id === 'avs')).toMatchObject({
      outcome: 'pending',
      found: 'registered for 0; what was sent before did not name 1',
      next: {say: 'Run the command again: it registers for these too.'},
    });
    expect(stepsExitCode(second.steps)).toBe(8);
    const third = await register(place.config, registering(place, {quorums: [1]}));
    expect(stepsExitCode(third.steps)).toBe(0);
    expect(third.quorums).toEqual([0, 1]);
  });

  it('with a dispatcher that is down is done on chain, and says so', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls', range: RANGE});
    const report = await register(place.config, registering(place, {dispatcherUrl: 'http://127.0.0.1:9'}));
    expect(stepsExitCode(report.steps)).toBe(4);
    expect(states(report)).toContainEqual(['avs', 'done']);
    expect(states(report)).toContainEqual(['dispatcher', 'failed']);
    // The range does not depend on what the dispatcher says now.
    expect(states(report).at(-1)).toEqual(['range', 'already']);
    const again = await register(place.config, registering(place));
    expect(states(again)).toContainEqual(['avs', 'already']);
    expect(states(again)).toContainEqual(['dispatcher', 'done']);
  });

  it('without a range prints the call for its owner, which works', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls'});
    const report = await register(place.config, registering(place));
    expect(report.range).toBeNull();
    const {to, data, owner} = report.rangeRequest!;
    expect(owner?.toLowerCase()).toBe(place.contracts.owner.toLowerCase());
    await devRpc(anvil.url, 'eth_sendTransaction', [{from: place.contracts.owner, to, data}]);
    await devRpc(anvil.url, 'evm_mine');
    expect((await register(place.config, registering(place))).range).not.toBeNull();
  });

  it('as a dry run or as call data sends nothing; the call data registers', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls', range: RANGE});
    const nonce = await nonceOf(anvil.url, 'pending');
    const notes: string[] = [];
    const dry = await register(
      place.config,
      registering(place, {mode: 'dry-run', note: (line) => notes.push(line)}),
    );
    expect(states(dry)).toEqual(
      expect.arrayContaining([
        ['avs', 'planned'],
        ['dispatcher', 'planned'],
      ]),
    );
    expect(notes.join('\n')).toContain('gas');
    const {steps} = await register(place.config, registering(place, {mode: 'calldata'}));
    expect(steps.find(({id}) => id === 'dispatcher')).toMatchObject({outcome: 'planned', call: null});
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
    const {to, data} = steps.find(({id}) => id === 'avs')!.call!;
    await devRpc(anvil.url, 'anvil_impersonateAccount', [OPERATOR]);
    await devRpc(anvil.url, 'eth_sendTransaction', [{from: OPERATOR, to, data}]);
    await devRpc(anvil.url, 'evm_mine');
    const after = await register(place.config, registering(place));
    expect(states(after)).toEqual(
      expect.arrayContaining([
        ['avs', 'already'],
        ['dispatcher', 'done'],
      ]),
    );
    expect(states(await register(place.config, registering(place, {mode: 'dry-run'})))).toContainEqual([
      'dispatcher',
      'already',
    ]);
  });

  it('where another has to send prints the calls, and what an admin sends to let this address send them', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'operator-sets', range: RANGE});
    const {permission_controller: controller, key_registrar, allocation_manager, owner} = place.contracts;
    const send = (from: Address, call: {to: string; data: string}) =>
      sendAs(anvil.url, from, [{to: call.to as Address, data: call.data as Hex}]);
    // From here on the operator may not act for itself.
    await send(OPERATOR, {
      to: controller,
      data: callOf('function addPendingAdmin(address,address)', [OPERATOR, owner]),
    });
    await send(owner, {to: controller, data: callOf('function acceptAdmin(address)', [OPERATOR])});
    const nonce = await nonceOf(anvil.url, 'pending');
    const refused = await register(place.config, registering(place));
    expect(refused.steps.at(-1)).toMatchObject({id: 'operator-set-key', outcome: 'missing'});
    expect(refused.preconditions).toMatchObject([
      {id: 'permission', next: {run: {command: 'register', args: ['--calldata']}}},
      {id: 'key-permission', next: {run: {command: 'register', args: ['--calldata']}}},
    ]);
    const {steps, appointments} = await register(place.config, registering(place, {mode: 'calldata'}));
    expect(stepsExitCode(steps)).toBe(0);
    const calls = steps.flatMap(({call}) => (call === null ? [] : [call]));
    expect(calls.map(({to}) => to)).toEqual([key_registrar, key_registrar, allocation_manager]);
    const appointed = appointments.map(({to, data}) => {
      expect(to).toBe(controller);
      const {functionName, args} = decodeFunctionData({abi: permissionControllerAbi, data: data as Hex});
      return {functionName, args};
    });
    // Once for each contract and selector, and for no other.
    expect(appointed).toEqual(
      [calls[0], calls[2]].map((call) => ({
        functionName: 'setAppointee',
        args: [OPERATOR, OPERATOR, call?.to, call?.data.slice(0, 10)],
      })),
    );
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
    for (const call of appointments) await send(owner, call);
    const done = await register(place.config, registering(place));
    expect(stepsExitCode(done.steps)).toBe(0);
    expect(done.quorums).toEqual([0, 1]);

    // Leaving is another function, for which it was not appointed.
    const leaving = {
      ...({mode: 'apply', flow: null, quorums: null, force: false} as const),
      limits: limits({pollMs: 50, waitMs: 20_000}),
      confirm: () => Promise.resolve(true),
      confirmSigning: () => Promise.resolve(true),
      confirmDispatcher: () => Promise.resolve(true),
      note: () => {},
      warn: () => {},
    };
    await expect(deregister(place.config, leaving)).rejects.toMatchObject({
      code: 'CHAIN_REVERTED',
      next: {run: {command: 'deregister', args: ['--calldata']}},
    });
    const exit = await deregister(place.config, {...leaving, mode: 'calldata'});
    expect(exit.appointments).toHaveLength(1);
    for (const call of exit.appointments) await send(owner, call);
    expect((await deregister(place.config, leaving)).steps).toMatchObject([{outcome: 'done'}]);
  });

  it('of a contract prints the call, and the digest that the contract has to accept', async () => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'bls'});
    await devRpc(anvil.url, 'anvil_setCode', [OPERATOR, '0x6001']);
    await devRpc(anvil.url, 'evm_mine');
    const refused = await register(place.config, registering(place));
    expect(refused.preconditions).toMatchObject([
      {id: 'operator-account', next: {run: {command: 'register', args: ['--calldata']}}},
    ]);
    const said: string[] = [];
    const over = {mode: 'calldata', warn: (line: string) => said.push(line)} as const;
    const {steps} = await register(place.config, registering(place, over));
    expect(steps.find(({id}) => id === 'avs')).toMatchObject({outcome: 'planned'});
    expect(said.join()).toMatch(/accept the digest 0x[0-9a-f]{64} as signed, until \d+ \(EIP-1271\)/);
  });

  it('with too little stake is refused before anything is sent', async () => {
    const place = await site(anvil.url, compiled.artifacts, {
      flow: 'bls',
      quorums: [{minimumStake: 10n ** 24n}],
    });
    const report = await register(place.config, registering(place, {quorums: [0]}));
    expect(stepsExitCode(report.steps)).toBe(3);
    expect(report.preconditions.map(({id}) => id)).toContain('quorum-0-stake');
  });

  it.each([
    ['another chain id', {wrongChainId: 1}],
    ['no EIP-1559', {strip1559: true}],
  ])('with a signer of %s is refused', async (_name, faults) => {
    const place = await site(anvil.url, compiled.artifacts, {flow: 'ecdsa-b2'}, faults);
    const nonce = await nonceOf(anvil.url, 'pending');
    await expect(register(place.config, registering(place))).rejects.toMatchObject({
      code: 'SIGNER_WRONG_TRANSACTION',
      exitCode: 77,
    });
    expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);
  });
});
