import {setTimeout as pause} from 'node:timers/promises';
import {attachDashTo} from './dashboard-pty.ts';
import {drive} from './dispatcher-requests.ts';
import {percentile, shown, type Row} from './figures.ts';
import {withOperator, type Network} from './network.ts';

const JOBS = 400;
const PROBES = 200;

/** What a terminal that stops reading costs the operator: nothing, since it is another process's. */
export async function stalledReader(root: string, network: Network): Promise<Row[]> {
  const part = `Dashboard: its terminal stops reading while ${JOBS} jobs and ${PROBES} probes go through the operator`;
  return withOperator(network, 'none', async (dispatcher, operator) => {
    await drive(dispatcher, JOBS, 1);
    const before = await bothOf(() => drive(dispatcher, JOBS, 1), operator.url);
    const dash = await attachDashTo(root, operator.home);
    dash.pause();
    // What the terminal holds before it is full.
    dash.press('?'.repeat(50));
    await pause(1_000);
    const stalled = await bothOf(() => drive(dispatcher, JOBS, 1), operator.url);
    await dash.kill();
    const row = (what: string, free: readonly number[], held: readonly number[]): Row => ({
      part,
      what,
      figure: percentile(held, 0.99) - percentile(free, 0.99),
      unit: 'ms',
      target: {atMost: 50},
      note: `p99 ${shown(percentile(free, 0.99))} ms without, ${shown(percentile(held, 0.99))} ms with`,
    });
    return [
      row('a job takes longer by', before.jobs, stalled.jobs),
      row('a heartbeat takes longer by', before.probes, stalled.probes),
    ];
  });
}

async function bothOf(
  jobs: () => Promise<{latencies: number[]}>,
  url: string,
): Promise<{jobs: number[]; probes: number[]}> {
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
