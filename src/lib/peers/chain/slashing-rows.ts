import {decimal} from '../../foundation/text/amounts.ts';
import type {SourceId} from './slashing-filters.ts';

/** What a row reports. Only `slash` and `penalty` take something; the others are what happened around it. */
export type RowKind = 'slash' | 'penalty' | 'ejection' | 'registration' | 'challenge' | 'request';

/** `not final`: the block can still be replaced, and the row with it. */
export type RowState = 'executed' | 'recorded' | 'not final';

/** One line of the history. Addresses are checksummed. */
export type HistoryRow = {
  kind: RowKind;
  source: SourceId;
  /** Unix ms of the block; null when the RPC does not have it any more. */
  at: number | null;
  block: number;
  txHash: string;
  logIndex: number;
  /** The AVS, or the AVS's contract, that it happened at. */
  avs: string | null;
  operatorSet: number | null;
  strategy: string | null;
  /** The cut of all the operator's stake in the strategy; 1e18 is all. */
  wad: bigint | null;
  /** `wad` as percent with its decimals, e.g. `12.5`. */
  percent: string | null;
  /** In the smallest unit of the token. */
  amount: bigint | null;
  symbol: string | null;
  decimals: number | null;
  /** Null for the chain's own coin. */
  token: string | null;
  /** Whether `amount` was computed with the exchange rate of that block, or with today's where the RPC keeps no archive. */
  rate: 'at-block' | 'now-rate' | null;
  description: string;
  state: RowState;
  /** What `state` would be were the block final. */
  executed: boolean;
  /** A request or record that came to nothing: cancelled. */
  cancelled: boolean;
};

/** The fields every row has, with the rest empty. */
export function row(
  base: Pick<HistoryRow, 'kind' | 'source' | 'block' | 'txHash' | 'logIndex' | 'description' | 'executed'> &
    Partial<HistoryRow>,
): HistoryRow {
  return {
    at: null,
    avs: null,
    operatorSet: null,
    strategy: null,
    wad: null,
    percent: base.wad === undefined || base.wad === null ? null : percentOf(base.wad),
    amount: null,
    symbol: null,
    decimals: null,
    token: null,
    rate: null,
    state: base.executed ? 'executed' : 'recorded',
    cancelled: false,
    ...base,
  };
}

/** 1e18 wad = 100 %, without rounding: `0.000000000000001`. */
export function percentOf(wad: bigint): string {
  return decimal(wad, 16);
}

/** What was taken, or is recorded to be, of one token. */
export type TokenTotal = {
  token: string | null;
  symbol: string;
  decimals: number;
  executed: bigint;
  /** Recorded and neither executed nor cancelled. */
  recorded: bigint;
  /** `now-rate` as soon as one of the amounts is. */
  rate: 'at-block' | 'now-rate';
};

/** Totals a token; rows without an amount are not in them. A recorded penalty that was executed counts once. */
export function totalsOf(rows: readonly HistoryRow[]): TokenTotal[] {
  const totals = new Map<string, TokenTotal>();
  for (const {kind, amount, token, symbol, decimals, executed, cancelled, rate} of rows) {
    if (amount === null || symbol === null || decimals === null || cancelled) continue;
    if (kind !== 'slash' && kind !== 'penalty') continue;
    const total = totals.get(token ?? '') ?? {
      token,
      symbol,
      decimals,
      executed: 0n,
      recorded: 0n,
      rate: 'at-block',
    };
    totals.set(token ?? '', {
      ...total,
      executed: total.executed + (executed ? amount : 0n),
      recorded: total.recorded + (executed ? 0n : amount),
      rate: rate === 'now-rate' ? 'now-rate' : total.rate,
    });
  }
  return [...totals.values()];
}
