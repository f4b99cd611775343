import {isAosError} from '../foundation/errors/error.ts';
import type {ErrorCode} from '../foundation/errors/table.ts';

/** The errors of a request without an answer, which the end of the command by a signal or its limit causes as well. */
const UNANSWERED = [
  'CHAIN_UNREACHABLE',
  'CHAIN_BUSY',
  'CHAIN_BEHIND',
  'SIGNER_UNREACHABLE',
  'DISPATCHER_UNREACHABLE',
  'DISPATCHER_TIMEOUT',
  'DISPATCHER_SILENT',
  'WORKER_UNREACHABLE',
  'WORKER_TIMEOUT',
  'CONTROL_UNREACHABLE',
  'CONTROL_BROKEN',
  'ALERT_UNREACHABLE',
] as const satisfies readonly ErrorCode[];

/** How fetch and timers name the end by a signal. */
const ABORTS: ReadonlySet<string> = new Set(['AbortError', 'TimeoutError']);

/**
 * Whether the end of a command caused an error, by the reason of its aborted signal. A refusal, a bug, a full disk is none: it keeps
 * its code, and so does what names a transaction that was sent.
 */
export function isCutOff(error: unknown, reason: unknown): boolean {
  if (isAosError(error)) {
    if (error.category === 'signal') return true;
    return isAosError(error, ...UNANSWERED) && error.details['txHash'] === undefined;
  }
  for (let cause = error; ; cause = cause.cause) {
    if (cause === reason) return true;
    if (!(cause instanceof Error)) return false;
    // A socket that is closed under a request.
    if (ABORTS.has(cause.name) || ('syscall' in cause && 'code' in cause)) return true;
  }
}
