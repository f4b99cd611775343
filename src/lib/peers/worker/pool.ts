import {createCondition} from '../../foundation/async/condition.ts';
import {createLimiter} from '../../foundation/async/limiter.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {WorkerLane} from './lane.ts';
import type {Member} from './member.ts';

/** Gives out the places of several workers. */
export type Pool = {
  /**
   * A place at the healthy worker with the least to do, at one outside `avoid` (URLs) first. While healthy workers are
   * full with requests of ours, it waits for the first that is free; those who wait are served in their order.
   * @throws AosError of the workers, when none of them takes a request now
   */
  place(signal: AbortSignal, avoid: readonly string[]): Promise<WorkerLane>;
  /** A place is free, or the health of a worker has changed. */
  changed(): void;
};

/** Of several failures the one that says most about the workers. */
const WORST_LAST = [
  'WORKER_UNREACHABLE',
  'WORKER_BUSY',
  'WORKER_REFUSED',
  'WORKER_STUCK',
  'WORKER_LOCKED',
  'WORKER_UNSOUND',
  'WORKER_CHANGED',
] as const;

/** @param members called at each use, for the members are made with `changed` */
export function createPool(members: () => readonly Member[], time: Pick<Time, 'monotonic'>): Pool {
  const condition = createCondition();
  /** One at a time chooses, so the first that waits gets the first free place. */
  const turn = createLimiter(1);

  const isResting = (member: Member): boolean => time.monotonic() < member.restsUntil();
  const hasRoom = (member: Member): boolean => member.open() < member.places();

  /** What to do next: enter a worker, wait for a place, or give up because every worker that has room has failed. */
  function choose(avoid: readonly string[], failed: ReadonlyMap<Member, AosError>): Member | 'wait' | 'fail' {
    const free = members().filter((member) => hasRoom(member) && !failed.has(member));
    const fit = free.filter((member) => !isResting(member));
    if (fit.length === 0) {
      const isWorthIt = members().some((member) => !hasRoom(member) && !isResting(member));
      if (isWorthIt || (free.length === 0 && failed.size === 0)) return 'wait';
    }
    const load = (member: Member): number => member.open() / member.places();
    const isAvoided = (member: Member): number => (avoid.includes(member.url) ? 1 : 0);
    const [first = 'fail'] = (fit.length > 0 ? fit : free).toSorted(
      (a, b) => isAvoided(a) - isAvoided(b) || load(a) - load(b),
    );
    return first;
  }

  return {
    async place(signal, avoid) {
      const failed = new Map<Member, AosError>();
      for (;;) {
        const {member, lane} = await turn.run(async () => {
          for (let next = choose(avoid, failed); ; next = choose(avoid, failed)) {
            if (next === 'fail') throw worst([...failed.values()]);
            // It takes the place now, and asks the worker while the next one chooses.
            if (next !== 'wait') return {member: next, lane: next.enter(signal)};
            await condition.until(() => choose(avoid, new Map()) !== 'wait', signal);
            // Those that failed before may be well by now.
            failed.clear();
          }
        }, signal);
        try {
          return await lane;
        } catch (error) {
          signal.throwIfAborted();
          if (!isAosError(error)) throw error;
          failed.set(member, error);
        }
      }
    },
    changed: condition.changed,
  };
}

function worst(errors: readonly AosError[]): AosError {
  const weight = ({code}: AosError): number => WORST_LAST.findIndex((known) => known === code);
  const [first] = errors.toSorted((a, b) => weight(b) - weight(a));
  return first ?? new AosError('BUG', 'a pool without workers');
}
