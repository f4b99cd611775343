import {setMaxListeners} from 'node:events';

/** A controller that aborts with outer signals too; `unlink` ends that. */
export type LinkedAbort = {controller: AbortController; unlink: () => void};

/**
 * The one way to combine signals; the new signal takes any number of listeners. On Node 20 the garbage collector may
 * take what `AbortSignal.any` makes before it fires, and each call leaves memory behind on a long-lived signal.
 */
export function linkedAbort(...outers: (AbortSignal | undefined)[]): LinkedAbort {
  const controller = new AbortController();
  allowManyListeners(controller.signal);
  const links = outers.map((outer) => onAbort(outer, (reason) => controller.abort(reason)));
  return {
    controller,
    unlink: () => {
      for (const unlink of links) unlink();
    },
  };
}

/**
 * Node reports more than ten listeners as a leak; each request under way is one. Not 0 for no limit: the `getMaxListeners` of
 * Node 20, which undici calls, throws for a signal with it.
 */
export function allowManyListeners(...signals: AbortSignal[]): void {
  setMaxListeners(Infinity, ...signals);
}

/**
 * Calls `listener` once when the signal aborts, at once when it has already.
 * @returns takes the listener away again; to be called when the wait is over, or a long-lived signal keeps it
 */
export function onAbort(signal: AbortSignal | undefined, listener: (reason: unknown) => void): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    listener(signal.reason);
    return () => {};
  }
  const heard = (): void => listener(signal.reason);
  signal.addEventListener('abort', heard, {once: true});
  return () => signal.removeEventListener('abort', heard);
}

/** Ends what {@link abortable} started: `isAborted` says whether the signal ended the wait. */
export type Cleanup = (isAborted: boolean) => void;

/**
 * A promise that an abort ends: it rejects with the signal's reason. Not started when the signal has aborted already.
 * @param start begins the wait; what it returns runs once, before the promise settles, and leaves no listener behind
 */
export function abortable<T>(
  signal: AbortSignal | undefined,
  start: (resolve: (value: T | PromiseLike<T>) => void, reject: (error: Error) => void) => Cleanup,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const wait = {isOver: false, isAborted: false};
    let cleanup: Cleanup | undefined;
    const settle = (then: () => void): void => {
      if (wait.isOver) return;
      wait.isOver = true;
      forget();
      cleanup?.(wait.isAborted);
      then();
    };
    const fail = (error: Error): void => settle(() => reject(error));
    const forget = onAbort(signal, (reason) => {
      wait.isAborted = true;
      fail(reason as Error);
    });
    try {
      cleanup = start((value) => settle(() => resolve(value)), fail);
    } catch (error) {
      fail(error as Error);
      return;
    }
    // `start` settled it before there was anything to clean up.
    if (wait.isOver) cleanup(wait.isAborted);
  });
}

/** Resolves when the signal aborts. The signal keeps it until then, so it is for what ends with the signal. */
export function untilAbort(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    onAbort(signal, () => resolve());
  });
}
