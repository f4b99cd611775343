import type {LogFailure} from './log-cap.ts';
import type {Span} from './spans.ts';

/** What eth_getLogs looks for: one contract, and the topics by position (null: any; a list: one of them). Lower-case hex. */
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
  /** Unix seconds, where the RPC says it beside the log. */
  timestamp: number | null;
};

export type LogAnswer =
  | {ok: true; logs: readonly ChainLog[]}
  | {
      ok: false;
      failure: LogFailure;
      /** What `Retry-After` asks for. */
      retryAfterMs: number | null;
      /** Nothing came in time. */
      timedOut: boolean;
    };

/**
 * One eth_getLogs request, without retries. Rejects with the signal's reason when aborted, and with AosError
 * CHAIN_BAD_ANSWER for an answer that makes no sense.
 */
export type GetLogs = (filter: LogFilter, span: Span, signal: AbortSignal) => Promise<LogAnswer>;
