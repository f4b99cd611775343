import type {WorkQueue} from '../../../foundation/async/work-queue.ts';
import type {Worker} from '../ports.ts';
import type {Job} from './job.ts';

/** One queue for the workers of each kind, made when its first job comes. */
export type WorkQueues = {
  of(kind: string): WorkQueue<Job>;
  /** How long a job waits for an answer, ms; null: no worker of this kind runs here. */
  deadlineMs(kind: string): number | null;
  /** What its queue has to do, and how many jobs of the kind are worked at once. */
  load(kind: string): {waiting: number; active: number; most: number};
  /** Jobs of all kinds that are worked now. */
  active(): number;
  /** Starts nothing more, also of kinds that come later. */
  close(): void;
};

export function createWorkQueues(
  workers: readonly Pick<Worker, 'kind' | 'concurrency' | 'deadlineMs'>[],
  make: (concurrency: () => number) => WorkQueue<Job>,
): WorkQueues {
  const queues = new Map<string, WorkQueue<Job>>();
  let closed = false;
  const workerOf = (kind: string): (typeof workers)[number] | undefined =>
    workers.find((worker) => worker.kind === kind);
  const mostOf = (kind: string): number => workerOf(kind)?.concurrency ?? 1;

  return {
    of(kind) {
      const known = queues.get(kind);
      if (known !== undefined) return known;
      const queue = make(() => mostOf(kind));
      if (closed) queue.close();
      queues.set(kind, queue);
      return queue;
    },
    deadlineMs: (kind) => workerOf(kind)?.deadlineMs ?? null,
    load(kind) {
      const queue = queues.get(kind);
      return {waiting: queue?.waiting() ?? 0, active: queue?.active() ?? 0, most: mostOf(kind)};
    },
    active() {
      let jobs = 0;
      for (const queue of queues.values()) jobs += queue.active();
      return jobs;
    },
    close() {
      closed = true;
      for (const queue of queues.values()) queue.close();
    },
  };
}
