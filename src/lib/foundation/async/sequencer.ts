/**
 * Hands out turns: whoever took one earlier goes first, however long the others have been ready. Answers are signed side
 * by side and still leave in the order their jobs came.
 */
export type Turns = {
  take(): {
    /** Resolves when everybody before is done. */
    ours: Promise<void>;
    /** Must be called exactly when the turn is over, also after a failure; again is harmless. */
    done: () => void;
  };
};

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve();
  return {
    take() {
      const ours = last;
      let done = (): void => {};
      const over = new Promise<void>((resolve) => {
        done = resolve;
      });
      last = ours.then(() => over);
      return {ours, done};
    },
  };
}
