import {say} from '../../../foundation/next-step/next-step.ts';
import {signProbe, SLOW_BACKEND} from './sign.ts';
import {ok, warn, type Latency, type Step} from './step.ts';

/** p95 above this is worth a word, ms: a key in memory next door, or a cloud KMS. */
const BUDGET_MS = {local: 500, remote: 1500} as const;
const CONCURRENT = 8;
/** So many budgets may pass until all of them are answered. */
const BURST_BUDGETS = 2;

/** Nearest-rank percentile of sorted values, to a tenth. */
function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return Math.round(value * 10) / 10;
}

/** Signatures in a row while the step's time lasts, then some at once. */
export const latencyStep: Step = {
  id: 'signer.latency',
  needs: ['signer.sign'],
  asked: ({samples, at}) => `eth_sign ${samples} times in a row, then ${CONCURRENT} at once at ${at}`,
  slow: SLOW_BACKEND,
  async run(context, signal) {
    const {time, samples, limitMs, url} = context;
    const clock = async (work: () => Promise<unknown>): Promise<number> => {
      const start = time.monotonic();
      await work();
      return time.monotonic() - start;
    };
    const started = time.monotonic();
    const took: number[] = [];
    // Half of the step's time, so that a slow signer gets a figure instead of a time-out.
    while (took.length < samples && time.monotonic() - started < limitMs / 2)
      took.push(await clock(() => signProbe(context, signal)));
    took.sort((a, b) => a - b);
    const latency: Latency = {p50: percentile(took, 0.5), p95: percentile(took, 0.95), n: took.length};
    const budget = url.loopback ? BUDGET_MS.local : BUDGET_MS.remote;
    const figures = `p50 ${latency.p50} ms, p95 ${latency.p95} ms over ${latency.n}`;
    if (latency.p95 > budget) {
      return warn(
        figures,
        `signing is slow: more than ${budget} ms, one request at a time`,
        say(
          'Run Web3Signer on a machine with less load, near its key backend if its keys are in one (KMS, Vault, Azure).',
        ),
        {latency},
      );
    }
    const burst = await clock(() =>
      Promise.all(Array.from({length: CONCURRENT}, () => signProbe(context, signal))),
    );
    const all = `${figures}; ${CONCURRENT} at once in ${Math.round(burst)} ms`;
    // More threads help only where requests wait for each other.
    if (burst > BURST_BUDGETS * budget && burst > 2 * latency.p95) {
      return warn(
        all,
        `one signature is fast enough, ${CONCURRENT} at once take more than ${BURST_BUDGETS * budget} ms: they wait for each other`,
        say(
          'Start Web3Signer with a --vertx-worker-pool-size above 20 before eth1, or on a machine with more processors.',
        ),
        {latency},
      );
    }
    return ok(all, 'fast enough, one by one and at once', {latency});
  },
};
