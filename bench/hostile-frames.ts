import type {FloodReply, FloodRequest} from './flood-process.ts';
import {median, type Row} from './figures.ts';
import type {Network, Operator} from './network.ts';
import {isUp, longestPing} from './ping.ts';
import {memoryOf, startChild, type Child} from './processes.ts';

const RUNS = Number(process.env['AOS_BENCH_RUNS'] ?? 3);
const BURST = 100_000;

const BURSTS = ['one byte', 'badly signed', 'replies', 'one job again'] as const;
/** `taken`: how many of the jobs are not too large. */
const MANY = {
  what: 'a 57 MB frame of 1,000 jobs of 57 kB',
  frame: {jobs: 1_000, first: 57_000, each: 57_000, keys: 0},
  taken: 1_000,
};
const LARGE = [
  {
    what: 'a 57 MB frame of 1,000 jobs, one with a prompt of 57 MB',
    frame: {jobs: 1_000, first: 57_000_000, each: 1, keys: 0},
    taken: 999,
  },
  MANY,
  {
    what: 'a 57 MB frame of 28 jobs of 2 MB',
    frame: {jobs: 28, first: 2_000_000, each: 2_000_000, keys: 0},
    taken: 28,
  },
  {
    what: 'a 50 MB frame of 450,000 keys in one job',
    frame: {jobs: 1, first: 1, each: 1, keys: 450_000},
    taken: 0,
  },
] as const;

/** Floods of frames and frames as large as may be: how long `/ping` waits meanwhile, and what memory that takes. */
export async function benchHostileFrames(network: Network): Promise<Row[]> {
  const part = `Hostile frames (median of ${RUNS} runs)`;
  const longest = new Map<string, number[]>();
  const note = (what: string, ms: number): void => {
    longest.set(what, [...(longest.get(what) ?? []), ms]);
  };
  const peaks: number[] = [];
  let lost = 0;
  let conflicts = 0;

  for (let run = 0; run < RUNS; run += 1) {
    const flooder = await startChild('flood-process', null);
    const ask = async (request: FloodRequest): Promise<FloodReply> =>
      (await flooder.ask(request)) as FloodReply;
    const operator = await network.operator(
      {
        ...(flooder as Child & {url: string}),
        ...(flooder.ready as {url: string; address: string}),
        version: 'head',
      },
      'none',
    );
    let running: Operator = operator;
    const measure = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      const {longest: ms} = await longestPing(operator.url, work);
      note(what, ms);
      console.error(`  ${what}: ${ms.toFixed(0)} ms, peak ${memoryOf(running.pid).peakMb.toFixed(0)} MB`);
    };
    try {
      await isUp(operator.url);
      for (const kind of BURSTS)
        await measure(`${BURST} frames: ${kind}`, () => ask({do: 'frames', kind, count: BURST}));
      let expected = 1;
      for (const {what, frame, taken} of LARGE) {
        expected += taken;
        await measure(what, async () => {
          await ask({do: 'frame', ...frame});
          await ask({do: 'results', count: expected});
        });
      }
      expected += MANY.taken;
      await ask({do: 'frame', ...MANY.frame});
      await ask({do: 'acknowledged'});
      peaks.push(memoryOf(running.pid).peakMb);
      process.kill(running.pid, 'SIGKILL');
      running = await operator.again();
      await isUp(operator.url);
      await measure('a start with that journal', () => ask({do: 'results', count: expected}));
      const reply = await ask({do: 'results', count: expected});
      conflicts += reply.conflicts;
      lost += expected - Math.min(expected, reply.results);
      peaks.push(memoryOf(running.pid).peakMb);
    } finally {
      await running.close();
      await flooder.close();
    }
  }

  return [
    ...[...longest].map(([what, ms]): Row => ({
      part,
      what: `longest /ping: ${what}`,
      figure: median(ms),
      unit: 'ms',
      target: {atMost: 100},
      note: ms.map((one) => one.toFixed(0)).join(', '),
    })),
    {part, what: 'operator RSS, peak (VmHWM)', figure: Math.max(...peaks), unit: 'MB', target: {atMost: 700}},
    {part, what: 'jobs lost', figure: lost, unit: '', target: {atMost: 0}},
    {part, what: 'jobs with two answers', figure: conflicts, unit: '', target: {atMost: 0}},
  ];
}
