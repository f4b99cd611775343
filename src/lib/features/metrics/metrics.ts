import {Gauge, Registry} from 'prom-client';
import type {OperatorEvent} from '../../node/events/events.ts';
import type {OperatorView} from '../../node/events/view.ts';
import type {DiskReader} from '../../node/operator/disk-watch.ts';
import type {Time} from '../../foundation/time/time.ts';
import {CHAIN_GAUGES, EIGEN_GAUGES} from './chain-gauges.ts';
import {diskMetrics} from './disk-metrics.ts';
import type {ViewGauge} from './gauge-table.ts';
import {jobMetrics} from './job-metrics.ts';
import {networkMetrics} from './network-metrics.ts';
import {NODE_GAUGES} from './node-gauges.ts';
import type {OpenAtStart} from './open-jobs.ts';
import {processMetrics} from './process-metrics.ts';
import {rpcMetrics, type RpcMetrics} from './rpc-metrics.ts';

/** The figures of a run. */
export type Metrics = {
  /** Takes every event, after the view has it. Never throws, never waits. */
  onEvent(event: OperatorEvent): void;
  rpc: RpcMetrics;
  /** The text of `/metrics`. Its size and its time do not depend on how many jobs there were. */
  text(): Promise<string>;
  /** The Content-Type of that text. */
  contentType: string;
  close(): void;
};

/** A scrape within this time of another one gets the same text: a flood of them costs one. */
const SHARED_MS = 1_000;

/**
 * Creates the metrics of a run: counters that rise with each event, and gauges that are read with a scrape. No label holds a
 * text from outside: jobs are counted by kind of worker, problems by their code.
 */
export function createMetrics(deps: {
  view: () => OperatorView;
  disk: Pick<DiskReader, 'read'>;
  /** What the journal held at the start. */
  open: OpenAtStart;
  time: Pick<Time, 'now' | 'monotonic'>;
}): Metrics {
  const {view, disk, open, time} = deps;
  const registry = new Registry();
  const setters = [...NODE_GAUGES, ...CHAIN_GAUGES, ...EIGEN_GAUGES].map((one) => setterOf(one, registry));
  const onJob = jobMetrics(registry, open);
  const onNetwork = networkMetrics(registry);
  const readDisk = diskMetrics(registry, disk);
  const stopMeasuring = processMetrics(registry);
  const rpc = rpcMetrics(registry, time.monotonic);
  let last: {at: number; text: Promise<string>} | null = null;

  async function made(): Promise<string> {
    await readDisk();
    const now = time.now();
    const seen = view();
    for (const set of setters) set(seen, now);
    return registry.metrics();
  }

  return {
    onEvent(event) {
      onJob(event);
      onNetwork(event);
    },
    rpc,
    text() {
      const now = time.monotonic();
      if (last === null || now - last.at >= SHARED_MS) last = {at: now, text: made()};
      return last.text;
    },
    contentType: registry.contentType,
    close: stopMeasuring,
  };
}

/** What sets a gauge of the tables anew: a series that is not there any more must not stay. */
function setterOf(
  {name, help, labelNames, read}: ViewGauge,
  registry: Registry,
): (view: OperatorView, now: number) => void {
  const gauge = new Gauge({name, help, labelNames: [...labelNames], registers: [registry]});
  return (view, now) => {
    gauge.reset();
    if (labelNames.length === 0) gauge.remove();
    // Added up, because two kinds that aos does not know have one label.
    for (const {labels, value} of read(view, now)) gauge.inc({...labels}, value);
  };
}
