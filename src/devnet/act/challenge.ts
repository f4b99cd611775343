import {encodeFunctionData, keccak256, stringToHex, zeroHash, type Address} from 'viem';
import {challengeManagerAbi} from '../../lib/peers/chain/abis-aos.ts';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {run} from '../../lib/foundation/next-step/next-step.ts';
import {devRpc} from '../chain/rpc.ts';
import {toAddress} from '../chain/batch.ts';
import {respond} from './answer.ts';
import {findChallenge, type FoundChallenge} from './found-challenge.ts';
import type {ActReport} from './report.ts';
import type {RequestOf} from './request.ts';
import {quorumBytes, type Stage} from './stage.ts';

type ChallengeReport = NonNullable<ActReport['challenge']>;

/**
 * Opens a challenge of a clock number, as anyone may, for nothing; with `answer` the aggregator answers it.
 * @throws AosError USAGE for a job that the dispatcher does not know; as {@link respond}
 */
export async function openChallenge(stage: Stage, request: RequestOf<'challenge'>): Promise<ChallengeReport> {
  const {clockNumber, attestationHash} = subjectOf(stage, request);
  const {challenge_manager: to} = stage.contracts;
  const signature = '0x';
  const args = [
    clockNumber,
    attestationHash,
    signature,
    request.threshold,
    quorumBytes(request.quorums),
  ] as const;
  const data = encodeFunctionData({abi: challengeManagerAbi, functionName: 'createNewChallenge', args});
  const hash = await stage.send(await challenger(stage), {to, data}, 'an account challenged an attestation');
  const receipt = await stage.client.getTransactionReceipt({hash});
  const index = Number(receipt.logs[0]?.topics[1] ?? 0);
  return watch(stage, await findChallenge(stage, index), request);
}

/** Has the aggregator answer a challenge. @throws AosError USAGE for one that there is not; as {@link respond} */
export async function answerChallenge(stage: Stage, request: RequestOf<'answer'>): Promise<ChallengeReport> {
  return watch(stage, await findChallenge(stage, request.index), {...request, answer: true});
}

async function watch(
  stage: Stage,
  found: FoundChallenge,
  {blocks, answer}: {blocks: number; answer: boolean},
): Promise<ChallengeReport> {
  await stage.mine(blocks, answer ? ' before the answer' : ' since it was opened');
  if (answer) await respond(stage, found);
  return {
    index: found.index,
    clockNumber: found.challenge.clockNumber.toString(),
    deadlineBlock: (BigInt(found.challenge.challengeCreatedBlock) + found.windowBlocks).toString(),
    isAnswered: answer,
  };
}

/** A challenge names a clock number, never a job: the job gives its clock and the hash. */
function subjectOf(
  stage: Stage,
  {job: named, clock}: RequestOf<'challenge'>,
): {clockNumber: bigint; attestationHash: `0x${string}`} {
  const job = stage.job(named);
  if (job === null && named !== null)
    throw new AosError('USAGE', `the devnet’s dispatcher has no job ${named}`, {next: run('job list')});
  return {
    clockNumber: clock === null ? (job?.clockNumber ?? 0n) : BigInt(clock),
    attestationHash: job === null ? zeroHash : keccak256(stringToHex(job.jobId)),
  };
}

/** Any account but the owner's. */
async function challenger({url, contracts}: Stage): Promise<Address> {
  const accounts = await devRpc(url, 'eth_accounts');
  const other: unknown = Array.isArray(accounts) ? accounts[1] : undefined;
  return typeof other === 'string' ? toAddress(other) : contracts.owner;
}
