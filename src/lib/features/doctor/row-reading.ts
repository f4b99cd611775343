import {dispatcherHttpUrl} from '../../config/dispatcher-http-url.ts';
import type {UsableConfig} from '../../config/usable.ts';
import {isAosError, type AosError} from '../../foundation/errors/error.ts';
import {known, unknown, type Fact} from '../../foundation/fact.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import {createDispatcherRest} from '../../peers/dispatcher/rest.ts';
import type {DispatcherOperator} from '../../peers/dispatcher/rest-rows.ts';
import {noAnswerFrom} from './answer-time.ts';

/** What the dispatcher's HTTP API says of the node. */
export type RowReading =
  | {state: 'read'; host: string; row: DispatcherOperator | null; at: number}
  | {state: 'failed'; host: string; error: AosError}
  | {state: 'silent'; host: string; /** How long it was waited for. */ ms: number}
  /** The configuration names no dispatcher, or no node_id. */
  | {state: 'not-asked'};

/** Asks the dispatcher for its row of the node. @throws the signal's reason */
export async function readRow(
  {dispatcherUrl, nodeId}: Pick<UsableConfig, 'dispatcherUrl' | 'nodeId'>,
  {now, ms, signal}: {now: () => number; ms: number; signal: AbortSignal},
): Promise<RowReading> {
  if (dispatcherUrl === null || nodeId === null) return {state: 'not-asked'};
  const url = dispatcherHttpUrl(null, dispatcherUrl);
  const {host} = new URL(url);
  const limit = deadline(signal, ms);
  try {
    const row = await createDispatcherRest(url, {timeoutMs: 0}).operatorInfo(nodeId, limit.signal);
    return {state: 'read', host, row, at: now()};
  } catch (error) {
    signal.throwIfAborted();
    if (limit.signal.aborted) return {state: 'silent', host, ms};
    if (!isAosError(error)) throw error;
    return {state: 'failed', host, error};
  } finally {
    limit.done();
  }
}

/** The reading as `aos status` has it. */
export function rowFact(reading: RowReading): Fact<DispatcherOperator | null> {
  switch (reading.state) {
    case 'read':
      return known(reading.row, reading.at);
    case 'failed':
      return unknown(reading.error.message, reading.error.next);
    case 'silent':
      return unknown(noAnswerFrom(reading.host, reading.ms));
    case 'not-asked':
      return unknown('the configuration names no dispatcher, or no node_id');
  }
}
