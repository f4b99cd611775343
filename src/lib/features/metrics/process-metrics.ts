import {monitorEventLoopDelay, performance} from 'node:perf_hooks';
import {Counter, Gauge, type Registry} from 'prom-client';

/** How often the delay of the event loop is taken. */
const RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

/**
 * Measures this process: its memory and processor time, and how long its event loop makes others wait. All of it is read with
 * a scrape; between two of them only the timer of the delay works.
 * @returns ends the measuring
 */
export function processMetrics(registry: Registry): () => void {
  const registers = [registry];
  const delay = monitorEventLoopDelay({resolution: RESOLUTION_MS});
  delay.enable();
  const cpu: Counter<'mode'> = new Counter({
    name: 'aos_process_cpu_seconds_total',
    help: 'Processor time of this process.',
    labelNames: ['mode'],
    registers,
    collect() {
      const {user, system} = process.cpuUsage();
      cpu.reset();
      cpu.inc({mode: 'user'}, user / MICROSECONDS);
      cpu.inc({mode: 'system'}, system / MICROSECONDS);
    },
  });
  const memory: Gauge<'kind'> = new Gauge({
    name: 'aos_process_memory_bytes',
    help: 'Memory of this process: resident, and the heap of JavaScript that is used.',
    labelNames: ['kind'],
    registers,
    collect() {
      const {rss, heapUsed, external} = process.memoryUsage();
      memory.set({kind: 'resident'}, rss);
      memory.set({kind: 'heap'}, heapUsed);
      memory.set({kind: 'external'}, external);
    },
  });
  const lag: Gauge<'quantile'> = new Gauge({
    name: 'aos_event_loop_delay_seconds',
    help: 'How long a timer came too late since the last scrape; 1 is the longest.',
    labelNames: ['quantile'],
    registers,
    collect() {
      const late = (ns: number): number => Math.max(0, ns / NANOSECONDS - RESOLUTION_MS / 1000);
      const isMeasured = delay.max > 0;
      lag.set({quantile: '0.5'}, isMeasured ? late(delay.percentile(50)) : 0);
      lag.set({quantile: '0.99'}, isMeasured ? late(delay.percentile(99)) : 0);
      lag.set({quantile: '1'}, isMeasured ? late(delay.max) : 0);
      delay.reset();
    },
  });
  const loop: Counter<'state'> = new Counter({
    name: 'aos_event_loop_seconds_total',
    help: 'Time that the event loop has worked (active), and waited (idle).',
    labelNames: ['state'],
    registers,
    collect() {
      const {active, idle} = performance.eventLoopUtilization();
      loop.reset();
      loop.inc({state: 'active'}, active / 1000);
      loop.inc({state: 'idle'}, idle / 1000);
    },
  });
  return () => delay.disable();
}
