import type {SecondWorker} from '../../node/cross-check/second-check.ts';
import type {Workers} from '../../peers/worker/workers.ts';

/** The second worker of one configuration. */
export type ReplaceableSecond = {
  readonly worker: SecondWorker;
  /** Does what asks the worker: one that was replaced is not closed before this is over. */
  use<T>(work: () => Promise<T>): Promise<T>;
  /** Another one takes its place: it is closed with the last use that is under way, and opened for one that comes late. */
  replaced(): void;
  /** Ends what is under way, too. */
  close(): Promise<void>;
};

/** @param onClosed it was replaced, and holds nothing any more */
export function createSecondWorker(make: () => Workers, onClosed: () => void): ReplaceableSecond {
  const first = make();
  const {kind, answerTimeoutMs, concurrency} = first;
  let open: Workers | null = first;
  let uses = 0;
  let isReplaced = false;

  async function close(): Promise<void> {
    const before = open;
    open = null;
    await before?.close();
  }

  function closeUnused(): void {
    if (!isReplaced || uses > 0) return;
    // What its connections say of their end changes nothing: none is used any more.
    close().catch(() => undefined);
    onClosed();
  }

  return {
    worker: {
      ...{kind, answerTimeoutMs, concurrency},
      // A check that began before the reload may ask only now: it compares as it was to.
      ready: (signal, avoid) => (open ??= make()).ready(signal, avoid),
    },
    async use(work) {
      uses += 1;
      try {
        return await work();
      } finally {
        uses -= 1;
        closeUnused();
      }
    },
    replaced() {
      isReplaced = true;
      closeUnused();
    },
    close,
  };
}
