/** What a property may take altogether with its default number of plans, the search for a smaller one included, ms. */
const LIMIT_MS = 40_000;
/** After this long a plan hangs, ms. */
const HANGS_MS = 20_000;

/**
 * How many plans a property over whole schedules tries, and how long it may take: a plan that hangs is told as any that fails.
 * `AOS_ANY_RUNS` has it try more, `AOS_ANY_SEED` begins with the seed that a failure told.
 */
export function anyRuns(byDefault: number) {
  const {AOS_ANY_RUNS: runs = byDefault, AOS_ANY_SEED: seed} = process.env;
  const numRuns = Number(runs);
  const limit = Math.max(1, numRuns / byDefault) * LIMIT_MS;
  return {
    params: {
      numRuns,
      timeout: HANGS_MS,
      interruptAfterTimeLimit: limit,
      markInterruptAsFailure: true,
      ...(seed === undefined ? {} : {seed: Number(seed)}),
    },
    timeout: limit + HANGS_MS,
  };
}
