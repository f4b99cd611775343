import type {Hex} from 'viem';
import {AosError} from '../../../foundation/errors/error.ts';
import {sameAddress} from '../../../protocol/wire/ethereum.ts';
import {penaltyLedgerAbi} from '../abis-aos.ts';
import type {Chain} from '../open.ts';
import {readNamed, call, valueOf} from '../read.ts';
import type {PenaltyFacts} from './operator-facts.ts';
import {say} from '../../../foundation/next-step/next-step.ts';

/** Newest penalties that are read; `aos slashing-history` reads all. */
const NEWEST_PENALTIES = 200;

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
