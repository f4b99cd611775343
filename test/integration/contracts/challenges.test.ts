import {
  createPublicClient,
  decodeEventLog,
  encodeAbiParameters,
  encodeFunctionData,
  getContract,
  http,
  keccak256,
  parseAbi,
  parseAbiParameters,
  stringToHex,
  toFunctionSelector,
  type Address,
  type Hex,
} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {aggregatorAbi} from '../../../src/devnet/act/abis.ts';
import type {AosContracts} from '../../../src/devnet/chain/deploy.ts';
import {devRpc} from '../../../src/devnet/chain/rpc.ts';
import {challengeManagerAbi} from '../../../src/lib/peers/chain/abis-aos.ts';
import {bn254} from '@noble/curves/bn254.js';
import {hashToG1, keysOf, signG1} from '../../support/bn254-noble.ts';
import {BLS_SECRET, deregistration, registrationOf} from '../../support/bls-registry.ts';
import {answerBy, type AnswerArgs} from '../../support/challenge-answer.ts';
import type {ChainHooks} from '../../support/chain-hooks.ts';
import {callOf, OPERATOR, startChainRig, STRANGER, type ChainRig} from '../../support/chain-rig.ts';

const ME = OPERATOR.address;
const OTHER_SECRET = 987654321n;
const HASH = keccak256(stringToHex('attestation'));
const OWN_ID = keysOf(BLS_SECRET).id;
const OTHER_ID = keysOf(OTHER_SECRET).id;

let rig: ChainRig;
let aos: AosContracts;
let hooks: ChainHooks;
let before: unknown;
/** The block in which the second operator registered. */
let secondIn: number;

beforeAll(async () => {
  rig = await startChainRig();
  aos = await rig.deploy({flow: 'bls', others: [STRANGER.address], quorums: [{}, {}]});
  hooks = rig.hooks(aos);
  await rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR, {quorums: '0x0001'}));
  const second = await registrationOf(rig, aos, STRANGER, {secret: OTHER_SECRET});
  await rig.send(STRANGER.address, aos.registry, second);
  secondIn = Number(await rig.block());
});
afterAll(() => rig.close());
beforeEach(async () => {
  before = await rig.snapshot();
});
afterEach(() => rig.restore(before));

const client = () => createPublicClient({transport: http(rig.url, {retryCount: 0}), cacheTime: 0});
const manager = () =>
  getContract({abi: challengeManagerAbi, address: aos.challenge_manager, client: client()});
const by = (from: Address, args: AnswerArgs): Promise<string> =>
  rig.attempt(
    from,
    aos.challenge_manager,
    encodeFunctionData({abi: aggregatorAbi, functionName: 'respondToChallenge', args}),
  );

async function challenged(quorumNumbers: Hex = '0x00', threshold = 67): Promise<number> {
  const create = encodeFunctionData({
    abi: challengeManagerAbi,
    functionName: 'createNewChallenge',
    args: [7n, HASH, '0x1234', threshold, quorumNumbers],
  });
  await rig.send(STRANGER.address, aos.challenge_manager, create);
  return (await manager().read.latestChallengeNum()) - 1;
}
/** The same answer with something else in its third argument. */
const changed = ([challenge, response, state]: AnswerArgs, over: Partial<AnswerArgs[2]>): AnswerArgs => [
  challenge,
  response,
  {...state, ...over},
];

