import {isAosError, AosError} from '../../../foundation/errors/error.ts';
import type {Time} from '../../../foundation/time/time.ts';
import {isNotConnected} from '../../http/network-code.ts';
import {MODELS} from './build.ts';
import type {EngineHttp} from './http.ts';

/** Notices that the machine of an engine is gone while a request is open there. */
export type SilenceWatch = {
  /** Something came. */
  heard(): void;
  done(): void;
};

/** A long prompt is silent for longer. */
const SILENT_MS = 15_000;
const MOST_MISSES = 2;

/**
 * An engine may think for minutes before its first word, and a machine that lost its power says as little. So while
 * nothing comes, the engine is asked whether it is there: one that takes no connection twice in a row is gone.
 * @param end ends the request
 */
export function watchSilence(
  http: Pick<EngineHttp, 'name' | 'get'>,
  end: (error: AosError) => void,
  {time, signal}: {time: Pick<Time, 'after' | 'monotonic'>; signal: AbortSignal},
): SilenceWatch {
  let heardAt = time.monotonic();
  let misses = 0;
  let cancel = (): void => undefined;
  let isOver = false;

  async function look(): Promise<void> {
    if (time.monotonic() - heardAt < SILENT_MS) misses = 0;
    else misses = (await isThere()) ? 0 : misses + 1;
    if (isOver || signal.aborted) return;
    if (misses < MOST_MISSES) again();
    else end(new AosError('WORKER_LOST', `${http.name} went away while it worked on a request`));
  }

  async function isThere(): Promise<boolean> {
    try {
      await http.get(MODELS, signal);
      return true;
    } catch (error) {
      // One that is there and does not answer this is at work.
      return !isAosError(error, 'WORKER_UNREACHABLE') || !isNotConnected(error.cause);
    }
  }

  function again(): void {
    cancel = time.after(SILENT_MS, () => void look());
  }

  again();
  return {
    heard: () => void (heardAt = time.monotonic()),
    done() {
      isOver = true;
      cancel();
    },
  };
}
