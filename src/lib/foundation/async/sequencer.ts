/** A place in the order of a {@link Sequencer}. */
export type Ticket = {
  /** Resolves when all tickets taken earlier are done. */
  ready: Promise<void>;
  /** Must be called exactly when the work is over, also after a failure; a second call does nothing. */
  done: () => void;
};

/**
 * Keeps the order in which tickets were taken, however long the others have been ready. Results are signed side by side
 * and still leave in the order in which their jobs came.
 */
export type Sequencer = {take(): Ticket};

export function createSequencer(): Sequencer {
  let last: Promise<void> = Promise.resolve();
  return {
    take() {
      const ready = last;
      let done = (): void => {};
      const over = new Promise<void>((resolve) => {
        done = resolve;
      });
      last = ready.then(() => over);
      return {ready, done};
    },
  };
}
