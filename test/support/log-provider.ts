import type {LogFailure} from '../../src/lib/peers/chain/log-cap.ts';
import type {ChainLog, GetLogs, LogFilter} from '../../src/lib/peers/chain/log-port.ts';
import {lengthOf, windowsIn, type Span} from '../../src/lib/peers/chain/spans.ts';
import type {Time} from '../../src/lib/foundation/time/time.ts';

/** How a provider words that too many blocks were asked for. */
export type Wording = 'stated' | 'suggested' | 'hidden' | 'bare413';

export type Provider = {
  cap: number;
  wording: Wording;
  /** At most so many logs in one answer. */
  mostLogs: number;
  /** Says which range would have fitted, when there are too many logs. */
  suggests: boolean;
  /** Every n-th request fails with 429, a 502 or a reset; 0: none does. */
  flaky: number;
};

export type Simulated = {getLogs: GetLogs; requests(): number; mostAtOnce(): number; answered: Span[]};

const hex = (value: number): string => `0x${value.toString(16)}`;

/** A provider in memory; `blocks` are those with a log, by filter address. Answers come back out of order. */
export function simulatedProvider(
  provider: Provider,
  blocks: ReadonlyMap<string, readonly number[]>,
): Simulated {
  let requests = 0;
  let open = 0;
  let most = 0;
  const answered: Span[] = [];
  const refuse = (failure: Partial<LogFailure>) =>
    ({
      ok: false,
      failure: {status: 200, code: -32602, text: '', ...failure},
      retryAfterMs: null,
      timedOut: false,
    }) as const;

  const getLogs: GetLogs = async (filter, span, signal) => {
    requests += 1;
    const turn = requests;
    open += 1;
    most = Math.max(most, open);
    for (let wait = (turn * 7) % 5; wait >= 0; wait -= 1) await Promise.resolve();
    open -= 1;
    signal.throwIfAborted();
    if (provider.flaky > 0 && turn % provider.flaky === 0) {
      const kind = (turn / provider.flaky) % 3;
      return refuse(kind === 0 ? {status: 429} : kind === 1 ? {status: 502} : {status: null});
    }
    if (lengthOf(span) > provider.cap) return refuse(tooWide(provider, span));
    const found = (blocks.get(filter.address) ?? []).filter(
      (block) => block >= span.from && block <= span.to,
    );
    if (found.length > provider.mostLogs) {
      const last = (found[provider.mostLogs] ?? span.to) - 1;
      const hint =
        provider.suggests && last >= span.from
          ? ` Try with this block range [${hex(span.from)}, ${hex(last)}].`
          : '';
      return refuse({code: -32005, text: `query returned more than ${provider.mostLogs} results.${hint}`});
    }
    answered.push(span);
    return {ok: true, logs: found.map((block) => logAt(filter, block))};
  };
  return {getLogs, requests: () => requests, mostAtOnce: () => most, answered};
}

function tooWide({cap, wording}: Provider, span: Span): Partial<LogFailure> {
  switch (wording) {
    case 'stated':
      return {text: `exceed maximum block range: ${cap}`};
    case 'suggested':
      return {
        status: 400,
        code: -32600,
        text: `requests with up to a ${cap} block range. Based on your parameters, this block range should work: [${hex(span.from)}, ${hex(span.from + cap - 1)}]`,
      };
    case 'hidden':
      return {code: -32600, text: 'block range is too wide'};
    case 'bare413':
      return {status: 413, code: null};
  }
}

export function logAt(filter: LogFilter, block: number): ChainLog {
  const id = block.toString(16).padStart(64, '0');
  const {address} = filter;
  return {
    address,
    topics: [],
    data: '0x',
    block,
    blockHash: `0x${id}`,
    txHash: `0x${id}`,
    logIndex: 0,
    timestamp: block * 12,
  };
}

/** The least requests that any scanner needs at this cap. */
export const fewest = (spans: readonly Span[], cap: number): number => windowsIn(spans, cap);

/** Waits pass at once, and time with them. */
export function instantTime(): Time {
  let elapsed = 0;
  return {
    now: () => elapsed,
    monotonic: () => elapsed,
    sleep: (ms, signal) => {
      signal?.throwIfAborted();
      elapsed += ms;
      return Promise.resolve();
    },
    after: () => () => {},
  };
}
