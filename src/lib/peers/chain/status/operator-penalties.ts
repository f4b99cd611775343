import type {Hex} from 'viem';
import {AosError} from '../../../foundation/errors/error.ts';
import {sameAddress} from '../../../protocol/wire/ethereum.ts';
import {penaltyLedgerAbi} from '../abis-aos.ts';
import type {Chain} from '../open.ts';
import {readNamed, call, valueOf} from '../read.ts';
import type {PenaltyFacts} from './operator-facts.ts';
import {say} from '../../../foundation/next-step/next-step.ts';

/** Newest penalties that are read in any case; `aos slashing-history` reads all. */
const NEWEST_PENALTIES = 200;
/** Penalties since the last reading that are read at most: those of a network over months. */
const MOST_SINCE = 5_000n;

/** What an earlier reading has seen, and is read again whatever its age. */
export type FollowedPenalties = {
  /** Numbers of the operator's own penalties that were not executed. */
  open: readonly bigint[];
  /** The first number that may not have been read yet; null: the newest are enough. */
  from: bigint | null;
};

const NONE: FollowedPenalties = {open: [], from: null};

/**
 * Reads the newest penalties in two dependent steps, with those that are followed; null when no penalty ledger is configured.
 * @throws AosError CHAIN_NO_CODE for a contract of another kind; as {@link Chain.read}
 */
export async function readPenaltyFacts(
  chain: Chain,
  ledger: string | null,
  operator: Hex,
  followed: FollowedPenalties = NONE,
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
  const newest = least(BigInt(NEWEST_PENALTIES), total);
  const since =
    followed.from === null || followed.from >= total ? 0n : least(total - followed.from, MOST_SINCE);
  const looked = Number(since > newest ? since : newest);
  const first = total - BigInt(looked);
  const older = followed.open.filter((id) => id < first);
  const ids = [...older, ...Array.from({length: looked}, (_, i) => first + BigInt(i))];
  const entries = await chain.read(ids.map((id) => call(abi, address, 'penalties', [id])));
  const mine = ids.flatMap((id, index) => {
    const entry = valueOf(entries[index]);
    if (entry === null) return [];
    const [who, kind, amountWei, , , executed] = entry;
    return sameAddress(who, operator) ? [{id, kind, amountWei, executed}] : [];
  });
  return {ledger, penaltyWei, moratoriumUntil, looked, total, mine};
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
