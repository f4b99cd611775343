import {zeroAddress, type Hex} from 'viem';
import {safeText} from '../../foundation/text/safe-text.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {allocationManagerAbi, delegationManagerAbi, erc20Abi, strategyAbi} from './abis-core.ts';
import type {Chain} from './open.ts';
import {call, valueOf} from './read.ts';
import type {ResolvedContracts} from './contract-types.ts';

/** The stake of an operator in one strategy; null where the chain does not answer. */
export type StrategyStake = {
  strategy: Hex;
  /** Null for beacon chain ETH, which is no token. */
  token: Hex | null;
  /** Safe to print; null when the token does not answer. */
  symbol: string | null;
  decimals: number | null;
  shares: bigint | null;
  /** The shares in units of the token. */
  amount: bigint | null;
  /** The part of the operator's stake that slashing has left, 1e18 for all; null before operator sets. */
  maxMagnitude: bigint | null;
  /** The part of it that is allocated to operator sets. */
  encumberedMagnitude: bigint | null;
};

/** EigenLayer's pseudo strategy for ETH on the beacon chain. */
export const BEACON_ETH_STRATEGY: Hex = '0xbeaC0eeEeeeeEEeEeEEEEeeEEeEeeeEeeEEBEaC0';

const MAX_SYMBOL = 32;

/** Reads the operator's stake in strategies. Two dependent steps. */
export async function readStrategies(
  chain: Chain,
  {delegationManager, allocationManager}: ResolvedContracts,
  operator: Hex,
  strategies: readonly Hex[],
): Promise<StrategyStake[]> {
  const manager = allocationManager ?? zeroAddress;
  const am = allocationManagerAbi;
  const [shares, tokens, max, encumbered] = await Promise.all([
    chain.read(
      strategies.map((s) => call(delegationManagerAbi, delegationManager, 'operatorShares', [operator, s])),
    ),
    chain.read(strategies.map((s) => call(strategyAbi, s, 'underlyingToken', []))),
    chain.read(strategies.map((s) => call(am, manager, 'getMaxMagnitude', [operator, s]))),
    chain.read(strategies.map((s) => call(am, manager, 'getEncumberedMagnitude', [operator, s]))),
  ]);
  const tokenAt = (index: number): Hex => valueOf(tokens[index]) ?? zeroAddress;
  const [amounts, symbols, decimals] = await Promise.all([
    chain.read(
      strategies.map((s, i) => call(strategyAbi, s, 'sharesToUnderlyingView', [valueOf(shares[i]) ?? 0n])),
    ),
    chain.read(strategies.map((_, i) => call(erc20Abi, tokenAt(i), 'symbol', []))),
    chain.read(strategies.map((_, i) => call(erc20Abi, tokenAt(i), 'decimals', []))),
  ]);
  return strategies.map((strategy, index): StrategyStake => {
    const held = valueOf(shares[index]);
    const slashing = {maxMagnitude: valueOf(max[index]), encumberedMagnitude: valueOf(encumbered[index])};
    if (sameAddress(strategy, BEACON_ETH_STRATEGY))
      return {strategy, token: null, symbol: 'ETH', decimals: 18, shares: held, amount: held, ...slashing};
    const symbol = valueOf(symbols[index]);
    return {
      strategy,
      token: valueOf(tokens[index]),
      symbol: symbol === null ? null : safeText(symbol, MAX_SYMBOL),
      decimals: valueOf(decimals[index]),
      shares: held,
      amount: held === null ? null : valueOf(amounts[index]),
      ...slashing,
    };
  });
}
