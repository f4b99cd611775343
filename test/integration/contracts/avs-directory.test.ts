import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {
  encodeFunctionData,
  hashDomain,
  parseAbi,
  size,
  toFunctionSelector,
  type Address,
  type Hex,
} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';
import {avsDirectoryAbi} from '../../../src/lib/peers/chain/abis-core.ts';
import type {AosContracts} from '../../../src/devnet/chain/deploy.ts';
import {createDevChain} from '../../../src/devnet/chain/contracts.ts';
import {devRpc} from '../../../src/devnet/chain/rpc.ts';
import {avsDigest, SALT, signForAvs, type OperatorSignature} from '../../support/avs-signature.ts';
import {LATER, OPERATOR, startChainRig, STRANGER, type ChainRig} from '../../support/chain-rig.ts';

const SOMEBODY = privateKeyToAccount(`0x${'33'.repeat(32)}`);
/** Any account may be an AVS: AVSDirectory takes its caller for one. */
const AVS: Address = '0x00000000000000000000000000000000000000aa';
const ABI = parseAbi([
  'function registerOperatorToAVS(address operator, (bytes signature, bytes32 salt, uint256 expiry) operatorSignature)',
  'function deregisterOperatorFromAVS(address operator)',
]);
const register = (operator: Address, signature: OperatorSignature): Hex =>
  encodeFunctionData({abi: ABI, functionName: 'registerOperatorToAVS', args: [operator, signature]});
const deregister = encodeFunctionData({
  abi: ABI,
  functionName: 'deregisterOperatorFromAVS',
  args: [OPERATOR.address],
});

let rig: ChainRig;
let errors: AosContracts;
let strings: AosContracts;
let before: unknown;

beforeAll(async () => {
  rig = await startChainRig();
  errors = await rig.deploy({flow: 'ecdsa-b1'});
  strings = await rig.deploy({flow: 'ecdsa-b1', domain: 'none'});
});
afterAll(() => rig.close());
beforeEach(async () => {
  before = await rig.snapshot();
});
afterEach(() => rig.restore(before));

describe('the EIP-712 domain', () => {
  const forms = [
    ['none', undefined, 'reverts: '],
    ['1.', '1.', '1.3.0'],
    ['1', '1', '1.9.0'],
    ['v1', 'v1', 'v1.9.0'],
  ] as const;
  it.each(forms)('in form %s is viem’s, behind its proxy', async (domain, version, release) => {
    const directory = errors.avs_directory;
    await rig.hooks(errors).setDomain(domain);
    const message = {operator: OPERATOR.address, avs: AVS, salt: SALT, expiry: 1_900_000_000n};
    const digest = encodeFunctionData({
      abi: avsDirectoryAbi,
      functionName: 'calculateOperatorAVSRegistrationDigestHash',
      args: [message.operator, message.avs, message.salt, message.expiry],
    });
    expect(await rig.attempt(STRANGER.address, directory, digest)).toBe(
      avsDigest(directory, version, message),
    );
    const separator = encodeFunctionData({abi: avsDirectoryAbi, functionName: 'domainSeparator'});
    const fields = ['name', ...(version === undefined ? [] : ['version']), 'chainId', 'verifyingContract'];
    const type = {
      name: 'string',
      version: 'string',
      chainId: 'uint256',
      verifyingContract: 'address',
    } as const;
    expect(await rig.attempt(STRANGER.address, directory, separator)).toBe(
      hashDomain({
        domain: {
          name: 'EigenLayer',
          ...(version && {version}),
          chainId: 31337n,
          verifyingContract: directory,
        },
        types: {EIP712Domain: fields.map((name) => ({name, type: type[name as keyof typeof type]}))},
      }),
    );
    const answer = await rig.attempt(STRANGER.address, directory, toFunctionSelector('version()'));
    expect(domain === 'none' ? answer : Buffer.from(answer.slice(2), 'hex').toString()).toContain(release);
  });

  it('has the typehash of every release', async () => {
    const data = encodeFunctionData({
      abi: avsDirectoryAbi,
      functionName: 'OPERATOR_AVS_REGISTRATION_TYPEHASH',
    });
    expect(await rig.attempt(STRANGER.address, errors.avs_directory, data)).toMatch(/^0xda2c89ba.*61bd$/);
  });

  it('is the domain the signature is checked against', async () => {
    const where = {directory: errors.avs_directory, avs: AVS};
    const noVersion = await signForAvs(OPERATOR, where, {expiry: LATER});
    expect(await rig.attempt(AVS, where.directory, register(OPERATOR.address, noVersion))).toBe(
      'reverts: InvalidSignature',
    );
    await rig.hooks(errors).setDomain('none');
    expect(await rig.attempt(AVS, where.directory, register(OPERATOR.address, noVersion))).toBe('0x');
  });
});

