import type {RenderNext} from '../foundation/next-step/next-step.ts';
import type {AosError} from '../foundation/errors/error.ts';
import type {Code} from '../foundation/errors/table.ts';
import {isoTime} from '../foundation/time/time.ts';
import {renderNext} from './next-step.ts';

/** What is said beside an answer; it ends nothing. */
export type OutputWarning = {code: Code; message: string};

export type Meta = {version: string; at: number; durationMs: number; network?: string; nodeId?: string};

/** What every `--json` command prints on success and for the answers 3, 4 and 8 (architecture 10). */
export function resultEnvelope(
  schema: string,
  exitCode: number,
  result: unknown,
  warnings: readonly OutputWarning[],
  meta: Meta,
): object {
  const ok = exitCode === 0 || exitCode === 4;
  return {schema: `aos.${schema}/v1`, ok, exitCode, result, warnings, meta: {...meta, at: isoTime(meta.at)}};
}

/** The fields of an error that may be shown: an allow-list, so that nothing leaks by accident. */
export function publicError(error: AosError, next: RenderNext = renderNext): object {
  return {
    code: error.code,
    category: error.category,
    message: error.message,
    hint: error.hint,
    next: next(error.next),
    ...(Object.keys(error.details).length > 0 ? {details: error.details} : {}),
  };
}

/** What every `--json` command prints for an error (exit 1 and ≥ 64). */
export function errorEnvelope(error: AosError, next: RenderNext = renderNext): object {
  return {schema: 'aos.error/v1', ok: false, exitCode: error.exitCode, error: publicError(error, next)};
}
