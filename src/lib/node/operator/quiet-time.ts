import type {Time} from '../../foundation/time/time.ts';

/** How long no job has come while the dispatcher was connected; time without a connection does not count. */
export type QuietTime = {
  connected(): void;
  disconnected(): void;
  jobCame(): void;
  /** ms; null while there is no connection. */
  ms(): number | null;
};

export function createQuietTime(time: Pick<Time, 'monotonic'>): QuietTime {
  let before = 0;
  /** Since when it counts, monotonic ms; null: not connected. */
  let since: number | null = null;

  const settle = (): void => {
    if (since !== null) before += time.monotonic() - since;
    since = null;
  };

  return {
    connected() {
      settle();
      since = time.monotonic();
    },
    disconnected: settle,
    jobCame() {
      before = 0;
      if (since !== null) since = time.monotonic();
    },
    ms: () => (since === null ? null : before + time.monotonic() - since),
  };
}
