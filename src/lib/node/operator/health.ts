import {isDeepStrictEqual} from 'node:util';
import {type AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit, OperatorPart} from '../events/events.ts';
import type {ErrorCode} from '../../foundation/errors/table.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/**
 * Reports a failing part once, and its recovery once, however often it is tried in between; once more when its code or its
 * next step becomes another, so that no one is sent to do what no longer helps. A part that is used for several things (`use`: reading the range, reading the newest block) works again when all of them do.
 */
export type Health = {
  failed(part: OperatorPart, error: unknown, use?: string): void;
  worked(part: OperatorPart, use?: string): void;
  /** The code of the last failure of a part that has not worked since; null: it is in no problem. */
  failing(part: OperatorPart, use?: string): ErrorCode | null;
};

type Problem = Pick<AosError, 'message' | 'next'> & {code: ErrorCode};

export function createHealth(emit: Emit, time: Time): Health {
  const failing = new Map<OperatorPart, {since: number; reported: Problem; uses: Map<string, Problem>}>();

  function emitProblem(part: OperatorPart, problem: Problem): Problem {
    emit({type: 'problem', part, ...problem});
    return problem;
  }

  return {
    failed(part, error, use = '') {
      const problem = describe(error);
      const known = failing.get(part);
      if (known === undefined) {
        const uses = new Map([[use, problem]]);
        failing.set(part, {since: time.monotonic(), reported: emitProblem(part, problem), uses});
        return;
      }
      const before = known.uses.get(use);
      known.uses.set(use, problem);
      // Two uses that fail for different reasons would otherwise be reported in turn for ever.
      if (!(before !== undefined && isSame(before, problem)) && !isSame(known.reported, problem))
        known.reported = emitProblem(part, problem);
    },
    worked(part, use = '') {
      const known = failing.get(part);
      if (known === undefined || !known.uses.delete(use)) return;
      const [left] = known.uses.values();
      if (left === undefined) {
        failing.delete(part);
        emit({type: 'recovered', part, afterMs: Math.round(time.monotonic() - known.since)});
      } else if (![...known.uses.values()].some((use) => isSame(use, known.reported)))
        known.reported = emitProblem(part, left);
    },
    failing: (part, use = '') => failing.get(part)?.uses.get(use)?.code ?? null,
  };
}

/** Whether a reader would do the same about both. */
function isSame(a: Problem, b: Problem): boolean {
  return a.code === b.code && isDeepStrictEqual(a.next, b.next);
}

function describe(error: unknown): Problem {
  if (isAosError(error)) return {code: error.code, message: error.message, next: error.next};
  return {code: 'BUG', message: errorText(error), next: say('Report this line.')};
}
