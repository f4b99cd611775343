import {
  encodeAbiParameters,
  encodeFunctionData,
  keccak256,
  parseAbiParameters,
  type Address,
  type Hex,
} from 'viem';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {run} from '../../lib/foundation/next-step/next-step.ts';
import {
  GROUP_ORDER,
  hashToG1,
  operatorIdOf,
  publicKeyG1,
  publicKeys,
  signPoint,
} from '../../lib/keys/bn254.ts';
import {blsApkRegistryAbi} from '../../lib/peers/chain/abis-avs.ts';
import {aggregatorAbi, apkHistoryAbi, bitmapHistoryAbi, indexHistoryAbi, stakeHistoryAbi} from './abis.ts';
import type {FoundChallenge} from './found-challenge.ts';
import type {Stage} from './stage.ts';

type Answerer = Pick<Stage, 'client' | 'contracts'>;

/** Members of a quorum at a block: their operator ids, in the order of the IndexRegistry. */
type Quorum = {number: number; ids: readonly Hex[]};

/** The registries of a BLS coordinator. */
type Registries = {coordinator: Address; stakes: Address; keys: Address; indices: Address};

const RESPONSE = parseAbiParameters(
  '(uint32 referenceChallengeIndex, uint256 clockNumber, bytes32 attestationHash) response',
);

/**
 * The aggregator's answer to a challenge: `respondToChallenge` with the sum of the signatures of those operators whose keys
 * are given. All others that were in the challenged quorums when the challenge was created are its non-signers.
 * @throws AosError DEVNET_REFUSED without a signer, or where the AVS has no BLS registries
 */
export async function answerOf(
  answerer: Answerer,
  {index, challenge}: FoundChallenge,
  secrets: readonly bigint[],
) {
  const {clockNumber, attestationHash, quorumNumbers, challengeCreatedBlock: block} = challenge;
  const response = {referenceChallengeIndex: index, clockNumber, attestationHash};
  const registries = registriesOf(answerer);
  const numbers = [...Buffer.from(quorumNumbers.slice(2), 'hex')];
  const quorums = await Promise.all(
    numbers.map(async (number): Promise<Quorum> => {
      const args = [number, block] as const;
      const read = {address: registries.indices, abi: indexHistoryAbi, args} as const;
      return {
        number,
        ids: await answerer.client.readContract({...read, functionName: 'getOperatorListAtBlockNumber'}),
      };
    }),
  );
  const keyOf = new Map(secrets.map((secret) => [operatorIdOf(publicKeyG1(secret)), secret]));
  const members = [...new Set(quorums.flatMap(({ids}) => ids))].sort((a, b) =>
    BigInt(a) < BigInt(b) ? -1 : 1,
  );
  const nonSigners = members.filter((id) => !keyOf.has(id.toLowerCase()));
  if (nonSigners.length === members.length)
    throw new AosError(
      'DEVNET_REFUSED',
      `no operator of this devnet was in quorum ${numbers.join(', ')} when challenge ${index} was created`,
      {next: run('register', ['--yes'], 'Register one, and challenge again')},
    );
  // A key counts once in the sum of each quorum, so a signature does too.
  const sum = quorums
    .flatMap(({ids}) => ids.map((id) => keyOf.get(id.toLowerCase()) ?? 0n))
    .reduce((total, secret) => (total + secret) % GROUP_ORDER, 0n);
  const message = keccak256(encodeAbiParameters(RESPONSE, [response]));
  const sigma = signPoint(sum, hashToG1(Buffer.from(message.slice(2), 'hex')));
  const {x, y} = publicKeys(sum).g2;
  const state = await stateAt(answerer, registries, {block, quorums, nonSigners, quorumNumbers});
  const args = [
    challenge,
    response,
    {...state, apkG2: {X: [...x], Y: [...y]}, sigma: {X: sigma.x, Y: sigma.y}},
  ] as const;
  return args;
}

/** Sends the answer. @throws AosError as {@link answerOf}; DEVNET_FAILED with the contract's reason when it refuses it */
export async function respond(stage: Stage, found: FoundChallenge): Promise<void> {
  const to = stage.contracts.challenge_manager;
  const args = await answerOf(stage, found, await stage.blsKeys());
  const aggregator = await stage.client.readContract({
    address: to,
    abi: aggregatorAbi,
    functionName: 'aggregator',
  });
  const data = encodeFunctionData({abi: aggregatorAbi, functionName: 'respondToChallenge', args});
  await stage.send(aggregator, {to, data}, `the aggregator answered challenge ${found.index}`);
}

function registriesOf({contracts}: Answerer): Registries {
  const {registry, stake_registry: stakes, bls_apk_registry: keys, index_registry: indices} = contracts;
  if (stakes === null || keys === null || indices === null)
    throw new AosError(
      'DEVNET_REFUSED',
      `an AVS of the flow ${contracts.flow} has no BLS keys to answer with`,
    );
  return {coordinator: registry, stakes, keys, indices};
}

/** What the contract checks against its histories: indices into them, and the keys whose hashes they hold. */
async function stateAt(
  {client}: Answerer,
  {coordinator, stakes, keys}: Omit<Registries, 'indices'>,
  at: {block: number; quorums: readonly Quorum[]; nonSigners: readonly Hex[]; quorumNumbers: Hex},
) {
  const {block, quorums, nonSigners, quorumNumbers} = at;
  const [bitmaps, apkIndices, totals, apks, pubkeys, stakeIndices] = await Promise.all([
    client.readContract({
      address: coordinator,
      abi: bitmapHistoryAbi,
      functionName: 'getQuorumBitmapIndicesAtBlockNumber',
      args: [block, [...nonSigners]],
    }),
    client.readContract({
      address: keys,
      abi: apkHistoryAbi,
      functionName: 'getApkIndicesAtBlockNumber',
      args: [quorumNumbers, BigInt(block)],
    }),
    client.readContract({
      address: stakes,
      abi: stakeHistoryAbi,
      functionName: 'getTotalStakeIndicesAtBlockNumber',
      args: [block, quorumNumbers],
    }),
    Promise.all(
      quorums.map(({number}) =>
        client.readContract({
          address: keys,
          abi: apkHistoryAbi,
          functionName: 'getApk',
          args: [number],
          blockNumber: BigInt(block),
        }),
      ),
    ),
    Promise.all(nonSigners.map((id) => pubkeyOf(client, keys, id))),
    Promise.all(
      quorums.map(({number, ids}) =>
        Promise.all(
          nonSigners
            .filter((id) => ids.includes(id))
            .map((id) =>
              client.readContract({
                address: stakes,
                abi: stakeHistoryAbi,
                functionName: 'getStakeUpdateIndexAtBlockNumber',
                args: [id, number, block],
              }),
            ),
        ),
      ),
    ),
  ]);
  return {
    nonSignerQuorumBitmapIndices: bitmaps,
    nonSignerPubkeys: pubkeys,
    quorumApks: apks,
    quorumApkIndices: apkIndices,
    totalStakeIndices: totals,
    nonSignerStakeIndices: stakeIndices,
  };
}

async function pubkeyOf(client: Stage['client'], address: Address, id: Hex): Promise<{X: bigint; Y: bigint}> {
  const read = {address, abi: blsApkRegistryAbi} as const;
  const operator = await client.readContract({...read, functionName: 'pubkeyHashToOperator', args: [id]});
  const [point] = await client.readContract({...read, functionName: 'getRegisteredPubkey', args: [operator]});
  return point;
}
