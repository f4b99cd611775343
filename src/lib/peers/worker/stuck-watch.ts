import type {Time} from '../../foundation/time/time.ts';

/** Notices that a worker takes nothing for longer than a request of its own would explain. */
export type StuckWatch = {
  /** Its status was read. */
  status(isFree: boolean): void;
  /** It refused a request as a busy one does. */
  refused(): void;
  /** It took a request. */
  took(): void;
  /** It answered one, or its process has ended. */
  well(): void;
  /** For how long it has taken nothing, ms; null: it takes requests. */
  forMs(): number | null;
  /** It refused the last request: its status alone does not show that it is well again. */
  isRefusing(): boolean;
};

export function createStuckWatch(time: Pick<Time, 'monotonic'>): StuckWatch {
  let since: number | null = null;
  let isRefusing = false;
  const end = (): void => {
    since = null;
    isRefusing = false;
  };
  return {
    status(isFree) {
      if (!isFree) since ??= time.monotonic();
      else if (!isRefusing) since = null;
    },
    refused() {
      since ??= time.monotonic();
      isRefusing = true;
    },
    took: end,
    well: end,
    forMs: () => (since === null ? null : time.monotonic() - since),
    isRefusing: () => isRefusing,
  };
}
