import {writeFileSync} from 'node:fs';
import {cpus, loadavg} from 'node:os';
import {parseArgs} from 'node:util';
import type {DispatcherVersion} from '../src/devnet/start-dispatcher.ts';
import {benchBacklog} from './backlog.ts';
import {benchBackup} from './backup.ts';
import {benchChecks} from './checks.ts';
import {tableOf, targetText, verdictOf, type Row} from './figures.ts';
import {benchDashboard} from './dashboard.ts';
import {benchHostileFrames} from './hostile-frames.ts';
import {benchHistory} from './history.ts';
import {benchLatency} from './latency.ts';
import {benchMetrics} from './metrics.ts';
import {startNetwork} from './network.ts';
import {measureVrf, openYardstick} from './primitives.ts';
import {benchReceipts} from './receipts.ts';
import {benchStartup} from './startup.ts';
import {benchThroughput} from './throughput.ts';
import {benchZk} from './zk.ts';

const USUAL = [
  'startup',
  'vrf',
  'latency',
  'throughput',
  'backlog',
  'history',
  'dashboard',
  'metrics',
  'receipts',
  'zk',
  'checks',
] as const;
const PARTS = [...USUAL, 'hostile-frames', 'backup'] as const;
type Part = (typeof PARTS)[number];
const VERSIONS: readonly DispatcherVersion[] = ['newest', 'head', 'friendly'];

/**
 * Measures and prints. A missed target is reported but is not a failure: a busy machine misses any.
 * @param root directory of package.json
 */
export async function main(root: string, args: string[]): Promise<void> {
  const {values} = parseArgs({
    args,
    options: {only: {type: 'string'}, json: {type: 'string'}, dispatcher: {type: 'string'}},
  });
  const wanted = partsOf(values.only);
  const load = loadavg()[0] ?? 0;
  const started = performance.now();
  const rows: Row[] = [];
  const leftOut: string[] = [];
  const begin = (name: Part): boolean => {
    if (wanted.has(name)) console.error(`${name} …`);
    return wanted.has(name);
  };

  if (begin('startup')) rows.push(...benchStartup(root));
  if (begin('vrf')) rows.push(...(await benchVrf()));
  if (
    ['latency', 'throughput', 'backlog', 'dashboard', 'hostile-frames', 'backup', 'checks'].some((name) =>
      wanted.has(name as Part),
    )
  ) {
    const network = await startNetwork(root, versionOf(values.dispatcher));
    try {
      if (wanted.has('latency') || wanted.has('throughput')) {
        const yardstick = await openYardstick(network);
        try {
          if (begin('latency')) rows.push(...(await benchLatency(network, yardstick)));
          if (begin('throughput')) rows.push(...(await benchThroughput(network, yardstick)));
        } finally {
          await yardstick.close();
        }
      }
      if (begin('backlog')) rows.push(...(await benchBacklog(network)));
      if (begin('hostile-frames')) rows.push(...(await benchHostileFrames(network)));
      if (begin('backup')) rows.push(...(await benchBackup(root, network)));
      if (begin('dashboard')) rows.push(...(await benchDashboard(root, network)));
      if (begin('checks')) rows.push(...(await benchChecks(root, network)));
    } finally {
      await network.close();
    }
  }
  if (begin('history')) rows.push(...(await benchHistory()));
  if (begin('metrics')) rows.push(...(await benchMetrics()));
  if (begin('receipts')) rows.push(...(await benchReceipts(root)));
  if (begin('zk')) {
    const zk = await benchZk(root);
    rows.push(...zk.rows);
    if (zk.leftOut !== null) leftOut.push(`zk is left out: ${zk.leftOut}`);
  }

  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}, ${process.platform}-${process.arch}, load ${load.toFixed(1)} at the start`;
  const seconds = Math.round((performance.now() - started) / 1000);
  const missed = rows.filter((row) => verdictOf(row) === 'missed');
  console.log(`${machine}; ${seconds} s\n${tableOf(rows)}\n`);
  for (const line of leftOut) console.log(line);
  console.log(
    missed.length === 0 ? 'All targets met.' : `Missed: ${missed.map(({what}) => what).join('; ')}.`,
  );
  if (values.json !== undefined) {
    const figures = rows.map((row) => ({...row, target: targetText(row), verdict: verdictOf(row)}));
    writeFileSync(values.json, `${JSON.stringify({machine, seconds, figures, leftOut}, null, 2)}\n`);
  }
}

async function benchVrf(): Promise<Row[]> {
  const part = 'VRF';
  const {vrfProve, vrfVerify} = await measureVrf();
  return [
    {part, what: 'prove, p50', figure: vrfProve.wallMs, unit: 'ms', target: {atMost: 1.5}},
    {part, what: 'verify, p50', figure: vrfVerify.wallMs, unit: 'ms', target: {atMost: 1.5}},
  ];
}

function versionOf(name = 'friendly'): DispatcherVersion {
  const version = VERSIONS.find((one) => one === name);
  if (version === undefined) throw new Error(`no dispatcher "${name}"; there are ${VERSIONS.join(', ')}`);
  return version;
}

function partsOf(only: string | undefined): ReadonlySet<Part> {
  if (only === undefined) return new Set(USUAL);
  const names = only.split(',');
  const unknown = names.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) throw new Error(`no part "${unknown}"; there are ${PARTS.join(', ')}`);
  return new Set(PARTS.filter((part) => names.includes(part)));
}
