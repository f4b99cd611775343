import {setTimeout as pause} from 'node:timers/promises';
import type {OperatorEventBody} from '../src/lib/node/events/events.ts';
import {attachDash, measured, type AttachedDash} from './dashboard-pty.ts';
import {stalledReader} from './dashboard-stalled.ts';
import {median, percentile, shown, type Row} from './figures.ts';
import type {Network} from './network.ts';

const ROUNDS = 3;
const WARM_UP_MS = 10_000;
const IDLE_MS = 20_000;
const BUSY_MS = 10_000;
const EVENTS_A_SECOND = 1_000;

/** The dashboard's budgets, each measured in a real terminal. */
export async function benchDashboard(root: string, network: Network): Promise<Row[]> {
  return [...(await benchAttached(root)), ...(await benchDay(root)), ...(await stalledReader(root, network))];
}

async function benchAttached(root: string): Promise<Row[]> {
  const part = `Dashboard: aos dash in a terminal of 80×24, medians of ${ROUNDS}`;
  const dash = await attachDash(root);
  const stop = new AbortController();
  try {
    idleOperator(dash, stop.signal);
    await pause(WARM_UP_MS);
    const normal = await rounds(() => measured(dash, IDLE_MS));
    // The terminal loses focus: the same pace as after ten minutes without a key.
    dash.press('\x1b[O');
    await pause(6_000);
    const idle = await rounds(() => measured(dash, IDLE_MS));
    dash.press('\x1b[I');
    const before = await dash.inside();

    dash.press('/job-\r');
    const busy = new AbortController();
    const flood = floodOf(dash, busy.signal);
    await pause(WARM_UP_MS / 2);
    const paints: number[] = [];
    const loaded = await rounds(() => measured(dash, BUSY_MS, () => pressKeys(dash, paints)));
    busy.abort();
    await flood;
    const missed = await missedBy(dash);
    const [cpu, bytes] = [medianOf(normal, 'cpu'), medianOf(normal, 'bytes')];
    return [
      {
        part,
        what: 'idle at 1 Hz: share of a core',
        figure: cpu,
        unit: '%',
        target: {atMost: 4.5},
        note: all(normal, 'cpu'),
      },
      {
        part,
        what: 'idle at 1 Hz: to the terminal',
        figure: bytes,
        unit: 'B/s',
        target: {atMost: 1_000},
        note: all(normal, 'bytes'),
      },
      {
        part,
        what: 'idle at 0.2 Hz: share of a core',
        figure: medianOf(idle, 'cpu'),
        unit: '%',
        target: {atMost: 2.5},
        note: all(idle, 'cpu'),
      },
      {
        part,
        what: `${EVENTS_A_SECOND} events/s, filter on, 4 Hz: share of a core`,
        figure: medianOf(loaded, 'cpu'),
        unit: '%',
        target: {atMost: 10},
        note: all(loaded, 'cpu'),
      },
      {part, what: 'events missed meanwhile', figure: missed, unit: '', target: {atMost: 0}},
      {
        part,
        what: 'key to paint meanwhile, p95',
        figure: percentile(paints, 0.95),
        unit: 'ms',
        target: {atMost: 100},
        note: `p50 ${shown(median(paints))} ms of ${paints.length}`,
      },
      {
        part,
        what: 'performance measure entries',
        figure: Math.max(before.measures, (await dash.inside()).measures),
        unit: '',
        target: {atMost: 0},
      },
    ];
  } finally {
    stop.abort();
    await dash.close();
  }
}

type Figures = {cpu: number; bytes: number};

async function rounds(measure: () => Promise<Figures>): Promise<Figures[]> {
  const out: Figures[] = [];
  for (let round = 0; round < ROUNDS; round += 1) out.push(await measure());
  return out;
}

const medianOf = (list: readonly Figures[], key: keyof Figures): number =>
  median(list.map((one) => one[key]));
const all = (list: readonly Figures[], key: keyof Figures): string =>
  list.map((one) => shown(one[key])).join(', ');

const jobRef = (seq: number) => ({
  seq,
  jobId: `job-${seq}`,
  tag: '',
  position: '',
  kind: 'opml',
  model: 'tiny-llm',
});

/** Seven jobs whose ages tick, a block every 5 s, a probe every 10 s. */
function idleOperator({emit}: AttachedDash, signal: AbortSignal): void {
  const now = Date.now();
  emit({type: 'connected', url: 'ws://127.0.0.1:1/ws'});
  emit({type: 'range', start: '0', end: '300000', max: '600000', block: '1', source: 'chain'});
  emit(livenessOf(now));
  for (let n = 1; n <= 7; n += 1) emit({type: 'job_received', job: jobRef(n), signer: null});
  void repeat(5_000, signal, (round) =>
    emit({type: 'block', number: String(round), blockAt: Date.now(), rpcMs: 12}),
  );
  void repeat(10_000, signal, () => emit({type: 'probe_answered', via: 'http'}));
}

const livenessOf = (at: number): OperatorEventBody => ({
  type: 'liveness',
  lastProbeAt: at,
  allowanceMs: 3_600_000,
  allowanceLeftMs: 3_600_000,
  probes: 100,
  probeIntervalMs: 10_000,
  outages: [],
});

