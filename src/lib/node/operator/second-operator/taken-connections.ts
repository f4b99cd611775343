/** Connections that were accepted and then taken away: two operators of one node_id take them from each other. */
export type TakenConnections = {
  /** A connection is accepted. @returns how many before it were taken away lately */
  connected(at: number): number;
  /** It ended. */
  disconnected(at: number): void;
};

/**
 * An accepted connection that ends sooner was taken away. Two operators that take it from each other never get further: the
 * back-off begins anew after 10 s.
 */
const SHORT_MS = 20_000;
const LATELY_MS = 5 * 60_000;
/** So many are no accident of a dispatcher that restarts. */
export const TAKEN_IS_MANY = 4;

/** Times are monotonic, ms. */
export function createTakenConnections(): TakenConnections {
  let since: number | null = null;
  let taken: number[] = [];
  return {
    connected(at) {
      since = at;
      taken = taken.filter((when) => at - when <= LATELY_MS);
      return taken.length;
    },
    disconnected(at) {
      if (since !== null && at - since < SHORT_MS) taken = [...taken, at].slice(-TAKEN_IS_MANY);
      since = null;
    },
  };
}
