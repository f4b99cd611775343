import {spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {stringify, parse} from 'yaml';
import {describe, expect, it} from 'vitest';
import {COMMANDS} from '../../../src/lib/foundation/next-step/commands.ts';
import {OPERATOR_PARTS} from '../../../src/lib/node/events/events.ts';
import {START} from '../../support/dash-scenes.ts';
import {tempDir} from '../../support/config-file.ts';
import {metricNames, metricsRig} from '../../support/metrics.ts';
import {hasProgram} from '../../support/programs.ts';

const FILE = path.join(import.meta.dirname, '../../../deploy/prometheus/aos.rules.yml');

type Rule = {
  alert: string;
  expr: string;
  for?: string;
  labels: {severity: string};
  annotations: {summary: string; description: string};
};

const rules = (parse(readFileSync(FILE, 'utf8')) as {groups: {rules: Rule[]}[]}).groups.flatMap(
  (group) => group.rules,
);

/** Series by name and labels, with their values a minute apart in promtool's notation. */
type Series = Readonly<Record<string, string>>;
/** `well`: the alert is silent; `ill`: it fires with these labels beside job and instance, at this minute. */
type Case = {well: Series; ill: Series; labels?: Readonly<Record<string, string>>; at?: string};

const part = (name: string): Case => ({
  well: {[`aos_part_up{part="${name}"}`]: '1+0x200'},
  ill: {[`aos_part_up{part="${name}"}`]: '0+0x200'},
  labels: {part: name},
});
const gauge = (name: string, [well, ill]: readonly [number, number], labels: Case['labels'] = {}): Case => {
  const inner = Object.entries(labels)
    .map(([key, value]) => `${key}="${value}"`)
    .join();
  const series = `${name}{${inner}}`;
  return {well: {[series]: `${well}+0x200`}, ill: {[series]: `${ill}+0x200`}, labels};
};
const left = (seconds: number): Series => ({
  'aos_offline_allowance_left_seconds{}': `${seconds}+0x200`,
  'aos_offline_allowance_seconds{}': '3600+0x200',
});

/** Each alert, with what makes it fire. */
const CASES: Readonly<Record<string, Case>> = {
  AosDown: gauge('up', [1, 0]),
  AosMissing: {well: {'up{}': '1+0x200'}, ill: {'up{job="other"}': '1+0x200'}},
  AosNotEarning: gauge('aos_verdict', [0, 1], {state: 'not_earning'}),
  AosVerdictUnknown: gauge('aos_verdict', [0, 1], {state: 'unknown'}),
  AosRestarts: {
    well: {'aos_start_timestamp_seconds{}': '1+0x200'},
    ill: {'aos_start_timestamp_seconds{}': '1+1x200'},
  },
  AosEventLoopBusy: gauge('aos_event_loop_delay_seconds', [0.01, 2], {quantile: '0.99'}),
  AosOffline: gauge('aos_outage', [0, 1]),
  AosAllowanceHalf: {well: left(3_000), ill: left(1_700)},
  AosAllowanceNearlyGone: {well: left(1_700), ill: left(300)},
  AosDispatcherAway: gauge('aos_dispatcher_connected', [1, 0]),
  AosDispatcherUnsteady: {
    well: {'aos_dispatcher_disconnects_total{how="lost"}': '0+0x200'},
    ill: {'aos_dispatcher_disconnects_total{how="lost"}': '0+1x200'},
    labels: {how: 'lost'},
  },
  AosSecondOperator: part('identity'),
  AosPort: part('port'),
  AosSignerDown: part('signer'),
  AosSignerStandby: part('standby'),
  AosSignerSlow: gauge('aos_signer_seconds', [0.02, 9], {quantile: '0.95'}),
  AosSignerErrors: gauge('aos_signer_errors', [0, 5]),
  AosChainAway: part('chain'),
  AosChainStale: {
    well: {'aos_chain_read_timestamp_seconds{}': '0+60x200'},
    ill: {'aos_chain_read_timestamp_seconds{}': '0+0x200'},
  },
  AosNotRegistered: gauge('aos_registered', [1, 0]),
  AosRangeEmpty: gauge('aos_range_share', [0.1, 0]),
  AosSlashed: gauge('eigen_slashing_status', [0, 1], {avs_name: 'aos'}),
  AosPenalty: {well: {'aos_penalties{}': '1+0x200'}, ill: {'aos_penalties{}': '0+0x55 1+0x145'}, at: '60m'},
  AosChallenge: gauge('aos_challenges_open', [0, 1]),
  AosChainCost: {
    well: {'aos_chain_costs{kind="stake",severity="warning"}': '1+0x200'},
    ill: {'aos_chain_costs{kind="stake",severity="critical"}': '1+0x200'},
    labels: {kind: 'stake'},
  },
  AosGasLow: gauge('aos_gas_registrations', [50, 3]),
  AosNoJobs: {
    well: {
      'aos_last_job_timestamp_seconds{}': '0+60x200',
      'aos_no_job_after_seconds{}': '1800+0x200',
      'aos_dispatcher_connected{}': '1+0x200',
    },
    ill: {
      'aos_last_job_timestamp_seconds{}': '0+0x200',
      'aos_no_job_after_seconds{}': '1800+0x200',
      'aos_dispatcher_connected{}': '1+0x200',
    },
  },
  AosAnswersMissing: {
    well: {'aos_answers_missing{kind="opml",state="waiting"}': '0+0x200'},
    ill: {'aos_answers_missing{kind="opml",state="waiting"}': '2+0x200'},
    labels: {kind: 'opml'},
  },
  AosAnswerHeld: gauge('aos_answers_held', [0, 1]),
  AosUnanswered: counted('unanswered'),
  AosResultsLost: counted('expired'),
  AosJobsRefused: part('jobs'),
  AosWorkersDown: {
    well: {'aos_workers{kind="opml"}': '2+0x200', 'aos_workers_well{kind="opml"}': '1+0x200'},
    ill: {'aos_workers{kind="opml"}': '2+0x200', 'aos_workers_well{kind="opml"}': '0+0x200'},
    labels: {kind: 'opml'},
  },
  AosWorkersFew: {
    well: {'aos_workers{kind="opml"}': '2+0x200', 'aos_workers_well{kind="opml"}': '2+0x200'},
    ill: {'aos_workers{kind="opml"}': '2+0x200', 'aos_workers_well{kind="opml"}': '1+0x200'},
    labels: {kind: 'opml'},
  },
  AosWorkerProblem: part('worker'),
  AosJournalBroken: part('journal'),
  AosDiskLow: part('disk'),
  AosDiskFills: {
    well: {'aos_disk_free_bytes{}': '1000000000+0x200'},
    ill: {'aos_disk_free_bytes{}': '1000000000-1000000x200'},
    at: '180m',
  },
  AosClockWrong: part('clock'),
};

function counted(event: string): Case {
  const series = `aos_jobs_total{kind="opml",event="${event}"}`;
  return {
    well: {[series]: '0+0x200'},
    ill: {[series]: '0+0x55 1+0x145'},
    labels: {kind: 'opml', event},
    at: '60m',
  };
}

const JOB = 'aos';
/** Fires when there is no node at all. */
const ABSENT = 'AosMissing';
/** Nodes for which an alert fires beside its own: what is just not the worst is bad already. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  AosAllowanceHalf: ['AosAllowanceNearlyGone'],
  AosWorkersFew: ['AosWorkersDown'],
};

/** The series of one node; one that names another job keeps it. */
function inputs(instance: string, series: Series): {series: string; values: string}[] {
  const target = {job: JOB, instance};
  return Object.entries(series).map(([name, values]) => {
    const [metric = '', inner = ''] = name.slice(0, -1).split('{');
    const own = Object.entries(target)
      .filter(([key]) => !inner.includes(`${key}=`))
      .map(([key, value]) => `${key}="${value}"`);
    return {series: `${metric}{${[...(inner === '' ? [] : [inner]), ...own].join()}}`, values};
  });
}

/**
 * A test file of promtool with two worlds of nodes, one node for each alert and named after it: in the first all of them are
 * well and no alert fires; in the second each fires for its node. In both it fires for those of `ALSO`, and for no other.
 */
function promtoolTests(): string {
  const world = (which: 'well' | 'ill') => {
    const nodes = rules.filter(({alert}) => alert !== ABSENT);
    return {
      interval: '1m',
      input_series: nodes.flatMap(({alert}) => inputs(alert, CASES[alert]?.[which] ?? {})),
      alert_rule_test: nodes.map(({alert, labels, annotations}) => ({
        eval_time: CASES[alert]?.at ?? '90m',
        alertname: alert,
        exp_alerts: [...(which === 'well' ? [] : [alert]), ...(ALSO[alert] ?? [])].map((instance) => ({
          exp_labels: {...labels, ...CASES[instance]?.labels, job: JOB, instance},
          exp_annotations: annotations,
        })),
      })),
    };
  };
  // What is absent has no instance.
  const absent = rules
    .filter(({alert}) => alert === ABSENT)
    .flatMap(({labels, annotations}) =>
      (['well', 'ill'] as const).map((which) => ({
        interval: '1m',
        input_series: inputs('node', CASES[ABSENT]?.[which] ?? {}),
        alert_rule_test: [
          {
            eval_time: '10m',
            alertname: ABSENT,
            exp_alerts:
              which === 'well' ? [] : [{exp_labels: {...labels, job: JOB}, exp_annotations: annotations}],
          },
        ],
      })),
    );
  return stringify({
    rule_files: [FILE],
    evaluation_interval: '5m',
    tests: [world('well'), world('ill'), ...absent],
  });
}

const hasPromtool = hasProgram('promtool');

describe('the alert rules for Prometheus', () => {
  it('name only metrics that a node serves', async () => {
    const metrics = metricsRig(START);
    const names = new Set(metricNames(await metrics.text()));
    metrics.close();
    const used = rules.flatMap(({expr}) => expr.match(/\b(?:aos|eigen)_\w+/g) ?? []);
    expect(used.filter((name) => !names.has(name))).toEqual([]);
  });

  it('have one for each part of the operator', () => {
    const watched = new Set(rules.map(({expr}) => /^aos_part_up\{part="(\w+)"\} == 0$/.exec(expr)?.[1]));
    // A dispatcher that is away or refuses is not connected: AosDispatcherAway.
    expect(OPERATOR_PARTS.filter((part) => !watched.has(part))).toEqual(['dispatcher']);
  });

  it('are all tried, and say what is wrong and what to do in sentences', () => {
    expect(Object.keys(CASES).sort()).toEqual(rules.map(({alert}) => alert).sort());
    for (const {annotations, labels} of rules) {
      expect(annotations.summary).toMatch(/^[A-Z].*\.$/);
      expect(annotations.description).not.toBe('');
      expect(['warning', 'critical']).toContain(labels.severity);
    }
  });

  it('name only commands that aos has', () => {
    const commands = rules.flatMap(({annotations}) =>
      [...annotations.description.matchAll(/\baos ([a-z-]+(?: [a-z-]+)?)/g)].map(([, words = '']) => words),
    );
    expect(commands.length).toBeGreaterThan(10);
    const known = Object.keys(COMMANDS);
    expect(
      commands.filter((words) => !known.includes(words) && !known.includes(words.split(' ')[0] ?? '')),
    ).toEqual([]);
  });

  it.skipIf(!hasPromtool)('pass promtool check rules (needs promtool, of Debian’s prometheus)', () => {
    const {status, stdout, stderr} = spawnSync('promtool', ['check', 'rules', FILE], {encoding: 'utf8'});
    expect({status, stderr}).toEqual({status: 0, stderr: ''});
    expect(stdout).toContain(`SUCCESS: ${rules.length} rules found`);
  });

  it.skipIf(!hasPromtool)('fire each, and only then (needs promtool, of Debian’s prometheus)', () => {
    using dir = tempDir();
    const file = path.join(dir.path, 'tests.yml');
    writeFileSync(file, promtoolTests());
    const {status, stdout, stderr} = spawnSync('promtool', ['test', 'rules', file], {encoding: 'utf8'});
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(status).toBe(0);
  });
});