const generations = [
  {
    name: 'M2',
    at: () => strings,
    version: undefined,
    paused: 'Pausable: index is paused',
    registered: 'AVSDirectory.registerOperatorToAVS: operator already registered',
    spent: 'AVSDirectory.registerOperatorToAVS: salt already spent',
    stranger: 'AVSDirectory.registerOperatorToAVS: operator not registered to EigenLayer yet',
    expired: 'AVSDirectory.registerOperatorToAVS: operator signature expired',
    signature: 'EIP1271SignatureUtils.checkSignature_EIP1271: signature not from signer',
    absent: 'AVSDirectory.deregisterOperatorFromAVS: operator not registered',
    order: ['paused', 'expired', 'registered', 'spent', 'stranger', 'signature'],
  },
  {
    name: 'today',
    at: () => errors,
    version: '1',
    paused: 'CurrentlyPaused',
    registered: 'OperatorAlreadyRegisteredToAVS',
    spent: 'SaltSpent',
    stranger: 'OperatorNotRegisteredToEigenLayer',
    expired: 'SignatureExpired',
    signature: 'InvalidSignature',
    absent: 'OperatorNotRegisteredToAVS',
    order: ['paused', 'registered', 'spent', 'stranger', 'expired', 'signature'],
  },
] as const;

