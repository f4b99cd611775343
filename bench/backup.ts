import {spawn} from 'node:child_process';
import {statSync, writeFileSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import path from 'node:path';
import {awaitOperator, drive, endPace, paceSoFar, startPace, type Paced} from './dispatcher-requests.ts';
import {median, type Row} from './figures.ts';
import {fillJournal} from './fill-journal.ts';
import type {Network, Operator} from './network.ts';
import {isUp, longestPing} from './ping.ts';
import type {Child} from './processes.ts';

const MEGABYTES = Number(process.env['AOS_BENCH_BACKUP_MB'] ?? 1_000);
const RUNS = Number(process.env['AOS_BENCH_RUNS'] ?? 3);
const PER_SECOND = 100;
/** How long the same is measured without a backup, before each. */
const BEFORE_MS = 10_000;
/** Between two pings: the network asks every ten seconds. */
const GAP_MS = 5;
const SEEDS = 1_000;

type Run = {
  /** The longest `/ping`, without a backup and beside one. */
  quietMs: number;
  longestMs: number;
  /** Accepted jobs a second beside the backup, against those before it. */
  share: number;
  tookMs: number;
};

/** Backups of a large journal beside an operator at work: how long `/ping` waits, and how many jobs are accepted meanwhile. */
export async function benchBackup(root: string, network: Network): Promise<Row[]> {
  const dispatcher = await network.dispatcher();
  try {
    const first = await network.operator(dispatcher, 'none');
    await awaitOperator(dispatcher);
    await drive(dispatcher, SEEDS, 16);
    await first.close();
    const filled = fillJournal(path.join(first.home, 'state'), MEGABYTES * 1e6);
    console.error(`  journal: ${(filled.bytes / 1e6).toFixed(0)} MB, ${filled.jobs} jobs`);
    const operator = await first.again();
    try {
      await isUp(operator.url);
      await awaitOperator(dispatcher);
      await startPace(dispatcher, PER_SECOND);
      const runs: Run[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        runs.push(await oneBackup(root, operator, dispatcher));
        console.error(`  ${JSON.stringify(runs.at(-1))}`);
      }
      const end = await endPace(dispatcher);
      return rowsOf(runs, end, filled.bytes);
    } finally {
      await operator.close();
    }
  } finally {
    await dispatcher.close();
  }
}

async function oneBackup(root: string, operator: Operator, dispatcher: Child): Promise<Run> {
  const rateWhile = async (
    work: () => Promise<unknown>,
  ): Promise<{rate: number; ms: number; longest: number}> => {
    const [before, began] = [await paceSoFar(dispatcher), performance.now()];
    const {longest} = await longestPing(operator.url, work, GAP_MS);
    const ms = performance.now() - began;
    const after = await paceSoFar(dispatcher);
    return {rate: ((after.accepted - before.accepted) * 1000) / ms, ms, longest};
  };
  const quiet = await rateWhile(() => new Promise((resolve) => setTimeout(resolve, BEFORE_MS)));
  let made: string | undefined;
  const busy = await rateWhile(async () => {
    made = await backUp(root, operator);
  });
  // Not while the pings are asked: it takes as long as the file is large.
  if (made !== undefined) await rm(made);
  return {
    quietMs: quiet.longest,
    longestMs: busy.longest,
    share: (100 * busy.rate) / quiet.rate,
    tookMs: busy.ms,
  };
}

/** `aos backup create`, as a person or cron types it. @returns the file */
async function backUp(root: string, {home}: Operator): Promise<string> {
  const out = path.join(home, 'node.age');
  const password = path.join(home, 'backup.password');
  writeFileSync(password, 'a passphrase of the bench\n', {mode: 0o600});
  const args = [
    'backup',
    'create',
    '-c',
    path.join(home, 'config.yaml'),
    '--out',
    out,
    '--password-file',
    password,
  ];
  const child = spawn(process.execPath, [path.join(root, 'bin/run.cjs'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {...process.env, AOS_HOME: home},
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`aos backup create ended with code ${String(code)}`);
  if (statSync(out).size < 1_000) throw new Error('the backup is empty');
  return out;
}

function rowsOf(runs: readonly Run[], end: Paced, bytes: number): Row[] {
  const part = `Backup of a journal of ${(bytes / 1e6).toFixed(0)} MB at ${PER_SECOND} jobs/s (median of ${runs.length} runs)`;
  const of = (pick: (run: Run) => number): number => median(runs.map(pick));
  const all = (pick: (run: Run) => number): string => runs.map((run) => pick(run).toFixed(0)).join(', ');
  return [
    {
      part,
      what: 'longest /ping beside it',
      figure: of(({longestMs}) => longestMs),
      unit: 'ms',
      target: {atMost: 100},
      note: `${all(({longestMs}) => longestMs)}; without a backup ${all(({quietMs}) => quietMs)}`,
    },
    {
      part,
      what: 'throughput beside it, against before',
      figure: of(({share}) => share),
      unit: '%',
      target: {atLeast: 90},
      note: all(({share}) => share),
    },
    {part, what: 'time of a backup', figure: of(({tookMs}) => tookMs / 1000), unit: 's'},
    {
      part,
      what: 'jobs lost',
      figure: end.submitted - end.accepted,
      unit: '',
      target: {atMost: 0},
      note: `of ${end.submitted}`,
    },
  ];
}
