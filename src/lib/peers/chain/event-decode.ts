import {
  decodeEventLog,
  type Abi,
  type ContractEventName,
  type DecodeEventLogReturnType,
  type Hex,
} from 'viem';

/** What of a log is decoded. */
export type RawLog = {topics: readonly string[]; data: string};

type EventOf<A extends Abi> = DecodeEventLogReturnType<A, ContractEventName<A>>;

/** `unreadable`: logs whose arguments do not fit the event of their topic, because the contract is of another version. */
export type DecodedLogs<L, E> = {events: {log: L; event: E}[]; unreadable: L[]};

/**
 * Decodes logs one by one: one that cannot be decoded leaves the others as they are.
 * @param variant the same events with other indexed arguments, as another version of the contract has them
 */
export function decodeLogs<L extends RawLog, const A extends Abi, const B extends Abi = A>(
  abi: A,
  logs: readonly L[],
  variant: B | null = null,
): DecodedLogs<L, EventOf<A> | EventOf<B>> {
  const events: {log: L; event: EventOf<A> | EventOf<B>}[] = [];
  const unreadable: L[] = [];
  for (const log of logs) {
    const event = decodedBy(abi, log) ?? (variant === null ? null : decodedBy(variant, log));
    if (event === null) unreadable.push(log);
    else events.push({log, event});
  }
  return {events, unreadable};
}

function decodedBy<const A extends Abi>(abi: A, {topics, data}: RawLog): EventOf<A> | null {
  try {
    return decodeEventLog({abi, topics: topics as [Hex, ...Hex[]], data: data as Hex});
  } catch {
    return null; // its arguments do not fit this version of the event
  }
}
