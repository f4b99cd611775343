import type {OperatorEvent, OperatorEventBody} from '../src/lib/node/events/events.ts';
import {job, START} from '../test/support/dash-scenes.ts';
import {STARTED} from '../test/support/event-log.ts';
import {metricsRig, type MetricsRig} from '../test/support/metrics.ts';
import {median, type Row} from './figures.ts';

const FEW = 100;
const MANY = 100_000;
const SCRAPES = 101;
/** What a job costs the operator (docs/performance.md); the metrics may have a fiftieth of it. */
const MOST_CPU_US = 50;

/** Time and size of a scrape after few and many jobs, and what the events of a job cost. */
export async function benchMetrics(): Promise<Row[]> {
  const [few, many] = [metricsRig(START), metricsRig(START)];
  try {
    feed(few, FEW);
    const cpuUs = feed(many, MANY);
    // Warm before either is measured, and one after the other, so that other work on the machine meets both.
    const [fast, slow]: [number[], number[]] = [[], []];
    for (let n = 0; n < SCRAPES; n += 1) {
      fast.push(await scrapeMs(few));
      slow.push(await scrapeMs(many));
    }
    const bytes = Buffer.byteLength(await many.text());
    const part = `metrics (${MANY.toLocaleString('en-US')} jobs)`;
    return [
      {
        part,
        what: `scrape, against one after ${FEW} jobs`,
        figure: median(slow) / median(fast),
        unit: '×',
        target: {atMost: 1.2},
        note: `${median(slow).toFixed(2)} ms`,
      },
      {part, what: 'size', figure: bytes / 1000, unit: 'kB', target: {atMost: 200}},
      {part, what: 'CPU of the events of a job', figure: cpuUs, unit: 'µs', target: {atMost: MOST_CPU_US}},
    ];
  } finally {
    few.close();
    many.close();
  }
}

/** Has jobs happen, without the view, which a run keeps in any case. @returns µs of CPU a job */
function feed(rig: MetricsRig, jobs: number): number {
  rig.onEvent({seq: 1, at: START, ...STARTED});
  const before = process.cpuUsage();
  for (let n = 1; n <= jobs; n += 1) for (const event of story(n)) rig.onEvent(event);
  const {user, system} = process.cpuUsage(before);
  return (user + system) / jobs;
}

function story(n: number): OperatorEvent[] {
  const bodies: OperatorEventBody[] = [
    {type: 'job_received', job: job(n), signer: null},
    {type: 'job_sampled', job: job(n), selected: true, r: 1, threshold: 2},
    {type: 'job_asked', job: job(n), request: 'aabbccdd', attempt: 1},
    {type: 'job_answered', job: job(n), request: 'aabbccdd', ms: 40},
    {type: 'job_concluded', job: job(n), outcome: 'answered', reason: ''},
    {type: 'result_sent', job: job(n), envelopeId: 'e', attempt: 1},
    {type: 'result_accepted', job: job(n), ms: 50, outcome: 'answered'},
  ];
  return bodies.map((body, index) => ({seq: n * bodies.length + index, at: START + n, ...body}));
}

/** A scrape that shares no text with the one before. */
async function scrapeMs(rig: MetricsRig): Promise<number> {
  await rig.time.advance(1_000);
  const start = performance.now();
  await rig.text();
  return performance.now() - start;
}
