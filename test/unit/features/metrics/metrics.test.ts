import {readFileSync} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import {afterEach, describe, expect, it} from 'vitest';
import type {OperatorEvent, OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {STARTED} from '../../../support/event-log.ts';
import {healthyEvents, job, START} from '../../../support/dash-scenes.ts';
import {metricNames, metricsRig, type MetricsRig} from '../../../support/metrics.ts';

const rigs: MetricsRig[] = [];
const rig = (...args: Parameters<typeof metricsRig>): MetricsRig => {
  const made = metricsRig(...args);
  rigs.push(made);
  return made;
};
afterEach(() => {
  for (const one of rigs.splice(0)) one.close();
});

const numbered = (bodies: readonly OperatorEventBody[], after = 0): OperatorEvent[] =>
  bodies.map((body, index) => ({seq: after + index + 1, at: START + index, ...body}));

/** The events of one job that a worker answers. */
const story = (n: number): OperatorEventBody[] => [
  {type: 'job_received', job: job(n), signer: null},
  {type: 'job_sampled', job: job(n), selected: true, r: 1, threshold: 2},
  {type: 'job_asked', job: job(n), request: 'aabbccdd', attempt: 1},
  {type: 'job_answered', job: job(n), request: 'aabbccdd', ms: 40},
  {type: 'job_concluded', job: job(n), outcome: 'answered', reason: ''},
  {type: 'result_sent', job: job(n), envelopeId: `e${n}`, attempt: 1},
  {type: 'result_accepted', job: job(n), ms: 50, outcome: 'answered'},
];

describe('the metrics of a run', () => {
  it('are what its events and its view say', async () => {
    const metrics = rig(START + 660_000);
    metrics.happen(healthyEvents());
    const samples = await metrics.samples();
    expect(samples.get('aos_dispatcher_connected')).toBe(1);
    expect(samples.get('aos_verdict{state="earning"}')).toBe(1);
    expect(samples.get('aos_jobs_total{kind="opml",event="received"}')).toBe(8);
    expect(samples.get('aos_jobs_open{kind="opml",state="selected"}')).toBe(1);
    expect(samples.get('aos_offline_allowance_left_seconds')).toBe(3_600);
    expect(samples.get('aos_outage')).toBe(0);
    expect(samples.get('aos_signer_seconds{quantile="0.95"}')).toBe(0.009);
    expect(samples.get('aos_workers_well{kind="opml"}')).toBe(1);
    expect(samples.get('aos_part_up{part="signer"}')).toBe(1);
    expect(samples.get('aos_chain_block')).toBe(1_234);
    expect(samples.get('aos_range_share')).toBe(0.5);
    expect(samples.get('aos_journal_bytes')).toBe(4_096);
    expect(samples.get('eigen_performance_score{avs_name="aos"}')).toBe(80);
    expect(samples.get('eigen_slashing_status{avs_name="aos"}')).toBe(0);
    expect(samples.get('aos_link{link="dispatcher",state="ok"}')).toBe(1);
  });

  it('show answers that are held, and what checks said', async () => {
    const metrics = rig(START);
    metrics.happen(
      numbered([
        STARTED,
        {type: 'job_checked', job: job(1), verdict: 'ok', message: ''},
        {type: 'job_held', job: job(2), code: 'ANSWER_HELD', message: 'another answer', then: 'wait'},
        {type: 'answers_held', count: 1, oldestAt: START, dueAt: null, dueJob: null},
      ]),
    );
    const held = await metrics.samples();
    expect(held.get('aos_answers_held')).toBe(1);
    expect(held.get('aos_oldest_held_answer_timestamp_seconds')).toBe(START / 1000);
    expect(held.get('aos_answer_checks_total{kind="opml",verdict="ok"}')).toBe(1);
    metrics.happen(
      numbered(
        [
          {type: 'job_released', job: job(2)},
          {type: 'answers_held', count: 0, oldestAt: null, dueAt: null, dueJob: null},
        ],
        4,
      ),
    );
    const after = await metrics.samples();
    expect(after.get('aos_answers_held')).toBe(0);
    expect(after.has('aos_oldest_held_answer_timestamp_seconds')).toBe(false);
    expect(after.get('aos_answer_checks_total{kind="opml",verdict="held"}')).toBe(1);
    expect(after.get('aos_answer_checks_total{kind="opml",verdict="released"}')).toBe(1);
  });

  it('leave out what is not known, and what is over', async () => {
    const metrics = rig(START);
    const before = await metrics.samples();
    expect([...before.keys()].filter((name) => name.startsWith('aos_chain_block'))).toEqual([]);
    expect(before.has('aos_last_job_timestamp_seconds')).toBe(false);
    expect(before.get('aos_verdict{state="unknown"}')).toBe(1);
    const next = {say: 'Wait.'};
    metrics.happen(
      numbered([{type: 'problem', part: 'signer', code: 'SIGNER_UNREACHABLE', message: 'away', next}]),
    );
    expect((await metrics.samples()).get('aos_problem{part="signer",code="SIGNER_UNREACHABLE"}')).toBe(1);
    metrics.happen(numbered([{type: 'recovered', part: 'signer', afterMs: 1}], 1));
    const after = await metrics.samples();
    expect(after.has('aos_problem{part="signer",code="SIGNER_UNREACHABLE"}')).toBe(false);
    expect(after.get('aos_part_up{part="signer"}')).toBe(1);
  });

  it('measure the stages of a job', async () => {
    const metrics = rig(START);
    metrics.happen(numbered([STARTED, ...story(1)]));
    const samples = await metrics.samples();
    for (const stage of ['sampling', 'worker', 'answer', 'delivery', 'total'])
      expect(samples.get(`aos_job_stage_seconds_count{kind="opml",stage="${stage}"}`)).toBe(1);
    expect(samples.get('aos_job_stage_seconds_sum{kind="opml",stage="worker"}')).toBe(0.04);
  });

  it('count a flood by its own count, and what began before this run not at all', async () => {
    const metrics = rig(START);
    const outage = (start: number) => ({
      start,
      end: start + 1,
      durationMs: 1,
      cause: 'not-probed' as const,
      overAllowance: false,
    });
    const facts = {lastProbeAt: 1, allowanceMs: 1, allowanceLeftMs: 1, probes: 1, probeIntervalMs: 1};
    const rejected = {
      type: 'frame_rejected',
      reason: 'unreadable',
      code: 'MESSAGE_INVALID',
      message: '',
    } as const;
    metrics.happen(
      numbered([
        {...rejected, count: 1},
        {...rejected, count: 900},
        {type: 'liveness', ...facts, outages: [outage(5)]},
        {type: 'liveness', ...facts, outages: [outage(9), outage(5)]},
      ]),
    );
    const samples = await metrics.samples();
    expect(samples.get('aos_messages_rejected_total')).toBe(900);
    expect(samples.get('aos_outages_total{cause="not-probed"}')).toBe(1);
  });

  it('have as many lines after 2,000 jobs as after 100, under 200 kB', async () => {
    const [few, many] = [rig(START), rig(START)];
    const jobs = (count: number) =>
      numbered([STARTED, ...Array.from({length: count}, (_, n) => story(n + 1)).flat()]);
    few.happen(jobs(100));
    many.happen(jobs(2_000));
    const [a, b] = [await few.text(), await many.text()];
    expect(b.split('\n').length).toBe(a.split('\n').length);
    expect(Buffer.byteLength(b)).toBeLessThan(200_000);
  });

  it('share one text between scrapes of one second', async () => {
    const metrics = rig(START);
    const first = await metrics.text();
    metrics.happen(numbered([STARTED, ...story(1)]));
    expect(await metrics.text()).toBe(first);
    await metrics.time.advance(1_000);
    expect(await metrics.text()).not.toBe(first);
  });

  it('have no label with a text from outside', async () => {
    const outside = fc.string({unit: 'grapheme', maxLength: 30}).map((text) => `hostile${text}`);
    await fc.assert(
      fc.asyncProperty(outside, outside, async (one, two) => {
        const metrics = rig(START);
        const hostile = {...job(1), jobId: one, tag: two, position: one, kind: two, model: one};
        const next = {say: one};
        metrics.happen(
          numbered([
            STARTED,
            {type: 'connected', url: `ws://${one}/`},
            {type: 'job_received', job: hostile, signer: one},
            {type: 'job_sampled', job: hostile, selected: true, r: 1, threshold: 2},
            {type: 'job_retry', job: hostile, code: 'WORKER_BUSY', message: one, retryInMs: 1},
            {type: 'job_concluded', job: hostile, outcome: 'failed', reason: two},
            {type: 'problem', part: 'worker', code: 'WORKER_BUSY', message: two, next},
            {type: 'warning', code: 'BUG', message: one},
            {type: 'probe_answered', via: 'http', from: one},
            {type: 'disconnected', reason: one, retryInMs: 1, refusal: {how: 'close', code: 1, words: two}},
            {type: 'answers_missing', kinds: [{kind: two, waiting: 1, unanswered: 1, oldestAt: 1}]},
            {
              type: 'workers',
              kinds: [
                {
                  kind: one,
                  workers: 1,
                  well: 0,
                  open: 0,
                  places: 1,
                  problem: {code: 'X', message: two, next},
                },
              ],
            },
          ]),
        );
        metrics.rpc.named('h:1', `${one} ${two}`);
        metrics.rpc.watch.asking('h:1', 'eth_call')();
        const labels = [...(await metrics.samples()).keys()].filter((key) => !key.includes('client_version'));
        expect(labels.filter((key) => key.includes('hostile'))).toEqual([]);
      }),
      {numRuns: 25},
    );
  });

  it('name a client of an RPC without its other words, and few of them', async () => {
    const metrics = rig(START);
    metrics.rpc.named('a:1', 'Geth/v1.14.0-stable/linux-amd64/go1.22 "} 1\nx');
    metrics.rpc.watch.asking('a:1', 'eth_call')();
    for (let n = 0; n < 50; n += 1) {
      metrics.rpc.named(`b:${n}`, `client${n}`);
      metrics.rpc.watch.asking(`b:${n}`, 'eth_call')();
    }
    const total = [...(await metrics.samples()).keys()].filter((key) =>
      key.startsWith('eigen_rpc_request_total'),
    );
    expect(total).toContain(
      'eigen_rpc_request_total{method="eth_call",client_version="Geth/v1.14.0-stable/linux-amd64/go1.22"}',
    );
    expect(total.length).toBeLessThanOrEqual(9);
  });

  it('are all in docs/metrics.md, with no other eigen_ name than those of the specification', async () => {
    const metrics = rig(START);
    const names = metricNames(await metrics.text());
    const docs = readFileSync(path.join(import.meta.dirname, '../../../../docs/metrics.md'), 'utf8');
    expect(names.filter((name) => !docs.includes(`\`${name}\``))).toEqual([]);
    expect(names.filter((name) => name.startsWith('eigen_')).sort()).toEqual([
      'eigen_performance_score',
      'eigen_registered_stakes',
      'eigen_rpc_request_duration_seconds',
      'eigen_rpc_request_total',
      'eigen_slashing_status',
    ]);
    expect(names.filter((name) => !/^(aos|eigen)_/.test(name))).toEqual([]);
  });
});
