import {drive} from './dispatcher-requests.ts';
import {median, percentile, shown, type Row} from './figures.ts';
import {withOperator, type Network, type Selecting} from './network.ts';
import type {Primitives} from './primitives.ts';

const WARM_UP = 500;
const JOBS = 1_000;

/** One job in flight: dispatch frame written → result accepted, both seen at the dispatcher. */
export async function benchLatency(network: Network): Promise<(primitives: Primitives) => Row[]> {
  const selected = await latencies(network, 'all');
  const unselected = await latencies(network, 'none');
  return (primitives) => rowsOf(selected, unselected, primitives);
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

async function latencies(network: Network, selecting: Selecting): Promise<number[]> {
  return withOperator(network, selecting, async (dispatcher) => {
    await drive(dispatcher, WARM_UP, 1);
    const driven = await drive(dispatcher, JOBS, 1);
    const expected = selecting === 'all' ? JOBS : 0;
    if (driven.selected !== expected)
      throw new Error(`${driven.selected} jobs were selected instead of ${expected}`);
    return driven.latencies;
  });
}