async function repeat(ms: number, signal: AbortSignal, work: (round: number) => void): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    work(round);
    await pause(ms, undefined, {signal}).catch(() => {}); // aborted: the loop ends
  }
}

/** Emits a thousand events a second. */
async function floodOf({emit}: AttachedDash, signal: AbortSignal): Promise<void> {
  let n = 100;
  let owed = 0;
  let last = performance.now();
  while (!signal.aborted) {
    await pause(10);
    const now = performance.now();
    owed += ((now - last) / 1000) * EVENTS_A_SECOND;
    last = now;
    for (; owed >= 1; owed -= 5) {
      n += 1;
      for (const body of storyOf(n)) emit(body);
    }
  }
}

function storyOf(n: number): OperatorEventBody[] {
  const job = jobRef(n);
  return [
    {type: 'job_received', job, signer: null},
    {type: 'job_sampled', job, selected: true, r: 1, threshold: 2},
    {type: 'job_concluded', job, outcome: 'answered', reason: ''},
    {type: 'result_sent', job, envelopeId: `e-${n}`, attempt: 1},
    {type: 'result_accepted', job, ms: 40, outcome: 'answered'},
  ];
}

/** Opens and closes the help, and takes the time until it is on the terminal. */
async function pressKeys(dash: AttachedDash, paints: number[]): Promise<void> {
  for (let turn = 0; turn < 14; turn += 1) {
    await pause(250 + 37 * (turn % 7));
    const started = performance.now();
    const open = dash.seen(/KEYS/);
    dash.press('?');
    await open;
    paints.push(performance.now() - started);
    const closed = dash.seen(/HEARTBEAT/);
    dash.press('?');
    await closed;
  }
}

/** Reads the number of missed events from the log's title. */
async function missedBy(dash: AttachedDash): Promise<number> {
  let text = '';
  const whole = dash.seen(/LOG[^]*\x1b\[\?2026l/).then(() => undefined);
  const stop = dash.collect((more) => (text += more));
  dash.press('\x0c');
  await whole;
  stop();
  return Number(/(\d+) missed/.exec(text)?.[1] ?? 0);
}

const HOURS = 24;
const DAY_EVENTS = {everySeconds: 12, of: 24 * 3_600};

/** A day of events in minutes: a job every 12 s, probes, blocks, clock, statistics; the screen is kept busy by keys. */
async function benchDay(root: string): Promise<Row[]> {
  const part = `Dashboard: ${HOURS} h of events, pushed`;
  const dash = await attachDash(root);
  const stop = new AbortController();
  try {
    dash.emit({type: 'connected', url: 'ws://127.0.0.1:1/ws'});
    dash.emit(livenessOf(Date.now()));
    void repeat(45, stop.signal, (round) => dash.press(round % 2 === 0 ? 'j' : 'k'));
    const samples: {at: number; mb: number}[] = [];
    const steps = DAY_EVENTS.of / DAY_EVENTS.everySeconds;
    let events = 0;
    for (let step = 0; step < steps; step += 1) {
      for (const body of [...storyOf(step + 1), ...measurementsOf(step)]) {
        dash.emit(body);
        events += 1;
      }
      if (step % 24 !== 0) continue;
      await pause(400);
      samples.push({at: step / steps, mb: dash.rssMb()});
    }
    await pause(2_000);
    const half = samples.slice(samples.length / 2);
    const growth = slopeOf(half) / 2;
    const peak = Math.max(...samples.map(({mb}) => mb));
    return [
      {
        part,
        what: 'resident memory, highest',
        figure: peak,
        unit: 'MB',
        target: {atMost: 150},
        note: `${events} events`,
      },
      {
        part,
        what: 'growth over the last 12 h (regression)',
        figure: growth,
        unit: 'MB',
        target: {atMost: 3},
        note: `${shown(half[0]?.mb ?? 0)} MB, then ${shown(half.at(-1)?.mb ?? 0)} MB; a garbage collector's noise is allowed`,
      },
      {
        part,
        what: 'performance measure entries',
        figure: (await dash.inside()).measures,
        unit: '',
        target: {atMost: 0},
      },
    ];
  } finally {
    stop.abort();
    await dash.close();
  }
}

function measurementsOf(step: number): OperatorEventBody[] {
  return [
    {type: 'block', number: String(step), blockAt: Date.now(), rpcMs: 12},
    {type: 'probe_answered', via: 'http'},
    {type: 'signer_stats', p50Ms: 4, p95Ms: 9, signatures: step, errors: 0, windowMs: 600_000},
    {
      type: 'clock',
      id: '1',
      counter: String(step),
      readings: step,
      merged: {clock: {'1': String(step), '2': '5'}, at: Date.now(), jobId: `job-${step}`},
      ahead: '3',
    },
    ...(step % 5 === 0 ? [livenessOf(Date.now())] : []),
  ];
}

/** MB for the whole of `at`'s unit. */
function slopeOf(samples: readonly {at: number; mb: number}[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const at = mean(samples.map((one) => one.at));
  const mb = mean(samples.map((one) => one.mb));
  const covariance = samples.reduce((sum, one) => sum + (one.at - at) * (one.mb - mb), 0);
  return covariance / samples.reduce((sum, one) => sum + (one.at - at) ** 2, 0);
}
