import {createBackoff} from '../../../foundation/async/backoff.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {AnswerCheck, RunChecks} from '../check-port.ts';
import type {Health} from '../health.ts';

/** Pauses before a check that cannot judge is asked again. */
const PAUSES = {firstMs: 30_000, capMs: 600_000} as const;

/**
 * Asks each check whether it could judge at all, when a run begins and when others take its place, so that what is missing is a
 * problem at once and not with the first job. One that could not is asked again, with pauses, until it can.
 * @param deps.signal ends every wait of the run
 */
export function watchReadiness(deps: {
  checks: Pick<RunChecks, 'now'>;
  health: Pick<Health, 'failed' | 'worked'>;
  time: Pick<Time, 'sleep'>;
  /** Uniform in [0, 1). */
  random: () => number;
  signal: AbortSignal;
}): {look(): void} {
  const {checks, health, time, random, signal} = deps;
  /** Which checks are asked: those of an earlier look are asked no more. */
  let turn = 0;

  async function ask(check: AnswerCheck, mine: number): Promise<void> {
    const use = useOf(check);
    const pauses = createBackoff({...PAUSES, random});
    for (;;) {
      const fault = await faultOf(check, signal);
      if (mine !== turn) return;
      if (fault === null) {
        health.worked('worker', use);
        return;
      }
      health.failed('worker', fault, use);
      await time.sleep(pauses.next(), signal);
      if (mine !== turn) return;
    }
  }

  let asked: readonly AnswerCheck[] = [];
  return {
    look() {
      turn += 1;
      const now = checks.now().filter(({ready}) => ready !== undefined);
      for (const gone of asked)
        if (!now.some((check) => useOf(check) === useOf(gone))) health.worked('worker', useOf(gone));
      asked = now;
      for (const check of now) ask(check, turn).catch(() => undefined); // the run ends
    },
  };
}

const useOf = ({kind, name}: AnswerCheck): string => `${kind} ${name}`;

/** @throws the reason of the signal */
async function faultOf({ready}: AnswerCheck, signal: AbortSignal): Promise<unknown> {
  try {
    await ready?.(signal);
    return null;
  } catch (error) {
    signal.throwIfAborted();
    return error;
  }
}