describe.each(generations)('registration, generation $name', (generation) => {
  const {version} = generation;
  let directory: Address;
  let good: OperatorSignature;

  beforeAll(async () => {
    directory = generation.at().avs_directory;
    good = await signForAvs(OPERATOR, {directory, avs: AVS, version}, {expiry: LATER});
  });

  it('registers once, tells it, and lets go', async () => {
    const status = encodeFunctionData({
      abi: avsDirectoryAbi,
      functionName: 'avsOperatorStatus',
      args: [AVS, OPERATOR.address],
    });
    const logs = await rig.send(AVS, directory, register(OPERATOR.address, good));
    expect(logs).toHaveLength(1);
    expect(logs[0]).toMatchObject({data: `0x${'1'.padStart(64, '0')}`});
    expect(BigInt(await rig.attempt(AVS, directory, status))).toBe(1n);
    await rig.send(AVS, directory, deregister);
    expect(BigInt(await rig.attempt(AVS, directory, status))).toBe(0n);
    expect(await rig.attempt(AVS, directory, register(OPERATOR.address, good))).toBe(
      `reverts: ${generation.spent}`,
    );
    expect(await rig.attempt(AVS, directory, deregister)).toBe(`reverts: ${generation.absent}`);
  });

  it('takes a signature until its very second', async () => {
    const now = await rig.now();
    const attempt = async (expiry: bigint): Promise<string> => {
      const signature = await signForAvs(OPERATOR, {directory, avs: AVS, version}, {expiry});
      return rig.attempt(AVS, directory, register(OPERATOR.address, signature));
    };
    expect(await attempt(0n)).toBe(`reverts: ${generation.expired}`);
    expect(await attempt(now + 10_000n)).toBe('0x');
  });

  it('refuses a signature for another AVS, by another key, with a changed salt', async () => {
    const other = await signForAvs(OPERATOR, {directory, avs: STRANGER.address, version}, {expiry: LATER});
    const forged = await signForAvs(STRANGER, {directory, avs: AVS, version}, {expiry: LATER});
    const changed: OperatorSignature = {...good, salt: `0x${'00'.repeat(32)}`};
    for (const signature of [other, forged, changed])
      expect(await rig.attempt(AVS, directory, register(OPERATOR.address, signature))).toBe(
        `reverts: ${generation.signature}`,
      );
  });

  it('refuses a salt that was cancelled', async () => {
    await rig.send(
      OPERATOR.address,
      directory,
      encodeFunctionData({abi: avsDirectoryAbi, functionName: 'cancelSalt', args: [SALT]}),
    );
    expect(await rig.attempt(AVS, directory, register(OPERATOR.address, good))).toBe(
      `reverts: ${generation.spent}`,
    );
  });

  it('checks in its own order', async () => {
    // Everything is wrong at first; then one thing after another is put right. What is wrong first is told.
    const wrong = new Set<string>(generation.order);
    const told: string[] = [];
    await rig.send(AVS, directory, register(OPERATOR.address, good));
    const cancel = encodeFunctionData({abi: avsDirectoryAbi, functionName: 'cancelSalt', args: [SALT]});
    await rig.send(STRANGER.address, directory, cancel);
    await rig.hooks(generation.at()).setPaused(directory, 1n);
    while (wrong.size > 0) {
      // Nobody can be registered and a stranger: the operator is one from the moment it is no longer registered.
      const operator = !wrong.has('registered') && wrong.has('stranger') ? STRANGER : OPERATOR;
      const expiry = wrong.has('expired') ? 0n : LATER;
      const salt: Hex = wrong.has('spent') ? SALT : `0x${'77'.repeat(32)}`;
      const signer = wrong.has('signature') ? SOMEBODY : operator;
      const {signature} = await signForAvs(signer, {directory, avs: AVS, version}, {salt, expiry});
      const outcome = await rig.attempt(
        AVS,
        directory,
        register(operator.address, {signature, salt, expiry}),
      );
      const found = generation.order.find((name) => outcome === `reverts: ${generation[name]}`);
      expect(found, outcome).toBeDefined();
      if (found === undefined) break;
      told.push(found);
      wrong.delete(found);
      if (found === 'paused') await rig.hooks(generation.at()).setPaused(directory, 0n);
      if (found === 'registered') await rig.send(AVS, directory, deregister);
    }
    expect(told).toEqual(generation.order);
  });
});

describe('operators with code (EIP-1271)', () => {
  it('M2 asks the code alone; today an ECDSA signature will do as well', async () => {
    const chain = createDevChain(rig.url, rig.artifacts);
    const wallet = await chain.deploy('Wallet');
    const code = await devRpc(rig.url, 'eth_getCode', [wallet, 'latest']);
    await devRpc(rig.url, 'anvil_setCode', [OPERATOR.address, code]);
    const sign = (contracts: AosContracts, version?: string): Promise<OperatorSignature> =>
      signForAvs(OPERATOR, {directory: contracts.avs_directory, avs: AVS, version}, {expiry: LATER});
    const attempt = (contracts: AosContracts, signature: OperatorSignature): Promise<string> =>
      rig.attempt(AVS, contracts.avs_directory, register(OPERATOR.address, signature));
    const [old, current] = [await sign(strings), await sign(errors, '1')];
    const rubbish = {...old, signature: '0x1234'} as const;
    expect(size(old.signature)).toBe(65);

    // The storage of the operator is empty: its answer is zero, no magic value.
    expect(await attempt(strings, old)).toBe(
      'reverts: EIP1271SignatureUtils.checkSignature_EIP1271: ERC1271 signature verification failed',
    );
    expect(await attempt(errors, current)).toBe('0x');
    expect(await attempt(errors, rubbish)).toBe('reverts: InvalidSignature');

    const yes = `0x${'1626ba7e'.padStart(64, '0')}`;
    await devRpc(rig.url, 'anvil_setStorageAt', [OPERATOR.address, `0x${'0'.repeat(64)}`, yes]);
    expect(await attempt(strings, rubbish)).toBe('0x');
    expect(await attempt(errors, rubbish)).toBe('0x');
  });
});
