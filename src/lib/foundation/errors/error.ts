import {CODES, EXIT, type ErrorCategory, type ErrorCode, type ExitCode} from './table.ts';
import type {NextStep} from '../next-step/next-step.ts';

type Scalar = string | number | boolean | null;

/** Facts for `--json`: scalars, or lists of flat records. Never secrets, never whole URLs with credentials. */
export type ErrorDetails = Readonly<Record<string, Scalar | readonly Readonly<Record<string, Scalar>>[]>>;

export type AosErrorOptions = {
  cause?: unknown;
  /** The one next thing to type or do; without it the table's general hint is shown. */
  next?: NextStep;
  details?: ErrorDetails;
};

/**
 * The only error the code throws on purpose. `code` is a key of {@link CODES}, which fixes the exit
 * code, the category and what it means; `message` says what happened this time.
 *
 * @example throw new AosError('SIGNER_UNREACHABLE', 'nothing listens on 127.0.0.1:9000')
 */
export class AosError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;
  readonly category: ErrorCategory;
  readonly hint: string;
  readonly next: NextStep;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: AosErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause});
    this.name = 'AosError';
    const entry = CODES[code];
    this.code = code;
    this.exitCode = EXIT[entry.exit];
    this.category = entry.category;
    this.hint = entry.means;
    this.next = options.next ?? entry.next;
    this.details = options.details ?? {};
  }
}

/** True for an {@link AosError} with one of the given codes (any code when none is given). */
export function isAosError(error: unknown, ...codes: ErrorCode[]): error is AosError {
  return error instanceof AosError && (codes.length === 0 || codes.includes(error.code));
}

/**
 * The error that a command ends with when a signal stopped it: exit code 130, or 143 by SIGTERM.
 * @param reason of the AbortSignal: the signal's name
 */
export function stoppedBy(
  reason: unknown,
  message = 'stopped before it was done',
  options: AosErrorOptions = {},
): AosError {
  return new AosError(reason === 'SIGTERM' ? 'TERMINATED' : 'INTERRUPTED', message, options);
}

/** One line that says what an unknown thrown value was, without its stack. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const text = error.message === '' ? error.name : error.message;
  return code !== undefined && !(error instanceof AosError) && !text.includes(code)
    ? `${code}: ${text}`
    : text;
}
