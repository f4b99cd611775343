import {type AosError, errorText, isAosError} from '../errors.ts';
import type {Time} from '../time.ts';
import type {Emit, TroublePart} from './events.ts';

/** Tells of a failing part once, and of its recovery once, however often it is tried in between. */
export type Health = {
  failed(part: TroublePart, error: unknown): void;
  worked(part: TroublePart): void;
};

export function createHealth(emit: Emit, time: Time): Health {
  const failing = new Map<TroublePart, {since: number; code: string}>();
  return {
    failed(part, error) {
      const {code, message, next} = describe(error);
      const known = failing.get(part);
      failing.set(part, {since: known?.since ?? time.monotonic(), code});
      if (known?.code !== code) emit({type: 'trouble', part, code, message, next});
    },
    worked(part) {
      const known = failing.get(part);
      if (known === undefined) return;
      failing.delete(part);
      emit({type: 'recovered', part, afterMs: Math.round(time.monotonic() - known.since)});
    },
  };
}

function describe(error: unknown): Pick<AosError, 'message' | 'next'> & {code: string} {
  if (isAosError(error)) return {code: error.code, message: error.message, next: error.next};
  return {code: 'BUG', message: errorText(error), next: 'Report this line.'};
}
