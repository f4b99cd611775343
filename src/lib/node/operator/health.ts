import {type AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit, TroublePart} from '../events/events.ts';

/**
 * Tells of a failing part once, and of its recovery once, however often it is tried in between. A part that is used for
 * several things (`use`: reading the range, reading the newest block) works again when all of them do.
 */
export type Health = {
  failed(part: TroublePart, error: unknown, use?: string): void;
  worked(part: TroublePart, use?: string): void;
  /** The code of the last failure of a part that has not worked since; null: it is in no trouble. */
  failing(part: TroublePart, use?: string): string | null;
};

type Trouble = Pick<AosError, 'message' | 'next'> & {code: string};

export function createHealth(emit: Emit, time: Time): Health {
  const failing = new Map<TroublePart, {since: number; reported: string; uses: Map<string, Trouble>}>();

  function emitProblem(part: TroublePart, {code, message, next}: Trouble): string {
    emit({type: 'trouble', part, code, message, next});
    return code;
  }

  return {
    failed(part, error, use = '') {
      const trouble = describe(error);
      const known = failing.get(part);
      if (known === undefined) {
        const uses = new Map([[use, trouble]]);
        failing.set(part, {since: time.monotonic(), reported: emitProblem(part, trouble), uses});
        return;
      }
      const before = known.uses.get(use);
      known.uses.set(use, trouble);
      // Two uses that fail for different reasons would otherwise be reported in turn for ever.
      if (before?.code !== trouble.code && known.reported !== trouble.code)
        known.reported = emitProblem(part, trouble);
    },
    worked(part, use = '') {
      const known = failing.get(part);
      if (known === undefined || !known.uses.delete(use)) return;
      const [left] = known.uses.values();
      if (left === undefined) {
        failing.delete(part);
        emit({type: 'recovered', part, afterMs: Math.round(time.monotonic() - known.since)});
      } else if (![...known.uses.values()].some(({code}) => code === known.reported))
        known.reported = emitProblem(part, left);
    },
    failing: (part, use = '') => failing.get(part)?.uses.get(use)?.code ?? null,
  };
}

function describe(error: unknown): Trouble {
  if (isAosError(error)) return {code: error.code, message: error.message, next: error.next};
  return {code: 'BUG', message: errorText(error), next: 'Report this line.'};
}
