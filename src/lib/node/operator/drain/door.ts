import {linkedAbort} from '../../../foundation/async/abort.ts';
import {createCondition} from '../../../foundation/async/condition.ts';
import {AosError} from '../../../foundation/errors/error.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {Emit} from '../../events/events.ts';
import type {JobState} from '../../events/job-states.ts';
import type {Health} from '../health.ts';
import {connectionHandlers} from '../connection-handlers.ts';
import type {Inbox} from '../inbox.ts';
import type {JobJournal} from '../../journal/journal.ts';
import type {DispatcherConnection} from '../ports.ts';
import type {Session} from '../session.ts';

/** What a node still owes: jobs without an answer, and answers that are not accepted. */
export type Owed = {toAnswer: number; toDeliver: number};

/** `draining`: it takes no new job, and finishes those that it has; `drained`: nothing is left. */
export type DrainState = {phase: 'working' | 'draining' | 'drained'} & Owed;

/**
 * The node's place at the dispatcher. A dispatcher sends each job once, to every operator that is connected: to be away is the only
 * way to take none without losing one (docs/adr/0050-drain.md).
 */
export type Door = {
  /** Keeps the node connected, or away while it is drained, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Leaves the dispatcher, finishes what is in hand, and comes back only to deliver. */
  drain(): void;
  /** Comes back to work. */
  open(): void;
  state(): DrainState;
};

/** How often a node that is away looks what is left. */
const LOOK_EVERY_MS = 250;
/** Answers wait no longer than this for the jobs that workers still have, before the node comes back to deliver them. */
const MOST_UNDELIVERED_MS = 30_000;
/** A visit to deliver ends after this time; another one follows after a pause. */
const VISIT_MS = 60_000;
const BETWEEN_VISITS_MS = 2_000;
/** The use of the dispatcher under which the drain is a problem, so that a forgotten one is seen and alerted. */
const USE = 'drain';

export function createDoor(deps: {
  connection: Pick<DispatcherConnection, 'run'>;
  session: Pick<Session, 'opened' | 'closed'>;
  inbox: Pick<Inbox, 'take'>;
  probed: () => void;
  journal: Pick<JobJournal, 'openByKind'>;
  time: Pick<Time, 'sleep' | 'monotonic'>;
  emit: Emit;
  health: Health;
}): Door {
  const {connection, journal, time, emit, health} = deps;
  const handlers = connectionHandlers(deps);
  const changed = createCondition();
  let isDraining = false;
  let isDone = false;
  const draining = (): boolean => isDraining;
  const ended = (signal: AbortSignal): boolean => signal.aborted;

  function owed(): Owed {
    const open = journal.openByKind();
    const jobs = (...states: readonly JobState[]): number =>
      open.reduce((sum, {state, count}) => sum + (states.includes(state) ? count : 0), 0);
    return {toAnswer: jobs('received', 'selected'), toDeliver: jobs('concluded', 'signed')};
  }

  /** Is connected until `until` resolves, then leaves with a close frame and reads what is still on its way. */
  async function visit(signal: AbortSignal, until: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const link = linkedAbort(signal);
    const running = connection.run(handlers, link.controller.signal);
    try {
      await until(link.controller.signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      link.controller.abort(new AosError('INTERRUPTED', 'the node is drained'));
      await running;
      link.unlink();
    }
    if (draining() && !signal.aborted)
      emit({type: 'disconnected', reason: 'the node is drained, as it was asked to be', retryInMs: null});
  }

  /** Without a count: a problem is reported once, and stays as it is for as long as the node is drained. */
  function report(): void {
    const message = 'the node is drained: it finishes the jobs that it has, and takes no new one';
    health.failed('dispatcher', new AosError('NODE_DRAINED', message), USE);
  }

  /** Whether all is delivered, within the time of a visit. */
  async function delivered(signal: AbortSignal): Promise<void> {
    const end = time.monotonic() + VISIT_MS;
    while (draining() && owed().toDeliver > 0 && time.monotonic() < end)
      await time.sleep(LOOK_EVERY_MS, signal);
  }

  /** One look while the node is away: finishes, visits to deliver, or waits. */
  async function look(signal: AbortSignal, waitingSince: number | null): Promise<number | null> {
    const {toAnswer, toDeliver} = owed();
    isDone = toAnswer + toDeliver === 0;
    if (toDeliver === 0) {
      await time.sleep(LOOK_EVERY_MS, signal);
      return null;
    }
    const since = waitingSince ?? time.monotonic();
    if (toAnswer > 0 && time.monotonic() - since < MOST_UNDELIVERED_MS) {
      await time.sleep(LOOK_EVERY_MS, signal);
      return since;
    }
    await visit(signal, delivered);
    if (owed().toDeliver > 0) await time.sleep(BETWEEN_VISITS_MS, signal);
    return null;
  }

  async function away(signal: AbortSignal): Promise<void> {
    report();
    for (let waitingSince: number | null = null; draining();) waitingSince = await look(signal, waitingSince);
    isDone = false;
    health.worked('dispatcher', USE);
  }

  return {
    async run(signal) {
      try {
        while (!ended(signal)) {
          await visit(signal, (own) => changed.until(draining, own));
          if (!ended(signal)) await away(signal);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    drain() {
      isDraining = true;
      changed.changed();
    },
    open() {
      isDraining = false;
    },
    state() {
      const left = owed();
      const phase = !isDraining
        ? 'working'
        : isDone && left.toAnswer + left.toDeliver === 0
          ? 'drained'
          : 'draining';
      return {phase, ...left};
    },
  };
}
