import {abortable} from '../../foundation/async/abort.ts';
import {slept} from '../../foundation/async/every.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import type {Time} from '../../foundation/time/time.ts';

/**
 * What was seen of a worker: the `node_id` of its status (null: it says none) and whether it says for sure that it works on
 * nothing, or that no process listens there.
 */
export type Sight = {nodeId: string | null; isIdle: boolean} | 'gone';

/** Notices that a worker lost the requests that it took: it remembers nothing over a restart. */
export type LossWatch = {
  /**
   * Rejects with WORKER_LOST when the worker is seen to be gone, another start than `nodeId`, or without work for a while;
   * else with the signal's reason.
   */
  watch(nodeId: string | null, signal: AbortSignal): Promise<never>;
  /** Takes what was seen by another request to the worker. */
  see(sight: Sight): void;
};

/** A restart takes seconds, and a status costs the worker nothing. */
const LOOK_EVERY_MS = 2_000;
/** A worker gives a place back before it sends the answer, which then takes a moment. */
const IDLE_MS = 1_500;
const IDLE = 'became idle';

/**
 * @param deps.name of the worker, for texts
 * @param deps.idle what to do when it says that it works on nothing, and sent no answer; null: nothing is known
 * @param deps.look asks for the status and hands what it sees to `see`; never rejects
 */
export function createLossWatch(deps: {
  name: string;
  idle: NextStep | null;
  look: (signal: AbortSignal) => Promise<void>;
  time: Time;
}): LossWatch {
  const {name, idle, look, time} = deps;
  const checks = new Set<(sight: Sight) => void>();
  /** Ends the looking, which is done for all watches together. */
  let looking: AbortController | undefined;

  async function lookNowAndThen(signal: AbortSignal): Promise<void> {
    while (await slept(LOOK_EVERY_MS, {time, signal})) await look(signal);
  }

  function begin(check: (sight: Sight) => void): void {
    checks.add(check);
    if (looking !== undefined) return;
    looking = new AbortController();
    void lookNowAndThen(looking.signal);
  }

  function end(check: (sight: Sight) => void): void {
    checks.delete(check);
    if (checks.size > 0) return;
    looking?.abort(new AosError('INTERRUPTED', 'no request is open'));
    looking = undefined;
  }

  return {
    watch: (nodeId, signal) =>
      abortable<never>(signal, (_resolve, reject) => {
        let idleSince: number | null = null;
        const howLost = (sight: Sight): string | null => {
          if (sight === 'gone') return 'went away';
          if (sight.nodeId !== nodeId) return 'started anew';
          if (!sight.isIdle) idleSince = null;
          else idleSince ??= time.monotonic();
          return idleSince !== null && time.monotonic() - idleSince >= IDLE_MS ? IDLE : null;
        };
        const check = (sight: Sight): void => {
          const how = howLost(sight);
          if (how === null) return;
          const next = how === IDLE && idle !== null ? {next: idle} : {};
          reject(new AosError('WORKER_LOST', `${name} ${how} while it worked on a request`, next));
        };
        begin(check);
        return () => end(check);
      }),
    see(sight) {
      for (const check of [...checks]) check(sight);
    },
  };
}
