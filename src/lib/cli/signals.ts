import type {StopReason} from '../node/events/events.ts';
import {EXIT} from '../foundation/errors/table.ts';
import {AosError, isAosError, stoppedBy} from '../foundation/errors/error.ts';
import {linkedAbort} from '../foundation/async/abort.ts';
import {deadline, type Deadline} from '../foundation/system/system-time.ts';
import {durationText} from '../foundation/time/duration.ts';
import {say} from '../foundation/next-step/next-step.ts';
import {isCutOff} from './cut-off.ts';

/** Signals as an AbortSignal whose reason is the {@link StopReason}; a second SIGINT or SIGTERM ends the process at once. */
export type StopSignals = {
  stop: AbortSignal;
  /** Stops like a signal with that reason. */
  trigger(reason: StopReason): void;
  dispose(): void;
};

/**
 * Listens for signals until `dispose`.
 * @param hangUp the action of SIGHUP: `stop`, or a function
 * @param onSuspend replaces the suspension by Ctrl-Z
 */
export function listenForSignals(hangUp: 'stop' | (() => void), onSuspend?: () => void): StopSignals {
  const {controller} = linkedAbort(); // each request under way listens to it
  const onSignal = (name: NodeJS.Signals): void => {
    const reason = name === 'SIGINT' ? 'SIGINT' : 'SIGTERM';
    if (!controller.signal.aborted) controller.abort(reason);
    else process.exit(reason === 'SIGINT' ? EXIT.sigint : EXIT.sigterm);
  };
  const onHangUp = (): void => {
    if (hangUp === 'stop') controller.abort('SIGTERM');
    else hangUp();
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

/** The error of a command that was not done within its limit; with what was known by then. */
function commandTimeout(timeoutMs: number, error: unknown): AosError {
  const known = isAosError(error) ? error : null;
  return new AosError(
    'COMMAND_TIMEOUT',
    `not done within ${durationText(timeoutMs)}${known === null ? '' : `: ${known.message}`}`,
    known === null ? {} : {next: known.next, details: known.details},
  );
}

/**
 * Runs the work of a command that gives one answer; a signal, or its `--timeout`, ends it and becomes its error. What failed for
 * another reason keeps its own.
 * @param timeoutMs of `--timeout`; undefined for none
 * @param stopped the error of a stopped command, by the name of the signal
 * @throws AosError INTERRUPTED | TERMINATED | COMMAND_TIMEOUT, or what `work` throws
 */
export async function untilStopped<T>(
  work: (stop: AbortSignal) => Promise<T>,
  timeoutMs?: number,
  stopped: (reason: unknown) => AosError = (reason) => stoppedBy(reason),
): Promise<T> {
  const signals = listenForSignals('stop');
  const {stop} = signals;
  const end: Deadline = timeoutMs === undefined ? {signal: stop, done: () => {}} : deadline(stop, timeoutMs);
  try {
    return await work(end.signal);
  } catch (error) {
    if (!end.signal.aborted || !isCutOff(error, end.signal.reason)) throw error;
    if (timeoutMs !== undefined && !stop.aborted) throw commandTimeout(timeoutMs, error);
    // What a wait for a transaction says of its end names the transaction.
    throw isAosError(error) && error.category === 'signal' ? error : stopped(stop.reason);
  } finally {
    end.done();
    signals.dispose();
  }
}

/** Returns the exit code of a run that ended for a reason. */
export function exitCodeOf(reason: StopReason): number {
  if (reason === 'SIGINT') return EXIT.sigint;
  if (reason === 'SIGTERM') return EXIT.sigterm;
  return reason === 'fatal' ? EXIT.bug : EXIT.ok;
}

/** Returns the error of a stopped command: exit code 130, or 143 after SIGTERM. */
export function interrupted(reason: unknown): AosError {
  return stoppedBy(reason, 'stopped; what was read is kept', {
    next: say('Run it again: it continues from there.'),
  });
}
