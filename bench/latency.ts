import {drive} from './dispatcher-requests.ts';
import {median, percentile, shown, type Row} from './figures.ts';
import {withOperator, type Network, type Selecting} from './network.ts';
import type {Primitives, Yardstick} from './primitives.ts';

const WARM_UP = 500;
/** Measured in turns with the yardstick. */
const ROUNDS = 5;
const JOBS_A_ROUND = 200;
const JOBS = ROUNDS * JOBS_A_ROUND;

/** One job in flight: dispatch frame written → result accepted, both seen at the dispatcher. */
export async function benchLatency(network: Network, yardstick: Yardstick): Promise<Row[]> {
  const selected = await latencies(network, yardstick, 'all');
  const unselected = await latencies(network, yardstick, 'none');
  return rowsOf(selected, unselected, yardstick.primitives());
}

function rowsOf(selected: readonly number[], unselected: readonly number[], primitives: Primitives): Row[] {
  const part = `Latency: dispatch written → result accepted, one job in flight, ${WARM_UP} jobs of warm-up, ${JOBS} measured`;
  const {vrfProve, signatureRequest, recovery, durableWrite, webSocketRoundTrip} = primitives;
  const sum = primitives.listed.wallMs;
  const added =
    vrfProve.wallMs +
    2 * signatureRequest.wallMs +
    3 * recovery.wallMs +
    3 * durableWrite.wallMs +
    2 * webSocketRoundTrip.wallMs;
  const p95 = (values: readonly number[]): string => `p95 ${shown(percentile(values, 0.95))} ms`;
  return [
    {part, what: 'one VRF prove, p50', figure: vrfProve.wallMs, unit: 'ms'},
    {part, what: 'one signature request, p50', figure: signatureRequest.wallMs, unit: 'ms'},
    {part, what: 'one recovery, p50', figure: recovery.wallMs, unit: 'ms'},
    {part, what: 'one durable write, p50', figure: durableWrite.wallMs, unit: 'ms'},
    {part, what: 'one WebSocket round trip, p50', figure: webSocketRoundTrip.wallMs, unit: 'ms'},
    {
      part,
      what: '1 prove, 2 requests, 3 recoveries, 3 writes, 2 round trips: p50 of the sum',
      figure: sum,
      unit: 'ms',
    },
    {
      part,
      what: 'selected job, instant worker: p50',
      figure: median(selected),
      unit: 'ms',
      note: p95(selected),
    },
    {
      part,
      what: 'ratio to the p50s above added up',
      figure: median(selected) / added,
      unit: '×',
      target: {atMost: 2},
      note: `${shown(added)} ms; too low where the disk has two speeds`,
    },
    {
      part,
      what: 'ratio to the p50 of the sum',
      figure: median(selected) / sum,
      unit: '×',
      target: {atMost: 2},
    },
    {part, what: 'unselected job: p50', figure: median(unselected), unit: 'ms', note: p95(unselected)},
    {part, what: 'its ratio to the sum', figure: median(unselected) / sum, unit: '×'},
  ];
}

async function latencies(network: Network, yardstick: Yardstick, selecting: Selecting): Promise<number[]> {
  return withOperator(network, selecting, async (dispatcher) => {
    const expected = selecting === 'all' ? JOBS_A_ROUND : 0;
    const measured: number[] = [];
    await drive(dispatcher, WARM_UP, 1);
    for (let round = 0; round < ROUNDS; round += 1) {
      await yardstick.round();
      const driven = await drive(dispatcher, JOBS_A_ROUND, 1);
      if (driven.selected !== expected)
        throw new Error(`${driven.selected} jobs were selected instead of ${expected}`);
      measured.push(...driven.latencies);
    }
    return measured;
  });
}
