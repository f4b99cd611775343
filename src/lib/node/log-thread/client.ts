import {existsSync} from 'node:fs';
import {Worker as Thread} from 'node:worker_threads';
import {errorText} from '../../foundation/errors/error.ts';
import type {DriverName} from '../journal/driver.ts';
import type {LogCopier, LogCopy, OpenLogCopier} from '../journal/log-copier.ts';

export type LogThreadData = {path: string; driver: DriverName};
export type LogThreadRequest = 'copy' | 'empty' | 'close';
export type LogThreadAnswer = LogCopy;

type LogThreadOptions = LogThreadData & {
  threadUrl: URL;
  /** The thread ended by itself and is not started again. Must not throw. */
  onFailure: (reason: string) => void;
};

/** SQLite keeps its memory outside the heap. */
const LIMITS = {maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4, stackSizeMb: 1};

/** URL of the built thread; null in the source tree, because a thread of Node 20 cannot load TypeScript. */
export function logThreadUrl(from: string = import.meta.url): URL | null {
  const url = new URL('../log-thread.js', from);
  return existsSync(url) ? url : null;
}

/** @param threadUrl null: there is no thread, and SQLite copies the log in its commits @param onFailure as of {@link LogThreadOptions} */
export function logCopier(
  threadUrl: URL | null,
  onFailure: (reason: string) => void,
): OpenLogCopier | undefined {
  return threadUrl === null
    ? undefined
    : (path, driver) => createLogThread({path, driver, threadUrl, onFailure});
}

/**
 * A worker thread with a connection of its own, which copies the journal's log into its file (docs/adr/0018-sync-beside-the-loop.md).
 * It starts with the first copy; after it has ended by itself nothing is copied here.
 */
function createLogThread({path, driver, threadUrl, onFailure}: LogThreadOptions): LogCopier {
  let thread: Thread | null = null;
  let isOver = false;
  let waiting: ((copy: LogCopy | null) => void) | null = null;
  let exited = Promise.resolve();

  function answer(copy: LogCopy | null): void {
    waiting?.(copy);
    waiting = null;
  }

  function start(): Thread {
    const workerData: LogThreadData = {path, driver};
    const started = new Thread(threadUrl, {workerData, resourceLimits: LIMITS, execArgv: []});
    let reason = 'it ended';
    started.unref();
    started.on('message', (copy: LogThreadAnswer) => answer(copy));
    started.on('error', (error) => {
      reason = errorText(error);
    });
    exited = new Promise((resolve) => {
      started.on('exit', () => {
        if (!isOver) onFailure(reason);
        isOver = true;
        answer(null);
        resolve();
      });
    });
    return started;
  }

  return {
    copy(empties) {
      if (isOver) return Promise.resolve(null);
      try {
        thread ??= start();
      } catch (error) {
        // The system limits threads or memory.
        isOver = true;
        onFailure(errorText(error));
        return Promise.resolve(null);
      }
      const copied = new Promise<LogCopy | null>((resolve) => {
        waiting = resolve;
      });
      const request: LogThreadRequest = empties ? 'empty' : 'copy';
      thread.postMessage(request);
      return copied;
    },
    async close() {
      isOver = true;
      const request: LogThreadRequest = 'close';
      thread?.ref();
      thread?.postMessage(request);
      await exited;
    },
  };
}
