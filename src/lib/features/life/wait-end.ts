import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import type {Time} from '../../foundation/time/time.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {ControlHello} from '../../node/control/wire.ts';
import type {NodeTarget} from './node.ts';

const LOOK_EVERY_MS = 200;

/**
 * Waits until the operator has let go of its journal.
 * @throws AosError OPERATOR_STAYS when it is still there after `timeoutMs`, or when another process works in its place
 */
export async function waitForEnd(
  node: NodeTarget,
  before: ControlHello,
  options: {timeoutMs: number; time: Time; signal: AbortSignal},
): Promise<void> {
  const {timeoutMs, time, signal} = options;
  const until = time.monotonic() + timeoutMs;
  for (;;) {
    const now = await whoIsThere(node, signal);
    if (now === 'none') return;
    if (now !== 'held' && !isSame(now, before))
      throw new AosError(
        'OPERATOR_STAYS',
        `pid ${before.pid} has ended, and pid ${now.pid} works in its place: a service manager has started it again`,
        {next: say(`Stop its service: systemctl status ${now.pid} names it.`)},
      );
    if (time.monotonic() >= until)
      throw new AosError('OPERATOR_STAYS', `pid ${before.pid} is still there after ${duration(timeoutMs)}`);
    await time.sleep(LOOK_EVERY_MS, signal);
  }
}

/** Whether two greetings are of one run: the id is a new one in each, where it has one. */
export function isSame(one: ControlHello, other: ControlHello): boolean {
  return one.pid === other.pid && one.journal === other.journal;
}

/** `held`: none answers, and the journal is in use. @throws AosError OPERATOR_HANGS and others */
export async function whoIsThere(
  node: NodeTarget,
  signal: AbortSignal,
): Promise<ControlHello | 'none' | 'held'> {
  try {
    const client = await node.connect(signal);
    client.close();
    return client.hello;
  } catch (error) {
    if (isAosError(error, 'CONTROL_ABSENT')) return 'none';
    if (isAosError(error, 'CONTROL_UNREACHABLE', 'CONTROL_BROKEN')) return 'held';
    throw error;
  }
}
