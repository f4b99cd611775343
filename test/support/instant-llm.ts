import type {Llm} from '../../src/devnet/llm/host.ts';

/** A language model that answers at once, in this thread: virtual time sees when it is at work. */
export function instantLlm(): Llm {
  return {
    complete: (prompt, maxTokens) =>
      Promise.resolve({
        text: `answer to ${prompt}`,
        tokens: Array.from({length: maxTokens}, (_, index) => index),
        stateRoot: Buffer.from(prompt).toString('hex').slice(0, 64),
      }),
    close: () => Promise.resolve(),
  };
}
