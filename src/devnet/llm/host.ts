import {fileURLToPath} from 'node:url';
import {Worker as Thread} from 'node:worker_threads';
import {AosError, errorText} from '../../lib/foundation/errors/error.ts';
import type {Completion} from './llm.ts';

export type LlmThreadData = {modelFile: string};
export type LlmRequest = {id: number; prompt: string; maxTokens: number};
export type LlmReply =
  | {type: 'ready'}
  | {type: 'completed'; id: number; completion: Completion}
  | {type: 'failed'; id: number; reason: string};

export type LlmPaths = {
  /** The folder of `tiny.bin`, with a slash at its end. */
  assetsDir: URL;
  /** The JavaScript file of the thread. */
  threadUrl: URL;
};

/** The language model in a thread of its own, so that inference never blocks the event loop. */
export type Llm = {
  /**
   * Completes a prompt; answers requests in order. After a crash of the thread the next request starts a new one.
   * @throws AosError DEVNET_FAILED when the thread fails or closes before the answer
   */
  complete(prompt: string, maxTokens: number): Promise<Completion>;
  close(): Promise<void>;
};

type Waiting = {resolve: (completion: Completion) => void; reject: (error: AosError) => void};

/**
 * Starts the thread and waits until it has read the model.
 * @throws AosError DEVNET_FAILED
 */
export async function startLlm(paths: LlmPaths): Promise<Llm> {
  let current = launch(paths);
  let closed = false;
  let lastId = 0;
  await current;
  return {
    async complete(prompt, maxTokens) {
      if (closed) throw failed('it is closed');
      current = current.then(
        (thread) => (thread.ended() ? launch(paths) : thread),
        () => launch(paths),
      );
      return (await current).ask({id: ++lastId, prompt, maxTokens});
    },
    async close() {
      closed = true;
      const thread = await current.catch(() => null);
      await thread?.stop();
    },
  };
}

type RunningThread = {
  ask(request: LlmRequest): Promise<Completion>;
  ended(): boolean;
  stop(): Promise<void>;
};

async function launch({assetsDir, threadUrl}: LlmPaths): Promise<RunningThread> {
  const workerData: LlmThreadData = {modelFile: fileURLToPath(new URL('tiny.bin', assetsDir))};
  const thread = new Thread(threadUrl, {workerData});
  const waiting = new Map<number, Waiting>();
  let ended = false;

  await new Promise<void>((resolve, reject) => {
    const end = (error: AosError): void => {
      ended = true;
      reject(error);
      for (const request of waiting.values()) request.reject(error);
      waiting.clear();
    };
    thread.on('error', (cause) => end(failed(errorText(cause), cause)));
    thread.on('exit', () => end(failed('its thread ended')));
    thread.on('message', (message: LlmReply) => {
      if (message.type === 'ready') {
        resolve();
        return;
      }
      const request = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.type === 'completed') request?.resolve(message.completion);
      else request?.reject(failed(message.reason));
    });
  });
  // The HTTP server of the worker keeps the process alive, so the thread must not.
  thread.unref();

  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (ended) {
          reject(failed('its thread ended'));
          return;
        }
        waiting.set(request.id, {resolve, reject});
        thread.postMessage(request);
      }),
    ended: () => ended,
    async stop() {
      await thread.terminate();
    },
  };
}

function failed(reason: string, cause?: unknown): AosError {
  return new AosError('DEVNET_FAILED', `the language model failed: ${reason}`, {cause});
}
