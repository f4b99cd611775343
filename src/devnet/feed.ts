import {onAbort} from '../lib/foundation/async/abort.ts';
import type {DevDispatcher} from './dispatcher/dispatcher.ts';

/** Prompts the tiny model can go on from, in its own small way. */
const PROMPTS = [
  'The whale ',
  'What is AI?',
  'My fellow citizens, ',
  'Call me ',
  'The state of the Union is ',
  'It was a dark and stormy sea, ',
] as const;

/**
 * Submits one job every `everyMs` as long as an operator is connected, until the signal aborts: what a demo has to do.
 * @param dispatcher the one that runs now; null: it is stopped
 */
export function startFeed(
  dispatcher: () => DevDispatcher | null,
  everyMs: number,
  signal: AbortSignal,
): void {
  let count = 0;
  const timer = setInterval(() => {
    const now = dispatcher();
    if (now === null || now.stats().connected.length === 0) return;
    const prompt = PROMPTS[count % PROMPTS.length] ?? '';
    count += 1;
    now.submit({prompt: prompt, model: 'tiny-llm'});
  }, everyMs);
  onAbort(signal, () => clearInterval(timer));
}
