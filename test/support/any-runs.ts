/** No plan takes a hundredth of this: one that takes longer hangs, and is reported as any that fails, ms. */
const HANGS_MS = 120_000;
/** When the test runner gives up, which says nothing about the plan, ms. */
const LAST_RESORT_MS = 900_000;

/**
 * How many plans a property over whole schedules tries. No limit depends on how fast this machine is.
 * `AOS_ANY_RUNS` has it try more, `AOS_ANY_SEED` begins with the seed that a failure printed, and looks for its least plan.
 */
export function anyRuns(byDefault: number) {
  const {AOS_ANY_RUNS: runs = byDefault, AOS_ANY_SEED: seed} = process.env;
  const numRuns = Number(runs);
  return {
    params: {
      numRuns,
      timeout: HANGS_MS,
      ...(seed === undefined ? {endOnFailure: true} : {seed: Number(seed)}),
    },
    timeout: Math.max(1, numRuns / byDefault) * LAST_RESORT_MS,
  };
}
