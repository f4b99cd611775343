/** A line of jobs, by journal seq unless told otherwise, worked in order of arrival, a bounded number at once. */
export type Lane<T = number> = {
  /** Appends a job. */
  push(job: T): void;
  /** Starts nothing more. */
  close(): void;
  /** Jobs being worked now. */
  active(): number;
  /** Jobs waiting in line. */
  waiting(): number;
};

export type LaneOptions<T = number> = {
  /** How many are worked at once, at least 1. */
  concurrency: number;
  /** Works one job. A rejection is a bug or the end of the run. */
  work: (job: T) => Promise<void>;
  /** Told of a rejection. Must not throw. */
  onFailure: (job: T, error: unknown) => void;
};

export function createLane<T = number>(options: LaneOptions<T>): Lane<T> {
  const line = createLine<T>();
  let active = 0;
  let closed = false;

  function start(job: T): void {
    active += 1;
    options
      .work(job)
      .catch((error: unknown) => options.onFailure(job, error))
      .finally(() => {
        active -= 1;
        fill();
      });
  }

  function fill(): void {
    while (!closed && active < options.concurrency) {
      const job = line.shift();
      if (job === undefined) return;
      start(job);
    }
  }

  return {
    push(job) {
      line.push(job);
      fill();
    },
    close() {
      closed = true;
    },
    active: () => active,
    waiting: () => line.length(),
  };
}

/** First in, first out, in constant time: `Array.shift` moves everything behind it. */
export type Line<T> = {
  push(item: T): void;
  /** Takes the first item; undefined when there is none. */
  shift(): T | undefined;
  length(): number;
};

export function createLine<T>(): Line<T> {
  let items: T[] = [];
  let head = 0;
  return {
    push(item) {
      items.push(item);
    },
    shift() {
      const item = items[head];
      if (head === items.length) return undefined;
      head += 1;
      if (head > 1024 && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    length: () => items.length - head,
  };
}
