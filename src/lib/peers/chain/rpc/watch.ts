import type {FailureKind} from './failure-kind.ts';

/** A pause before the next try. */
export type RpcPause = {
  /** Host only. */
  endpoint: string;
  kind: FailureKind;
  ms: number;
};

/** Sees what a command waits for. Each method returns the end of that wait. */
export type RpcWatch = {
  asking(endpoint: string, method: string): () => void;
  pausing(pause: RpcPause): () => void;
};

const nothing = (): void => {};

/** For a command that shows nothing meanwhile. */
export const unwatched: RpcWatch = {asking: () => nothing, pausing: () => nothing};
