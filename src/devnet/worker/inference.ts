import type {Llm} from '../llm/host.ts';

export type OpmlStats = {
  /** Accepted requests. */
  asked: number;
  /** Requests refused with HTTP 4xx or 5xx. */
  refused: number;
  /** Answers that the operator accepted. */
  delivered: number;
  /** Requests without a delivered answer: the model failed, the worker ended, or every callback attempt failed. */
  failed: number;
  /** Requests waiting for inference or in it. */
  open: number;
  /** Answers being delivered. */
  delivering: number;
  /** Tokens generated. */
  tokens: number;
  /** Time spent in inference, ms. */
  inferenceMs: number;
  /** How often the worker was started. */
  starts: number;
};

/** What the model wrote, and its own evidence of how. */
export type Inferred = {text: string; stateRoot: string};

/** One inference at a time, in the order of the calls; null when the model fails: the operator asks again. */
export type Inference = (prompt: string) => Promise<Inferred | null>;

export function createInference(llm: Llm, maxTokens: number, stats: OpmlStats): Inference {
  let last: Promise<unknown> = Promise.resolve();

  async function infer(prompt: string): Promise<Inferred | null> {
    const start = performance.now();
    try {
      const {text, tokens, stateRoot} = await llm.complete(prompt, maxTokens);
      stats.tokens += tokens.length;
      return {text, stateRoot};
    } catch {
      return null; // the caller counts it
    } finally {
      stats.inferenceMs += performance.now() - start;
    }
  }

  return (prompt) => {
    const inferred = last.then(() => infer(prompt));
    last = inferred;
    return inferred;
  };
}
