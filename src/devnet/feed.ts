import {onAbort} from '../lib/foundation/async/abort.ts';
import type {WorkerKind} from '../lib/protocol/wire/messages.ts';
import type {DevDispatcher} from './dispatcher/dispatcher.ts';
import type {Submission} from './dispatcher/hub.ts';

/** Prompts that the tiny model can continue, in its own small way. */
const PROMPTS = [
  'The whale ',
  'What is AI?',
  'My fellow citizens, ',
  'Call me ',
  'The state of the Union is ',
  'It was a dark and stormy sea, ',
] as const;

/** Proofs to verify: true, changed in an instance or a byte, and one of another model. */
const PROOFS = [
  {model: 'mean', proof: 'mean-0'},
  {model: 'dense', proof: 'dense-0'},
  {model: 'mean', proof: 'mean-0-instance'},
  {model: 'dense', proof: 'dense-1'},
  {model: 'dense', proof: 'dense-1-byte'},
  {model: 'mean', proof: 'mean-1'},
  {model: 'mean', proof: 'dense-0'},
] as const;

/** The job of a number, from 0. */
export type Feed = (count: number) => Submission;

/** @param proofsUrl where the proofs are; null: zkml is none of the kinds */
export function feedOf(kinds: readonly WorkerKind[], proofsUrl: string | null): Feed {
  return (count) => {
    const kind = kinds[count % kinds.length] ?? 'opml';
    const round = Math.floor(count / kinds.length);
    switch (kind) {
      case 'opml':
        return {kind, prompt: promptOf(round), model: 'tiny-llm'};
      case 'tee':
        // A whole number may be spelled so, and a tee worker refuses it.
        return {
          kind,
          prompt: promptOf(round),
          model: 'tiny-llm',
          params: '{"temperature":0.0,"top_p":0.95,"max_tokens":64.0}',
        };
      case 'zkml': {
        const {model, proof} = PROOFS[round % PROOFS.length] ?? PROOFS[0];
        const params = JSON.stringify({proof_path: `${proofsUrl ?? ''}/${proof}.json`});
        // The prompt decides whether the job is selected, and is no part of the work.
        return {kind, prompt: `proof ${count}`, model, params};
      }
    }
  };
}

function promptOf(count: number): string {
  return PROMPTS[count % PROMPTS.length] ?? '';
}

/**
 * Submits one job every `everyMs` as long as an operator is connected, until the signal aborts: what a demo has to do.
 * @param dispatcher the one that runs now; null: it is stopped
 */
export function startFeed(
  dispatcher: () => DevDispatcher | null,
  feed: Feed,
  everyMs: number,
  signal: AbortSignal,
): void {
  let count = 0;
  const timer = setInterval(() => {
    const now = dispatcher();
    if (now === null || now.stats().connected.length === 0) return;
    now.submit(feed(count));
    count += 1;
  }, everyMs);
  onAbort(signal, () => clearInterval(timer));
}