describe('a challenge', () => {
  it('is kept as anyone creates it', async () => {
    expect(await manager().read.registryCoordinator()).toBe(aos.registry);
    expect(await manager().read.getChallengeResponseWindowBlock()).toBe(30);
    expect(await manager().read.CHALLENGE_CHALLENGE_WINDOW_BLOCK()).toBe(100);
    const create = encodeFunctionData({
      abi: challengeManagerAbi,
      functionName: 'createNewChallenge',
      args: [7n, HASH, '0x1234', 67, '0x00'],
    });
    const [log] = await rig.send(STRANGER.address, aos.challenge_manager, create);
    expect(log?.topics[0]).toBe('0xf670ca2cbb898c82f5de5f0697a7340ae1e089df3e85137eb65cc9794b2f1906');
    const {args} = decodeEventLog({
      abi: challengeManagerAbi,
      eventName: 'NewChallengeCreated',
      topics: log!.topics as [Hex, ...Hex[]],
      data: log!.data,
    });
    expect(args).toMatchObject({challengeIndex: 0, challenge: {clockNumber: 7n, attestationHash: HASH}});
    expect(await manager().read.latestChallengeNum()).toBe(1);
    await hooks.createChallenge({clockNumber: 1n, attestationHash: HASH});
    expect(await manager().read.challengeNumber()).toBe(2);
  });

  it('is answered by the aggregator alone, once, with the signatures of all operators', async () => {
    const index = await challenged();
    await hooks.mine(1);
    const args = await answerBy(rig, aos, index, [BLS_SECRET, OTHER_SECRET]);
    expect(toFunctionSelector(aggregatorAbi[0])).toBe('0xea1e004e');
    expect(await by(STRANGER.address, args)).toBe('reverts: Aggregator must be the caller');
    const [challenge, response, state] = args;
    expect(await by(aos.owner, [{...challenge, clockNumber: 8n}, response, state])).toBe(
      'reverts: supplied challenge does not match the one recorded in the contract',
    );
    // Noble, on its own, makes the same signature.
    const message = keccak256(
      encodeAbiParameters(parseAbiParameters('uint32, uint256, bytes32'), [index, 7n, HASH]),
    );
    const [one, two] = [BLS_SECRET, OTHER_SECRET].map((secret) => signG1(secret, hashToG1(message)));
    const sum = bn254.G1.Point.fromAffine({x: one!.X, y: one!.Y})
      .add(bn254.G1.Point.fromAffine({x: two!.X, y: two!.Y}))
      .toAffine();
    expect(state.sigma).toEqual({X: sum.x, Y: sum.y});

    const data = encodeFunctionData({abi: aggregatorAbi, functionName: 'respondToChallenge', args});
    const [responded] = await rig.send(aos.owner, aos.challenge_manager, data);
    expect(responded?.topics).toEqual(['0xf7d7a8300e553f25f8088b81b3f77823a57541922aa5fa92ca281944c37ed3d9']);
    expect(await manager().read.allChallengeResponses([index])).not.toMatch(/^0x0*$/);
    expect(await by(aos.owner, args)).toBe('reverts: Aggregator has already responded to the challenge');
  });

  it('needs enough stake of its block: the two operators weigh the same', async () => {
    const most = await challenged('0x00', 67);
    const half = await challenged('0x00', 50);
    // Only the lowest eight bits count: 256 is zero.
    const none = await challenged('0x00', 256);
    await hooks.mine(1);
    const low = 'reverts: Signatories do not own at least threshold percentage of a quorum';
    expect(await by(aos.owner, await answerBy(rig, aos, most, [BLS_SECRET]))).toBe(low);
    expect(await by(aos.owner, await answerBy(rig, aos, half, [OTHER_SECRET]))).toBe('0x');
    expect(await by(aos.owner, await answerBy(rig, aos, none, [OTHER_SECRET]))).toBe('0x');
  });

  it('of two quorums counts a key in both', async () => {
    const index = await challenged('0x0001', 50);
    await hooks.mine(1);
    const args = await answerBy(rig, aos, index, [BLS_SECRET]);
    expect(args[2].nonSignerStakeIndices.map((list) => list.length)).toEqual([1, 0]);
    expect(await by(aos.owner, args)).toBe('0x');
    const alone = await answerBy(rig, aos, index, [OTHER_SECRET]);
    expect(await by(aos.owner, alone)).toBe(
      'reverts: Signatories do not own at least threshold percentage of a quorum',
    );
  });

  it('takes no other signature, key, order or length', async () => {
    const index = await challenged();
    await hooks.mine(1);
    const args = await answerBy(rig, aos, index, [BLS_SECRET, OTHER_SECRET]);
    const [, , state] = args;
    const says = async (over: Partial<AnswerArgs[2]>): Promise<string> => {
      const reason = await by(aos.owner, changed(args, over));
      return reason.replace('reverts: BLSSignatureChecker.checkSignatures: ', '');
    };
    expect(await says({sigma: state.quorumApks[0]!})).toBe('signature is invalid');
    expect(await says({apkG2: keysOf(5n).g2})).toBe('signature is invalid');
    expect(await says({apkG2: {X: [1n, 2n], Y: [3n, 4n]}})).toBe('pairing precompile call failed');
    expect(await says({quorumApks: [keysOf(5n).g1]})).toBe(
      'quorumApk hash in storage does not match provided quorum apk',
    );
    expect(await says({quorumApks: []})).toBe('input quorum length mismatch');
    expect(await says({nonSignerPubkeys: [keysOf(5n).g1]})).toBe('input nonsigner length mismatch');
    const both = [BLS_SECRET, OTHER_SECRET].map((secret) => keysOf(secret));
    const [first, last] = both.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
    expect(await says({nonSignerPubkeys: [last!.g1, first!.g1], nonSignerQuorumBitmapIndices: [0, 0]})).toBe(
      'nonSignerPubkeys not sorted',
    );
    expect(await says({quorumApkIndices: [state.quorumApkIndices[0]! - 1]})).toBe(
      'reverts: BLSApkRegistry._validateApkHashAtBlockNumber: not latest apk update',
    );
    expect(await says({totalStakeIndices: [state.totalStakeIndices[0]! - 1]})).toMatch(
      /there is a newer stakeUpdate/,
    );
  });

  it('needs a quorum, and a block after its own', async () => {
    const index = await challenged();
    const args = await answerBy(rig, aos, index, [BLS_SECRET, OTHER_SECRET]);
    // A call runs in the head block, the one of the challenge.
    expect(await by(aos.owner, args)).toBe(
      'reverts: BLSSignatureChecker.checkSignatures: invalid reference block',
    );
    const empty = await challenged('0x');
    await hooks.mine(1);
    const [, , state] = args;
    const found = await client().getLogs({
      address: aos.challenge_manager,
      event: challengeManagerAbi.find(
        (item) => item.type === 'event' && item.name === 'NewChallengeCreated',
      )!,
      args: {challengeIndex: empty},
      fromBlock: 0n,
      strict: true,
    });
    const {challenge} = found[0]!.args;
    const response = {referenceChallengeIndex: empty, clockNumber: 7n, attestationHash: HASH};
    expect(await by(aos.owner, [challenge, response, state])).toBe(
      'reverts: BLSSignatureChecker.checkSignatures: empty quorum input',
    );
    const unknown = await challenged('0x07');
    await expect(answerBy(rig, aos, unknown, [BLS_SECRET])).rejects.toThrow(/quorum did not exist/);
  });

  it('is answered up to its 30th block, also when the quorum is another by then', async () => {
    const index = await challenged();
    const created = Number(await rig.block());
    await rig.send(STRANGER.address, aos.registry, deregistration());
    const args = await answerBy(rig, aos, index, [BLS_SECRET, OTHER_SECRET]);
    await hooks.mine(created + 30 - Number(await rig.block()));
    expect(await by(aos.owner, args)).toBe('0x');
    await hooks.mine(1);
    expect(await by(aos.owner, args)).toBe('reverts: Aggregator has responded to the challenge too late');
  });

  it('refuses stale stakes where the owner of the registry says so', async () => {
    const index = await challenged();
    await hooks.mine(60);
    const forbid = callOf('function setStaleStakesForbidden(bool)', [true]);
    expect(await rig.attempt(ME, aos.challenge_manager, forbid)).toMatch(
      /caller is not the owner of the reg/,
    );
    await rig.send(aos.owner, aos.challenge_manager, forbid);
    const late = await challenged();
    await hooks.mine(1);
    const args = await answerBy(rig, aos, late, [BLS_SECRET, OTHER_SECRET]);
    expect(await by(aos.owner, args)).toMatch(
      /StakeRegistry updates must be within withdrawalDelayBlocks window/,
    );
    const list = [ME, STRANGER.address].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    const update = (lists: Address[][], quorums: Hex = '0x00'): Hex =>
      callOf('function updateOperatorsForQuorum(address[][],bytes)', [lists, quorums]);
    expect(await rig.attempt(ME, aos.registry, update([[ME]]))).toMatch(/does not match quorum total/);
    expect(await rig.attempt(ME, aos.registry, update([list.toReversed()]))).toMatch(/must be sorted/);
    expect(await rig.attempt(ME, aos.registry, update([]))).toMatch(/input length mismatch/);
    expect(await rig.attempt(ME, aos.registry, update([[STRANGER.address]], '0x01'))).toMatch(
      /operator not in quorum/,
    );
    await rig.send(ME, aos.registry, update([list]));
    expect(await by(aos.owner, args)).toBe('0x');
    expect(index).toBeLessThan(late);
  });
});

