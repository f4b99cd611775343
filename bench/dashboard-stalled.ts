import {setTimeout as pause} from 'node:timers/promises';
import {attachDashTo} from './dashboard-pty.ts';
import {drive} from './dispatcher-requests.ts';
import {median, percentile, shown, type Row} from './figures.ts';
import {withOperator, type Network} from './network.ts';

const JOBS = 400;
const PROBES = 200;

const ROUNDS = 3;

type Times = {jobs: number[]; probes: number[]};

/**
 * Measures what a terminal that stops reading costs the operator: nothing, because the dashboard is another process.
 * Runs with and without it alternate, so that other load affects both.
 */
export async function stalledReader(root: string, network: Network): Promise<Row[]> {
  const part = `Dashboard: its terminal stops reading while ${JOBS} jobs and ${PROBES} probes go through the operator, medians of ${ROUNDS}`;
  return withOperator(network, 'none', async (dispatcher, operator) => {
    const drivenAndProbed = (): Promise<Times> => bothOf(() => drive(dispatcher, JOBS, 1), operator.url);
    await drive(dispatcher, JOBS, 1);
    const rounds: {free: Times; held: Times}[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const free = await drivenAndProbed();
      const dash = await attachDashTo(root, operator.home);
      dash.pause();
      // Fills the terminal's buffer.
      dash.press('?'.repeat(50));
      await pause(1_000);
      rounds.push({free, held: await drivenAndProbed()});
      await dash.kill();
    }
    const row = (what: string, of: keyof Times): Row => {
      const pairs = rounds.map(
        ({free, held}) => [percentile(free[of], 0.99), percentile(held[of], 0.99)] as const,
      );
      return {
        part,
        what,
        figure: median(pairs.map(([free, held]) => held - free)),
        unit: 'ms',
        target: {atMost: 50},
        note: `p99 without and with: ${pairs.map(([free, held]) => `${shown(free)} and ${shown(held)} ms`).join(', ')}`,
      };
    };
    return [row('a job takes longer by', 'jobs'), row('a heartbeat takes longer by', 'probes')];
  });
}

async function bothOf(jobs: () => Promise<{latencies: number[]}>, url: string): Promise<Times> {
  const [driven, probes] = await Promise.all([jobs(), probeTimes(url)]);
  return {jobs: driven.latencies, probes};
}

async function probeTimes(url: string): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < PROBES; n += 1) {
    const started = performance.now();
    const answer = await fetch(`${url}/ping`);
    await answer.text();
    times.push(performance.now() - started);
    await pause(10);
  }
  return times;
}
