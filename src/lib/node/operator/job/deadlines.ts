import type {Time} from '../../../foundation/time/time.ts';

/** When jobs stop waiting for an answer, on the monotonic clock. */
export type Deadlines = {
  /** Sets or renews the deadline of a job. @returns when it is */
  set(seq: number, afterMs: number): number;
  /** The job waits no more. */
  clear(seq: number): void;
  /** Nothing is due any more. */
  close(): void;
};

/** Deadlines of one length are due in the order in which they were set, so one timer a length is enough. */
export function createDeadlines(deps: {
  time: Pick<Time, 'monotonic' | 'after'>;
  onDue: (seq: number) => void;
}): Deadlines {
  const {time, onDue} = deps;
  /** By length; each in the order of its deadlines. */
  const lists = new Map<number, {due: Map<number, number>; cancel: (() => void) | null}>();
  let closed = false;

  function listOf(afterMs: number) {
    const known = lists.get(afterMs);
    if (known !== undefined) return known;
    const list = {due: new Map<number, number>(), cancel: null};
    lists.set(afterMs, list);
    return list;
  }

  function arm(list: ReturnType<typeof listOf>): void {
    const [first] = list.due.values();
    if (first === undefined || closed || list.cancel !== null) return;
    list.cancel = time.after(first - time.monotonic(), () => {
      list.cancel = null;
      fire(list);
    });
  }

  function fire(list: ReturnType<typeof listOf>): void {
    for (const [seq, at] of list.due) {
      if (at > time.monotonic()) break;
      list.due.delete(seq);
      onDue(seq);
    }
    arm(list);
  }

  function clear(seq: number): void {
    for (const list of lists.values()) {
      if (!list.due.delete(seq) || list.due.size > 0) continue;
      list.cancel?.();
      list.cancel = null;
    }
  }

  return {
    set(seq, afterMs) {
      clear(seq);
      const list = listOf(afterMs);
      const at = time.monotonic() + afterMs;
      list.due.set(seq, at);
      arm(list);
      return at;
    },
    clear,
    close() {
      closed = true;
      for (const list of lists.values()) list.cancel?.();
    },
  };
}
