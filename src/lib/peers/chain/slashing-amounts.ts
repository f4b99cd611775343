import type {Hex} from 'viem';
import {safeText} from '../../foundation/text/safe-text.ts';
import {erc20Abi, strategyAbi} from './abis-core.ts';
import {requestFailure} from './failure.ts';
import type {Chain} from './open.ts';
import {call, valueOf} from './read.ts';
import type {FailureKind} from './rpc/failure-kind.ts';
import {failureKindOf} from './rpc/rpc-failure.ts';

/** The value of shares of a strategy. */
export type Worth = {
  amount: bigint;
  token: string | null;
  symbol: string;
  decimals: number;
  rate: 'at-block' | 'now-rate';
};

/** EigenLayer's pseudo strategy for ETH on the beacon chain, without a contract; one share is one wei. */
const BEACON_STRATEGY = '0xbeac0eeeeeeeeeeeeeeeeeeeeeeeeeeeeeebeac0';
/** The decimals of nearly all tokens, for one that does not answer. */
const USUAL_DECIMALS = 18;

/** Characters of a symbol at most, because a token may return any text. */
const MAX_SYMBOL = 32;

/** Failures after which the RPC may have the state all the same. */
const MAY_PASS: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'unreached',
  'timeout',
  'busy',
  'gateway',
  'behind',
]);

type Token = {token: string; symbol: string; decimals: number};

/**
 * Reads the tokens of strategies, by lower-case strategy, in two dependent steps. A strategy that does not answer has none.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER
 */
export async function readTokens(chain: Chain, strategies: readonly string[]): Promise<Map<string, Token>> {
  const unique = [...new Set(strategies.map((strategy) => strategy.toLowerCase()))];
  const asked = unique.filter((strategy) => strategy !== BEACON_STRATEGY);
  const underlying = await chain.read(
    asked.map((strategy) => call(strategyAbi, hex(strategy), 'underlyingToken', [])),
  );
  const found = asked.flatMap((strategy, index) => {
    const token = valueOf(underlying[index]);
    return token === null ? [] : [{strategy, token}];
  });
  const [symbols, decimals] = await Promise.all([
    chain.read(found.map(({token}) => call(erc20Abi, token, 'symbol', []))),
    chain.read(found.map(({token}) => call(erc20Abi, token, 'decimals', []))),
  ]);
  return new Map(
    found.map(({strategy, token}, index) => [
      strategy,
      {
        token,
        symbol: safeText(valueOf(symbols[index]) ?? 'tokens', MAX_SYMBOL),
        decimals: valueOf(decimals[index]) ?? USUAL_DECIMALS,
      },
    ]),
  );
}

/**
 * Reads the value of `shares` of a strategy at a block, by the current rate when the RPC has no state of that block; null
 * when the strategy does not answer.
 * @throws AosError CHAIN_UNREACHABLE when the RPC is busy or gone, because it may have the state
 */
export async function worthOf(
  chain: Chain,
  {strategy, shares, block}: {strategy: string; shares: bigint; block: number},
  tokens: ReadonlyMap<string, Token>,
): Promise<Worth | null> {
  const key = strategy.toLowerCase();
  if (key === BEACON_STRATEGY)
    return {amount: shares, token: null, symbol: 'ETH', decimals: 18, rate: 'at-block'};
  const token = tokens.get(key);
  if (token === undefined) return null;
  const contract = {
    address: hex(key),
    abi: strategyAbi,
    functionName: 'sharesToUnderlyingView',
    args: [shares],
  } as const;
  try {
    const amount = await chain.client.readContract({...contract, blockNumber: BigInt(block)});
    return {...token, amount, rate: 'at-block'};
  } catch (error) {
    chain.signal.throwIfAborted();
    // A retry gives the right amount; the current rate would give another one.
    if (MAY_PASS.has(failureKindOf(error) ?? 'other')) throw requestFailure(error, chain.endpoint);
  }
  // Without the state of the block, only the current rate is known.
  const [now] = await chain.read([call(strategyAbi, hex(key), 'sharesToUnderlyingView', [shares])]);
  const amount = valueOf(now);
  return amount === null ? null : {...token, amount, rate: 'now-rate'};
}

const hex = (address: string): Hex => `0x${address.slice(2)}`;
