import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import type {CheckResult} from '../../src/lib/features/doctor/check.ts';
import type {CheckId} from '../../src/lib/features/doctor/registry.ts';
import {planChecks} from '../../src/lib/features/doctor/select.ts';
import {examine, type Examination, type Surroundings} from '../../src/lib/features/doctor/examine.ts';
import {diskFacts} from '../../src/lib/features/doctor/machine.ts';
import {systemTime} from '../../src/lib/foundation/system/system-time.ts';

export const NODE_ID = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
export const SEED = '5c'.repeat(32);

/** Values of the file by dotted path; null leaves one out. */
export type Settings = Record<string, string | null>;

export type Patient = {
  dir: string;
  where: Surroundings;
  /** Writes config.yaml anew. */
  configure(settings?: Settings, more?: string): void;
  examine(...only: string[]): Promise<Examination>;
  /** Results by check. */
  checks(...only: string[]): Promise<Partial<Record<CheckId, CheckResult>>>;
};

const DEAD = '127.0.0.1:1';
const GOOD: Settings = {
  network: 'devnet',
  'node.node_id': NODE_ID,
  'node.signer_key': `http://${DEAD}`,
  'node.vrf_key_file': './vrf.key',
  'node.dispatcher_address': '0x1DdBd306eFFbb5FF29E41398A6a1198Ee6Fb51ce',
  'net.rest_url': DEAD,
  'net.outer_url': `http://${DEAD}`,
  'net.dispatcher_url': DEAD,
  'net.callback_url': `http://${DEAD}`,
  'chain.chain_rpc_url': `http://${DEAD}`,
  'chain.vrf_range_contract': '0x27e4384ecc11810c2F49914390052b22c4e3CcC0',
  'workers.opml.url': `http://${DEAD}`,
  'store.dir': './state',
};

/** A node in a directory of its own, whose configuration is right and whose peers are all away. */
export function patient(change: Partial<Surroundings> = {}): Patient {
  const dir = mkdtempSync(join(tmpdir(), 'aos-doctor-'));
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
  writeFileSync(join(dir, 'vrf.key'), `${SEED}\n`, {mode: 0o600});
  mkdirSync(join(dir, 'state'), {mode: 0o700});
  const where: Surroundings = {
    config: 'config.yaml',
    env: {HOME: dir, AOS_HOME: join(dir, 'home')},
    cwd: dir,
    uid: process.getuid!(),
    version: '0.1.0',
    node: '22.13.0',
    time: systemTime,
    disk: diskFacts,
    ...change,
  };
  const configure: Patient['configure'] = (settings = {}, more = '') =>
    writeFileSync(join(dir, 'config.yaml'), fileOf({...GOOD, ...settings}) + more, {mode: 0o600});
  configure();
  const look: Patient['examine'] = (...only) =>
    examine(where, planChecks({only, skip: []}), new AbortController().signal);
  return {
    dir,
    where,
    configure,
    examine: look,
    checks: async (...only) => {
      const {report} = await look(...only);
      return Object.fromEntries(report.checks.map((check) => [check.id, check]));
    },
  };
}

/** One dotted path a line would not be YAML: each section once. */
function fileOf(settings: Settings): string {
  const lines: string[] = [];
  const write = (entries: [string[], string][], indent: string): void => {
    const heads = new Map<string, [string[], string][]>();
    for (const [[head = '', ...rest], value] of entries)
      heads.set(head, [...(heads.get(head) ?? []), [rest, value]]);
    for (const [head, inner] of heads) {
      const [first] = inner;
      if (first !== undefined && first[0].length === 0) lines.push(`${indent}${head}: ${first[1]}`);
      else {
        lines.push(`${indent}${head}:`);
        write(inner, `${indent}  `);
      }
    }
  };
  const set = Object.entries(settings).flatMap(([path, value]): [string[], string][] =>
    value === null ? [] : [[path.split('.'), JSON.stringify(value)]],
  );
  write(set, '');
  return `${lines.join('\n')}\n`;
}
