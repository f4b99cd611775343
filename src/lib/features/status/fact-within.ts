import {untilAbort} from '../../foundation/async/abort.ts';
import {errorText, isAosError} from '../../foundation/errors/error.ts';
import {known, unknown, type Fact} from '../../foundation/fact.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {deadline, systemTime} from '../../foundation/system/system-time.ts';

/** Until a source has noticed that its time is up. */
const NOTICE_MS = 50;

/**
 * Reads a source for at most `ms`. One that fails, or takes longer, is unknown with its reason.
 * @param limit.advice what to do about a source that does not answer at all
 */
export async function factWithin<T>(
  {ms, advice}: {ms: number; advice: NextStep},
  signal: AbortSignal,
  read: (signal: AbortSignal) => Promise<T>,
): Promise<Fact<T>> {
  const end = deadline(signal, ms);
  const silent: Fact<T> = unknown(`no answer within ${ms / 1000} s`, advice);
  // The source may take its time to notice the signal, but not long: what it waited for says more than the limit.
  const late = untilAbort(end.signal)
    .then(() => systemTime.sleep(NOTICE_MS))
    .then(() => silent);
  try {
    const reading = read(end.signal).then(
      (value): Fact<T> => known(value, systemTime.now()),
      (error: unknown): Fact<T> => {
        // Of the limit itself nothing more is known.
        if (error === end.signal.reason) return silent;
        return unknown(errorText(error), isAosError(error) ? error.next : null);
      },
    );
    return await Promise.race([reading, late]);
  } finally {
    end.done();
  }
}
