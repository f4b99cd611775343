import {decimal} from '../../foundation/text/amounts.ts';
import type {ChainLog} from './log-port.ts';
import type {SourceId} from './slashing-filters.ts';

/** The kind of a row. Only `slash` and `penalty` take value; the others are events around them. */
export type RowKind = 'slash' | 'penalty' | 'ejection' | 'registration' | 'challenge' | 'request';

/** `not final`: a reorganisation may remove the block, and the row with it. */
export type RowState = 'executed' | 'recorded' | 'not final';

/** One line of the history. Addresses are checksummed. */
export type HistoryRow = {
  kind: RowKind;
  source: SourceId;
  /** Unix ms of the block; null when the RPC no longer has it. */
  at: number | null;
  block: number;
  txHash: string;
  logIndex: number;
  /** The AVS, or one of its contracts. */
  avs: string | null;
  operatorSet: number | null;
  strategy: string | null;
  /** The cut of all the operator's stake in the strategy; 1e18 is all. */
  wad: bigint | null;
  /** `wad` as percent with its decimals, e.g. `12.5`. */
  percent: string | null;
  /** The amount in the smallest unit of the token. */
  amount: bigint | null;
  symbol: string | null;
  decimals: number | null;
  /** Null for the chain's own coin. */
  token: string | null;
  /** The exchange rate of `amount`: of that block, or the current one when the RPC has no archive. */
  rate: 'at-block' | 'now-rate' | null;
  description: string;
  state: RowState;
  /** Whether the final state is `executed`. */
  executed: boolean;
  /** Whether a request or record was cancelled, or executed in a row of its own. */
  cancelled: boolean;
};

/** Builds a row; missing fields are empty. */
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

/** Where a log is: the fields of its row. */
export function rowPlace({
  block,
  txHash,
  logIndex,
  timestamp,
}: ChainLog): Pick<HistoryRow, 'block' | 'txHash' | 'logIndex' | 'at'> {
  return {block, txHash, logIndex, at: timestamp === null ? null : timestamp * 1000};
}

/** Formats wad as percent without rounding: 1e18 is 100 %, 1 is `0.0000000000000001`. */
export function percentOf(wad: bigint): string {
  return decimal(wad, 16);
}

/** The executed and recorded amounts of one token. */
export type TokenTotal = {
  token: string | null;
  symbol: string;
  decimals: number;
  executed: bigint;
  /** Recorded and neither executed nor cancelled. */
  recorded: bigint;
  /** `now-rate` when any amount has the current rate. */
  rate: 'at-block' | 'now-rate';
};

/** Adds up the amounts of each token, without rows that have none. A recorded and executed penalty counts once. */
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
