import type {Time} from '../../foundation/time/time.ts';
import {count} from '../../foundation/text/words.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {ControlClient} from '../../node/control/client.ts';
import type {Summary} from '../../node/events/events.ts';
import type {NodeTarget} from './node.ts';
import {waitForEnd} from './wait-end.ts';

/** The end of an operator. */
export type StopResult = {
  pid: number;
  /** Jobs that stay in the journal for the next start; null: it did not say. */
  pending: number | null;
  /** From the request to the end. */
  tookMs: number;
};

/**
 * Ends the operator as SIGTERM does, and waits for its end: jobs in progress are finished within `shutdown_grace`.
 * @throws AosError CONTROL_* | OPERATOR_STAYS | OPERATOR_HANGS
 */
export async function stopNode(
  node: NodeTarget,
  options: {timeoutMs: number; time: Time; signal: AbortSignal},
): Promise<StopResult> {
  const {time, signal} = options;
  const started = time.monotonic();
  const client = await node.connect(signal);
  const {hello} = client;
  const summary = lastWord(client);
  await client.command('stop', {signal});
  await waitForEnd(node, hello, options);
  client.close();
  const pending = (await summary)?.pending ?? null;
  return {pid: hello.pid, pending, tookMs: Math.round(time.monotonic() - started)};
}

/** The summary of the run, once the operator has closed the connection; null: it said none. */
async function lastWord(client: ControlClient): Promise<Pick<Summary, 'pending'> | null> {
  let summary: Pick<Summary, 'pending'> | null = null;
  try {
    for await (const batch of client.follow())
      for (const line of batch)
        if (line.type === 'event' && line.event.type === 'summary') summary = line.event;
  } catch {
    // what is known is enough: its end is seen by the journal
  }
  return summary;
}

export function stopText({pid, pending, tookMs}: StopResult): string {
  const rest =
    pending === null
      ? ''
      : pending === 0
        ? '; no job is open'
        : `; ${count(pending, 'open job')} in the journal, which the next start continues`;
  return `stopped: pid ${pid}, after ${duration(tookMs)}${rest}`;
}
