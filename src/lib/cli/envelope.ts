import type {RenderNext} from '../foundation/next-step/next-step.ts';
import type {AosError} from '../foundation/errors/error.ts';
import type {Code} from '../foundation/errors/table.ts';
import {isoTime} from '../foundation/time/time.ts';
import {renderNext} from './next-step.ts';

/** A warning beside an answer; it changes no exit code by itself. */
export type OutputWarning = {code: Code; message: string};

export type Meta = {version: string; at: number; durationMs: number; network?: string; nodeId?: string};

/** Builds the `--json` output on success and for the exit codes 3, 4 and 8 (docs/json.md). */
export function resultEnvelope(
  schema: string,
  {exitCode, result, warnings}: {exitCode: number; result: unknown; warnings: readonly OutputWarning[]},
  meta: Meta,
): object {
  const ok = exitCode === 0 || exitCode === 4;
  return {schema: `aos.${schema}/v1`, ok, exitCode, result, warnings, meta: {...meta, at: isoTime(meta.at)}};
}

/** Returns the public fields of an error: an allow-list, so that no secret leaks. */
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

/** Builds the `--json` output for an error (exit 1 and ≥ 64). */
export function errorEnvelope(error: AosError, next: RenderNext = renderNext): object {
  return {schema: 'aos.error/v1', ok: false, exitCode: error.exitCode, error: publicError(error, next)};
}
