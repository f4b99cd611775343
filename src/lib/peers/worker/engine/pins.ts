import {AosError} from '../../../foundation/errors/error.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {EngineFacts} from '../../../protocol/wire/engine-body.ts';
import {differenceOf} from './build.ts';

/** What gave an answer: as the server says it before and after it, and as the answer itself does. */
export type Provenance = {before: EngineFacts; after: EngineFacts; answer: EngineFacts};

/**
 * Remembers for each model which engine gave its first answer of this run: another one may say something else to the same
 * prompt. Only a new start of aos takes another engine.
 */
export type Pins = {
  /**
   * Compares what the server says of itself now.
   * @throws AosError WORKER_CHANGED
   */
  check(model: string, now: EngineFacts): void;
  /** Judges an answer, and remembers what gave the first. @returns why it may not be delivered; null: it may */
  judge(model: string, gave: Provenance): AosError | null;
};

/** After an answer of another engine, which its status may not show, none is asked for so long. */
const REST_MS = 60_000;

/** @param name of the worker, for texts */
export function createPins(name: string, time: Pick<Time, 'monotonic'>): Pins {
  const first = new Map<string, Pick<Provenance, 'before' | 'answer'>>();
  let doubt: AosError | null = null;
  let doubtedUntil = -Infinity;

  const changed = (difference: string, when = 'since its first answer'): AosError =>
    new AosError('WORKER_CHANGED', `${name} has changed ${when}: ${difference}`);

  return {
    check(model, now) {
      const known = first.get(model);
      const difference = known === undefined ? null : differenceOf(known.before, now);
      if (difference !== null) throw changed(difference);
      if (doubt !== null && time.monotonic() < doubtedUntil) throw doubt;
    },
    judge(model, {before, after, answer}) {
      const meanwhile = differenceOf(before, after);
      const known = first.get(model);
      const difference = meanwhile ?? (known === undefined ? null : differenceOf(known.answer, answer));
      if (difference === null) {
        if (known === undefined) first.set(model, {before, answer});
        doubt = null;
        return null;
      }
      doubt = meanwhile === null ? changed(difference) : changed(difference, 'while it answered');
      doubtedUntil = time.monotonic() + REST_MS;
      return doubt;
    },
  };
}
