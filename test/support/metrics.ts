import {createMetrics, type Metrics} from '../../src/lib/features/metrics/metrics.ts';
import type {OpenAtStart} from '../../src/lib/features/metrics/open-jobs.ts';
import type {OperatorEvent} from '../../src/lib/node/events/events.ts';
import {emptyView, reduceView} from '../../src/lib/node/events/view.ts';
import {virtualTime, type VirtualTime} from './virtual-time.ts';

/** A disk with room. */
const DISK = {
  read: () => Promise.resolve({freeBytes: 8e9, bytes: 1e10, freeFiles: 1e6, files: 2e6, journalBytes: 4_096}),
};

/** Metrics as a run has them, with the view that its events make. */
export type MetricsRig = Metrics & {
  time: VirtualTime;
  /** Has the events happen. */
  happen(events: Iterable<OperatorEvent>): void;
  /** The samples of a new scrape: `name{label="value"}` → value. */
  samples(): Promise<Map<string, number>>;
};

export function metricsRig(start: number, open: OpenAtStart = {jobs: [], unanswered: []}): MetricsRig {
  const time = virtualTime(start);
  let view = emptyView;
  const metrics = createMetrics({view: () => view, disk: DISK, open, time});
  return {
    ...metrics,
    time,
    happen(events) {
      for (const event of events) {
        view = reduceView(view, event);
        metrics.onEvent(event);
      }
    },
    async samples() {
      await time.advance(1_000);
      return samplesOf(await metrics.text());
    },
  };
}

/** Reads Prometheus' text format: one sample a line. */
export function samplesOf(text: string): Map<string, number> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))] as const;
      }),
  );
}

/** The names of the metrics in a text. */
export const metricNames = (text: string): string[] =>
  [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
