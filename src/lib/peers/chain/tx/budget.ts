import {AosError} from '../../../foundation/errors/error.ts';
import {shownEther} from '../../../foundation/text/amounts.ts';
import {say} from '../../../foundation/next-step/next-step.ts';
import {GWEI} from './fees.ts';
import type {TxPlan} from './plan.ts';

/** The default of `--max-cost`, in wei: what one penalty of the network costs. */
export const DEFAULT_MAX_COST = 100_000_000n * GWEI;

/** What the transactions of one command may cost together. It counts what they can cost at most. */
export type Budget = {
  /** @throws AosError TX_COST_TOO_HIGH when `mostWei` more is above the bound */
  refuse(mostWei: bigint): void;
  /** A transaction that can cost so much was signed. */
  spend(mostWei: bigint): void;
};

/** @param maxWei the bound; null: {@link DEFAULT_MAX_COST} */
export function createBudget(maxWei: bigint | null): Budget {
  const most = maxWei ?? DEFAULT_MAX_COST;
  let spent = 0n;
  return {
    refuse(mostWei) {
      if (spent + mostWei <= most) return;
      const before = spent === 0n ? '' : `, and what this command sent before up to ${shownEther(spent)}`;
      const byDefault = maxWei === null ? ' (the default)' : '';
      throw new AosError(
        'TX_COST_TOO_HIGH',
        `the transaction can cost up to ${shownEther(mostWei)} ETH${before}; the bound is ${shownEther(most)}${byDefault}`,
        {details: {neededWei: (spent + mostWei).toString(), boundWei: most.toString()}},
      );
    },
    spend(mostWei) {
      spent += mostWei;
    },
  };
}

/**
 * Refuses more gas than a call of its kind can need.
 * @param maxGas as the operator gave it; null: the ceiling of the plan
 * @throws AosError TX_COST_TOO_HIGH
 */
export function refuseGas({title, mostGas}: TxPlan, gas: bigint, maxGas: bigint | null): void {
  const most = maxGas ?? mostGas;
  if (gas <= most) return;
  throw new AosError(
    'TX_COST_TOO_HIGH',
    `${title}: the RPC estimates ${gas} gas; the bound is ${most}${maxGas === null ? ' (the default for this call)' : ''}`,
    {
      next: say(`Use another RPC in chain.chain_rpc_url; if the estimate is right, add --max-gas ${gas}`),
      details: {gas: gas.toString(), boundGas: most.toString()},
    },
  );
}

/** Gas may grow by so much, in percent, between the question and the signature: others change the state meanwhile. */
const GROWTH = 50n;

/** Refuses a call that needs much more gas than was agreed to. @throws AosError TX_CHANGED */
export function refuseGrowth(title: string, gas: bigint, agreed: bigint): void {
  if (gas * 100n <= agreed * (100n + GROWTH)) return;
  throw new AosError(
    'TX_CHANGED',
    `${title}: it needs ${gas} gas now, and ${agreed} was agreed to; no transaction was signed`,
  );
}