describe('the histories of the registries', () => {
  const HISTORIES = parseAbi([
    'function getOperatorListAtBlockNumber(uint8, uint32) view returns (bytes32[])',
    'function totalOperatorsForQuorum(uint8) view returns (uint32)',
    'function getQuorumBitmapIndicesAtBlockNumber(uint32, bytes32[]) view returns (uint32[])',
    'function getQuorumBitmapAtBlockNumberByIndex(bytes32, uint32, uint256) view returns (uint192)',
    'function getQuorumBitmapHistoryLength(bytes32) view returns (uint256)',
    'function getStakeHistory(bytes32, uint8) view returns ((uint32 updateBlockNumber, uint32 nextUpdateBlockNumber, uint96 stake)[])',
    'function getApkHistoryLength(uint8) view returns (uint32)',
    'function getApkIndicesAtBlockNumber(bytes, uint256) view returns (uint32[])',
  ]);
  const at = (address: Address) => getContract({abi: HISTORIES, address, client: client()});

  it('say who was in a quorum at a block', async () => {
    const index = at(aos.index_registry!);
    expect(await index.read.getOperatorListAtBlockNumber([0, secondIn - 1])).toEqual([OWN_ID]);
    expect(await index.read.getOperatorListAtBlockNumber([0, secondIn])).toEqual([OWN_ID, OTHER_ID]);
    await rig.send(ME, aos.registry, deregistration('0x0001'));
    const left = Number(await rig.block());
    // The last one takes the place of the one that left.
    expect(await index.read.getOperatorListAtBlockNumber([0, left])).toEqual([OTHER_ID]);
    expect(await index.read.getOperatorListAtBlockNumber([0, left - 1])).toEqual([OWN_ID, OTHER_ID]);
    expect(await index.read.totalOperatorsForQuorum([1])).toBe(0);

    const bitmaps = at(aos.registry);
    const places = await bitmaps.read.getQuorumBitmapIndicesAtBlockNumber([left - 1, [OWN_ID, OTHER_ID]]);
    expect(places).toEqual([0, 0]);
    expect(await bitmaps.read.getQuorumBitmapAtBlockNumberByIndex([OWN_ID, left - 1, 0n])).toBe(3n);
    expect(await bitmaps.read.getQuorumBitmapAtBlockNumberByIndex([OWN_ID, left, 1n])).toBe(0n);
    await expect(bitmaps.read.getQuorumBitmapAtBlockNumberByIndex([OWN_ID, left, 0n])).rejects.toThrow(
      /quorumBitmapUpdate is from before blockNumber/,
    );
    await expect(bitmaps.read.getQuorumBitmapAtBlockNumberByIndex([OWN_ID, left - 1, 1n])).rejects.toThrow(
      /quorumBitmapUpdate is from after blockNumber/,
    );
    const stakes = await at(aos.stake_registry!).read.getStakeHistory([OWN_ID, 0]);
    expect(stakes.map(({stake, nextUpdateBlockNumber}) => [stake, nextUpdateBlockNumber])).toEqual([
      [132n * 10n ** 18n, left],
      [0n, 0],
    ]);
  });

  it('overwrite an entry of the same block, and add one in another', async () => {
    const apks = at(aos.bls_apk_registry!);
    const length = await apks.read.getApkHistoryLength([0]);
    const leave = {to: aos.registry, gas: '0x1e8480', data: deregistration()};
    for (const from of [ME, STRANGER.address]) {
      await devRpc(rig.url, 'anvil_impersonateAccount', [from]);
      await devRpc(rig.url, 'eth_sendTransaction', [{from, ...leave}]);
    }
    await devRpc(rig.url, 'evm_mine');
    expect(await at(aos.index_registry!).read.totalOperatorsForQuorum([0])).toBe(0);
    expect(await apks.read.getApkHistoryLength([0])).toBe(length + 1);
    const block = await rig.block();
    expect(await apks.read.getApkIndicesAtBlockNumber(['0x00', block])).toEqual([length]);
    expect(await apks.read.getApkIndicesAtBlockNumber(['0x00', block - 1n])).toEqual([length - 1]);
    await expect(apks.read.getApkIndicesAtBlockNumber(['0x00', 0n])).rejects.toThrow(
      /before the first update/,
    );
  });

  it('leave an unchanged stake alone, without an event', async () => {
    const update = callOf('function updateOperators(address[])', [[ME]]);
    expect(await rig.send(STRANGER.address, aos.registry, update)).toEqual([]);
    await hooks.setShares(ME, 0, 33n * 10n ** 18n);
    expect(await rig.send(STRANGER.address, aos.registry, update)).toHaveLength(2);
    const stakes = await at(aos.stake_registry!).read.getStakeHistory([OWN_ID, 1]);
    expect(stakes.map(({stake}) => stake)).toEqual([132n * 10n ** 18n, 133n * 10n ** 18n]);
  });
});
