/** A promise that a test resolves by hand. */
export type Deferred = {promise: Promise<void>; resolve: () => void};

export function deferred(): Deferred {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return {promise, resolve};
}
