import type {StopReason} from '../node/events/events.ts';
import {EXIT} from '../foundation/errors/table.ts';
import {isAosError, stoppedBy, type AosError} from '../foundation/errors/error.ts';
import {say} from '../foundation/next-step/next-step.ts';

/** Turns signals into an AbortSignal whose reason is the {@link StopReason}; the second SIGINT or SIGTERM ends at once. */
export type StopSignals = {
  stop: AbortSignal;
  /** Stops as if the reason had come by signal. */
  trigger(reason: StopReason): void;
  dispose(): void;
};

/**
 * @param hangUp what SIGHUP means: `stop`, or with `go-on` what `onGoOn` does
 * @param onSuspend Ctrl-Z does this instead of stopping the process
 */
export function listenForSignals(
  hangUp: {mode: 'stop' | 'go-on'; onGoOn: () => void},
  onSuspend?: () => void,
): StopSignals {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    const reason = name === 'SIGINT' ? 'SIGINT' : 'SIGTERM';
    if (!controller.signal.aborted) controller.abort(reason);
    else process.exit(reason === 'SIGINT' ? EXIT.sigint : EXIT.sigterm);
  };
  const onHangUp = (): void => {
    if (hangUp.mode === 'stop') controller.abort('SIGTERM');
    else hangUp.onGoOn();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onHangUp);
  if (onSuspend !== undefined) process.on('SIGTSTP', onSuspend);
  return {
    stop: controller.signal,
    trigger(reason) {
      if (!controller.signal.aborted) controller.abort(reason);
    },
    dispose() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      process.off('SIGHUP', onHangUp);
      if (onSuspend !== undefined) process.off('SIGTSTP', onSuspend);
    },
  };
}

/**
 * Does the work of a command that answers once; a signal ends it, and is then what the command ends with.
 * @throws AosError INTERRUPTED | TERMINATED, or what `work` throws
 */
export async function untilStopped<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const signals = listenForSignals({mode: 'stop', onGoOn: () => {}});
  try {
    return await work(signals.stop);
  } catch (error) {
    // A request that was cut off fails in its own words; what else went wrong is still worth saying.
    const isCutOff =
      !isAosError(error) || (error.category === 'network' && error.details['txHash'] === undefined);
    throw signals.stop.aborted && isCutOff ? stoppedBy(signals.stop.reason) : error;
  } finally {
    signals.dispose();
  }
}

/** The exit code that tells how a run ended. */
export function exitCodeOf(reason: StopReason): number {
  if (reason === 'SIGINT') return EXIT.sigint;
  if (reason === 'SIGTERM') return EXIT.sigterm;
  return reason === 'fatal' ? EXIT.bug : EXIT.ok;
}

/** The error that a stopped command ends with: exit code 130, or 143 by SIGTERM. */
export function interrupted(reason: unknown): AosError {
  return stoppedBy(reason, 'stopped; what was read is kept', {
    next: say('Run it again: it continues from there.'),
  });
}
