import {getAbiItem, zeroHash, type Hex} from 'viem';
import {AosError} from '../../../foundation/errors/error.ts';
import {sameAddress} from '../../../protocol/wire/ethereum.ts';
import {challengeManagerAbi, penaltyLedgerAbi} from '../abis-aos.ts';
import type {Chain} from '../open.ts';
import {readNamed, call, valueOf} from '../read.ts';
import type {ChallengeFacts, PenaltyFacts} from './operator-facts.ts';
import {say} from '../../../foundation/next-step/next-step.ts';

/** Newest challenges and penalties that are read; `aos slashing-history` reads all. */
const NEWEST_CHALLENGES = 50;
const NEWEST_PENALTIES = 200;

/** Reads the newest challenges in two dependent steps; null when no challenge manager is configured. */
export async function readChallengeFacts(
  chain: Chain,
  manager: string | null,
): Promise<ChallengeFacts | null> {
  if (manager === null) return null;
  const address: Hex = `0x${manager.slice(2)}`;
  const abi = challengeManagerAbi;
  const {count, window} = await readNamed(chain, {
    count: call(abi, address, 'latestChallengeNum', []),
    window: call(abi, address, 'getChallengeResponseWindowBlock', []),
  });
  if (count === null || window === null)
    throw new AosError('CHAIN_NO_CODE', `the contract at ${manager} is no challenge manager`, {
      next: say('Check chain.contracts.challenge_manager.'),
    });
  const first = Math.max(0, count - NEWEST_CHALLENGES);
  const indices = Array.from({length: count - first}, (_, i) => first + i);
  const [hashes, responses, created] = await Promise.all([
    chain.read(indices.map((i) => call(abi, address, 'allChallengeHashes', [i]))),
    chain.read(indices.map((i) => call(abi, address, 'allChallengeResponses', [i]))),
    count === 0 ? [] : readCreated(chain, address, BigInt(window)),
  ]);
  const unanswered = indices.filter((_, place) => {
    const hash = valueOf(hashes[place]);
    return hash !== null && hash !== zeroHash && valueOf(responses[place]) === zeroHash;
  });
  const open = (created ?? []).flatMap(({index, block}) => {
    const deadlineBlock = block + BigInt(window);
    return unanswered.includes(index) && deadlineBlock >= chain.blockNumber
      ? [{index, createdBlock: block, deadlineBlock, blocksLeft: deadlineBlock - chain.blockNumber}]
      : [];
  });
  return {
    total: count,
    windowBlocks: BigInt(window),
    open,
    unanswered: unanswered.length,
    unansweredIndices: unanswered,
    windowKnown: created !== null,
  };
}

/** Reads the challenges created within the window; null when the RPC does not serve so many logs. */
async function readCreated(
  chain: Chain,
  address: Hex,
  window: bigint,
): Promise<{index: number; block: bigint}[] | null> {
  const from = chain.blockNumber - window;
  try {
    const logs = await chain.client.getLogs({
      address,
      event: getAbiItem({abi: challengeManagerAbi, name: 'NewChallengeCreated'}),
      fromBlock: from > 0n ? from : 0n,
      toBlock: chain.blockNumber,
      strict: true,
    });
    return logs.map(({args, blockNumber}) => ({index: args.challengeIndex, block: blockNumber}));
  } catch {
    chain.signal.throwIfAborted();
    return null;
  }
}

/** Reads the newest penalties in two dependent steps; null when no penalty ledger is configured. */
export async function readPenaltyFacts(
  chain: Chain,
  ledger: string | null,
  operator: Hex,
): Promise<PenaltyFacts | null> {
  if (ledger === null) return null;
  const address: Hex = `0x${ledger.slice(2)}`;
  const abi = penaltyLedgerAbi;
  const {penaltyWei, moratoriumUntil, total} = await readNamed(chain, {
    penaltyWei: call(abi, address, 'penaltyWei', []),
    moratoriumUntil: call(abi, address, 'moratoriumUntil', []),
    total: call(abi, address, 'penaltyCount', []),
  });
  if (penaltyWei === null || moratoriumUntil === null || total === null)
    throw new AosError('CHAIN_NO_CODE', `the contract at ${ledger} is no penalty ledger`, {
      next: say('Check chain.contracts.penalty_ledger.'),
    });
  const looked = Number(total > BigInt(NEWEST_PENALTIES) ? BigInt(NEWEST_PENALTIES) : total);
  const ids = Array.from({length: looked}, (_, i) => total - BigInt(looked) + BigInt(i));
  const entries = await chain.read(ids.map((id) => call(abi, address, 'penalties', [id])));
  const mine = ids.flatMap((id, index) => {
    const entry = valueOf(entries[index]);
    if (entry === null) return [];
    const [who, kind, amountWei, , , executed] = entry;
    return sameAddress(who, operator) ? [{id, kind, amountWei, executed}] : [];
  });
  return {ledger, penaltyWei, moratoriumUntil, looked, total, mine};
}
