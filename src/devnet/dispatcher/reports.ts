import {linkedAbort} from '../../lib/foundation/async/abort.ts';
import {createCondition} from '../../lib/foundation/async/condition.ts';
import {
  countEvent,
  emptyStats,
  type DispatcherEvent,
  type DispatcherEventBody,
  type DispatcherStats,
} from './events.ts';

/** What a dispatcher reports: its events, their counts, and waits for them. */
export type Reports = {
  emit(event: DispatcherEventBody): void;
  stats(): DispatcherStats;
  /** As of `DevDispatcher`. */
  waitFor(condition: (stats: DispatcherStats) => boolean, signal?: AbortSignal): Promise<DispatcherStats>;
  /** Ends the waits. */
  close(reason: Error): void;
};

/**
 * @param on called synchronously for everything that happens
 * @param connected the operators that are connected now
 */
export function createReports(
  on: ((event: DispatcherEvent) => void) | undefined,
  connected: () => string[],
): Reports {
  const stats = emptyStats();
  const news = createCondition();
  const closed = new AbortController();
  const snapshot = (): DispatcherStats => ({
    ...stats,
    refused: {...stats.refused},
    rejected: {...stats.rejected},
    connected: connected(),
  });
  return {
    emit: (event) => {
      countEvent(stats, event);
      on?.({at: performance.now(), ...event});
      news.changed();
    },
    stats: snapshot,
    async waitFor(condition, signal) {
      const {controller: either, unlink} = linkedAbort(signal, closed.signal);
      let now = snapshot();
      try {
        await news.until(() => condition((now = snapshot())), either.signal);
        return now;
      } finally {
        unlink();
      }
    },
    close: (reason) => closed.abort(reason),
  };
}
