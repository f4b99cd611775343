import {drive, type Driven} from './dispatcher-requests.ts';
import {median, type Row} from './figures.ts';
import {withOperator, type Network} from './network.ts';
import type {Primitives, Yardstick} from './primitives.ts';

const CORES = 2;
const IN_FLIGHT = 16;
const WARM_UP = 1_000;
/** Measured in turns with the yardstick; medians count, for one hiccup of the disk or a neighbour must not decide. */
const JOBS = 1_000;
const TURNS = 7;

/** One turn, and the CPU of the list beside it, ms: the mean of the rounds before and after. */
type Turn = Driven & {listedMs: number};

/** 16 unselected jobs in flight; operator, dispatcher and signer are three processes. */
export async function benchThroughput(network: Network, yardstick: Yardstick): Promise<Row[]> {
  const driven = await withOperator(network, 'none', async (dispatcher, operator) => {
    await drive(dispatcher, WARM_UP, IN_FLIGHT);
    const pids = [operator.pid, dispatcher.pid, network.signer.pid];
    const runs: Turn[] = [];
    let before = await yardstick.round();
    for (let turn = 0; turn < TURNS; turn += 1) {
      const run = await drive(dispatcher, JOBS, IN_FLIGHT, pids);
      const after = await yardstick.round();
      runs.push({...run, listedMs: (before + after) / 2});
      before = after;
    }
    return runs;
  });
  const selected = driven.reduce((sum, run) => sum + run.selected, 0);
  if (selected !== 0) throw new Error(`${selected} jobs were selected`);
  return rowsOf(driven, yardstick.primitives());
}

/**
 * The ideal is what two cores could do if they did nothing but the work listed, at the CPU time it takes alone beside the
 * same turn, the other side (signer, WebSocket peer) included.
 */
function rowsOf(runs: readonly Turn[], primitives: Primitives): Row[] {
  const part = `Throughput: ${IN_FLIGHT} unselected jobs in flight, ${WARM_UP} of warm-up, ${TURNS} × ${JOBS} measured`;
  const perJob = [0, 1, 2].map((process) =>
    median(runs.map(({cpuMs}) => (cpuMs[process] ?? Number.NaN) / JOBS)),
  );
  const rateOf = ({wallMs}: Turn): number => (JOBS / wallMs) * 1000;
  const rates = runs.map(rateOf);
  const shares = runs.map((run) => (100 * rateOf(run) * run.listedMs) / (CORES * 1000));
  const rate = median(rates);
  const {recovery, signing, durableWrite} = primitives;
  const listed = primitives.listed.cpuMs;
  // Beyond the list: the operator verifies the dispatcher's answer, the dispatcher verifies two frames and signs two,
  // and the acceptance is written down.
  const needed = listed + 3 * recovery.cpuMs + 2 * signing.cpuMs + durableWrite.cpuMs;
  const [operator = Number.NaN, dispatcher = Number.NaN, signer = Number.NaN] = perJob;
  const total = operator + dispatcher + signer;
  const ideal = (CORES * 1000) / listed;
  const idealNeeded = (CORES * 1000) / needed;
  return [
    {
      part,
      what: 'measured',
      figure: rate,
      unit: 'jobs/s',
      target: {atLeast: 120},
      note: `aim 200; ${rates.map((one) => one.toFixed(0)).join(', ')}`,
    },
    {
      part,
      what: 'latency p50 under this load',
      figure: median(runs.flatMap(({latencies}) => latencies)),
      unit: 'ms',
    },
    {part, what: 'CPU of the operator', figure: operator, unit: 'ms/job'},
    {
      part,
      what: 'CPU of the dispatcher',
      figure: dispatcher,
      unit: 'ms/job',
      note: 'with the submission of the jobs',
    },
    {part, what: 'CPU of the signer', figure: signer, unit: 'ms/job'},
    {
      part,
      what: 'CPU of all three',
      figure: total,
      unit: 'ms/job',
      note: `${((total * rate) / 10 / CORES).toFixed(0)} % of ${CORES} cores busy with it`,
    },
    {
      part,
      what: 'CPU of the listed work alone',
      figure: listed,
      unit: 'ms/job',
      note: '1 prove, 2 signature requests (both sides), 3 recoveries, 3 writes, 2 round trips (both sides)',
    },
    {part, what: `ideal: ${CORES} cores ÷ listed work`, figure: ideal, unit: 'jobs/s'},
    {
      part,
      what: 'share of that ideal, median of the turns',
      figure: median(shares),
      unit: '%',
      target: {atLeast: 70},
      note: shares.map((share) => share.toFixed(0)).join(', '),
    },
    {
      part,
      what: 'CPU of all the work the protocol asks of the three',
      figure: needed,
      unit: 'ms/job',
      note: 'the list and 3 recoveries, 2 signatures of the dispatcher, 1 write',
    },
    {
      part,
      what: 'share of the ideal by that',
      figure: (100 * rate) / idealNeeded,
      unit: '%',
      note: 'for comparison',
    },
  ];
}
