import {encodeFunctionData, getAddress, parseAbi, type Address, type Hex} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from 'vitest';
import {startAnvil, type Anvil} from '../../../../src/devnet/chain/anvil.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {sendAs} from '../../../../src/devnet/chain/send.ts';
import {DEV_SIGNER_KEY} from '../../../../src/devnet/signer/keys.ts';
import {checkRegistration, register} from '../../../../src/lib/features/register/register.ts';
import {stepsExitCode} from '../../../../src/lib/features/register/report.ts';
import {compiledContracts} from '../../../support/contracts.ts';
import {blsKey, registering, site, type Site} from '../../../support/registration.ts';
import {nonceOf} from '../../../support/tx.ts';
import {devSigner, OPERATOR, OTHER_ADDRESS, OTHER_KEY} from '../../../support/signer.ts';

const ABI = parseAbi([
  'function createOperatorSets(address avs, (uint32 operatorSetId, address[] strategies)[] params)',
  'function configureOperatorSet((address avs, uint32 id) operatorSet, uint8 curveType)',
]);
const ECDSA = 1;
const BN254 = 2;

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

/** An AVS with the sets 0 and 2 for ECDSA keys, 1 and 3 for BN254 keys. */
async function fourSets(): Promise<Site> {
  const deploy = {flow: 'operator-sets', range: {start: 0n, end: 9n}} as const;
  const place = await site(anvil.url, compiled.artifacts, deploy, {}, [DEV_SIGNER_KEY, OTHER_KEY]);
  const {service_manager: avs, allocation_manager: to, key_registrar: keys} = place.contracts;
  const sets = [2, 3].map((operatorSetId) => ({operatorSetId, strategies: []}));
  const call = (target: Address, data: Hex) => sendAs(anvil.url, avs, [{to: target, data}]);
  await call(to, encodeFunctionData({abi: ABI, functionName: 'createOperatorSets', args: [avs, sets]}));
  for (const [id, curve] of [
    [2, ECDSA],
    [3, BN254],
  ] as const) {
    const args = [{avs, id}, curve] as const;
    await call(keys!, encodeFunctionData({abi: ABI, functionName: 'configureOperatorSet', args}));
  }
  return place;
}

it('sends nothing when sets would share a key, and registers them with keys of their own', async () => {
  const place = await fourSets();
  const {preconditions} = await checkRegistration(place.config, registering(place));
  expect(preconditions.filter(({state}) => state === 'fail')).toMatchObject([
    {
      id: 'set-2-key',
      found: `${getAddress(OPERATOR)} would be registered for set 0 before`,
      next: {run: {command: 'register', args: ['--quorums', '0,1']}},
    },
    {id: 'set-3-key', next: {run: {args: ['--quorums', '0,1']}}},
  ]);
  const nonce = await nonceOf(anvil.url, 'pending');
  const refused = await register(place.config, registering(place));
  expect(stepsExitCode(refused.steps)).toBe(3);
  expect(await nonceOf(anvil.url, 'pending')).toBe(nonce);

  const setKeys = {
    ecdsa: new Map<number, Hex>([[2, OTHER_ADDRESS]]),
    bn254: new Map([[3, blsKey(987654321n)]]),
  };
  // The first signer has the operator's key alone; the second has both.
  const {node} = place.config;
  const first = await devSigner();
  const config = {...place.config, node: {...node, signerUrl: first.url, otherSigners: [node.signerUrl]}};
  const notes: string[] = [];
  const report = await register(config, registering(place, {setKeys, note: (line) => notes.push(line)}));
  expect(stepsExitCode(report.steps)).toBe(0);
  expect(report.quorums).toEqual([0, 1, 2, 3]);
  const [of, instead] = [first.url, node.signerUrl].map((url) => new URL(url).host);
  expect(notes.filter((line) => line.includes('signs'))).toEqual([
    expect.stringContaining(`${instead} signs, because ${of} does not`),
  ]);
});

it('names a key that is registered at another AVS, and a key that the signer does not have', async () => {
  const first = await fourSets();
  const own = registering(first, {quorums: [0, 1]});
  expect(stepsExitCode((await register(first.config, own)).steps)).toBe(0);
  const {preconditions} = await checkRegistration(first.config, registering(first));
  expect(preconditions.filter(({state}) => state === 'fail')).toMatchObject([
    {id: 'set-2-key', found: expect.stringContaining('is registered for another set') as string},
    {id: 'set-3-key', found: expect.stringContaining('is registered for another set') as string},
  ]);
  const stranger: Hex = `0x${'00'.repeat(19)}aa`;
  const setKeys = {ecdsa: new Map([[2, stranger]]), bn254: new Map()};
  const strange = await checkRegistration(first.config, registering(first, {quorums: [2], setKeys}));
  expect(strange.preconditions.filter(({state}) => state === 'fail')).toMatchObject([
    {id: 'signing-key-signer', found: `the signer does not have ${stranger}`},
  ]);
});
