/** Work that is under way side by side. */
export type UnderWay = {
  /** Begins this, when fewer than `most` are under way. @throws what one of them threw */
  begin(work: () => Promise<void>): Promise<void>;
  /** Resolves when all are over. @throws what one of them threw */
  end(): Promise<void>;
};

/** Work whose number is bounded: what is over leaves nothing behind, and what failed is kept until it is thrown. */
export function createUnderWay(most: number): UnderWay {
  const running = new Set<Promise<void>>();
  return {
    async begin(work) {
      while (running.size >= most) await Promise.race(running);
      const begun = work();
      running.add(begun);
      begun.then(
        () => running.delete(begun),
        () => undefined, // it is thrown to the one who waits
      );
    },
    async end() {
      await Promise.all(running);
    },
  };
}
