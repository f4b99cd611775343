import type {LogFailure} from './log-cap.ts';
import type {Span} from './spans.ts';

/** The filter of eth_getLogs: one contract, and the topics by position (null: any; a list: one of them). Lower-case hex. */
export type LogFilter = {
  address: string;
  topics: readonly (string | null | readonly string[])[];
};

/** One log of the chain, checked. Hex is lower case; block numbers are safe integers. */
export type ChainLog = {
  address: string;
  topics: readonly string[];
  data: string;
  block: number;
  blockHash: string;
  txHash: string;
  logIndex: number;
  /** Unix seconds; null when the RPC omits it. */
  timestamp: number | null;
};

export type LogAnswer =
  | {ok: true; logs: readonly ChainLog[]}
  | {
      ok: false;
      failure: LogFailure;
      /** The wait of `Retry-After`; null without one. */
      retryAfterMs: number | null;
      /** Whether no answer arrived in time. */
      timedOut: boolean;
    };

/**
 * Sends one eth_getLogs request, without retries. Rejects with the signal's reason when aborted, and with AosError
 * CHAIN_BAD_ANSWER for an invalid answer.
 */
export type GetLogs = (filter: LogFilter, span: Span, signal: AbortSignal) => Promise<LogAnswer>;
