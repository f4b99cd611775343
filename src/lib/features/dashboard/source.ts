import {linkedAbort, onAbort} from '../../foundation/async/abort.ts';
import {slept} from '../../foundation/async/every.ts';
import type {ControlClient} from '../../node/control/client.ts';
import type {News} from './model/data.ts';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';

/** Time between two attempts to connect, in ms; a local socket makes them cheap. */
const RETRY_MS = 1_000;
/** How often an operator is asked whether it is there: one that hangs says nothing, and the screen would show the past. */
const PING_EVERY_MS = 5_000;

/**
 * Follows an operator through its control socket and reconnects whenever it is away, until the signal aborts.
 * @param onLost called when a connection has ended, and after each attempt that failed; false ends the function
 * @throws AosError CONTROL_VERSION when the operator runs an incompatible aos
 */
export async function watchOperator(options: {
  first: ControlClient | null;
  connect: (signal: AbortSignal) => Promise<ControlClient>;
  time: Time;
  signal: AbortSignal;
  onNews: (news: News) => void;
  onLost: () => boolean;
}): Promise<void> {
  const {connect, time, signal, onNews} = options;
  let client = options.first;
  const aborted = (): boolean => signal.aborted;
  while (!aborted()) {
    try {
      client ??= await connect(signal);
      await follow(client, {time, signal, onNews});
      onNews(away(new AosError('CONTROL_BROKEN', 'the operator closed the connection'), time.now()));
    } catch (error) {
      if (aborted()) return;
      if (isAosError(error, 'CONTROL_VERSION')) throw error;
      onNews(away(error, time.now()));
    } finally {
      client?.close();
      client = null;
    }
    // Asked each time: a process that is killed closes its socket before it is gone.
    if (!options.onLost()) return;
    await time.sleep(RETRY_MS, signal).catch(() => {}); // aborted: the loop ends
  }
}

/** Only the look for an operator that finds none says that it does not run. */
function away(error: unknown, at: number): News {
  const reason = errorText(error);
  if (!isAosError(error) || error.code === 'CONTROL_ABSENT') return {type: 'away', at, reason};
  return {type: 'away', at, reason, unreached: {code: error.code, next: error.next}};
}

async function follow(
  client: ControlClient,
  {time, signal, onNews}: {time: Time; signal: AbortSignal; onNews: (news: News) => void},
): Promise<void> {
  const {hello, snapshot} = client;
  const {nodeId, network, host, version, pid} = hello;
  onNews({type: 'attached', peer: {nodeId, network, host, version, pid}, view: snapshot, at: time.now()});
  const {controller: over, unlink} = linkedAbort(signal);
  const forgetAbort = onAbort(signal, () => client.close());
  const found: {silence: AosError | null} = {silence: null};
  let batches = 0;
  const watching = untilSilent(client, {time, signal: over.signal, heard: () => batches}).then((error) => {
    found.silence = error;
    if (error !== null) client.close();
  });
  try {
    for await (const lines of client.follow()) {
      batches += 1;
      for (const line of lines) onNews(line);
    }
  } catch (error) {
    // What closing it says adds nothing.
    if (found.silence === null) throw error;
  } finally {
    over.abort(new Error('the connection has ended'));
    forgetAbort();
    unlink();
    await watching;
  }
  if (found.silence !== null) throw found.silence;
}

/**
 * Pings the operator now and then. One that sends is well: it answers nothing while more waits for us than we read.
 * @returns why it gave no answer; null: the connection has ended, which is said elsewhere
 */
async function untilSilent(
  client: ControlClient,
  {time, signal, heard}: {time: Time; signal: AbortSignal; heard: () => number},
): Promise<AosError | null> {
  while (await slept(PING_EVERY_MS, {time, signal})) {
    const before = heard();
    try {
      await client.command('ping', {signal});
    } catch (error) {
      if (signal.aborted || !isAosError(error) || error.code === 'CONTROL_ABSENT') return null;
      if (heard() === before) return error;
    }
  }
  return null;
}
