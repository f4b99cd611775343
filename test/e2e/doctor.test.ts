import {chmodSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {eventually, jsonOf, ndjson, openWorld, type Ended} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';

type Check = {id: string; state: string; found: string; next: string | null; because: string | null};
type Report = {
  ok: boolean;
  exitCode: number;
  result: {verdict: string; checks: Check[]; repairs: {state: string}[]; bundle: {path: string} | null};
  error?: {code: string; message: string; next: string; details?: {jobs: unknown[]}};
};

const reportOf = ({stdout}: Ended): Report => jsonOf(stdout) as Report;
const stateOf = (report: Report, id: string): string | undefined =>
  report.result.checks.find((check) => check.id === id)?.state;

const isLate = ({found}: Check): boolean => found.includes('no answer within');

describe('aos doctor and aos job on a devnet', () => {
  it('tell what is wrong until all is well, and what became of every job', {timeout: 180_000}, async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    const aos = (...args: string[]) => world.ask([...args, '-c', devnet.config]);
    // On a machine that is busy with other tests a check may well take longer than the 3 s it has.
    const patiently = (...args: string[]): Promise<Ended> =>
      eventually(async () => {
        const ended = await aos('doctor', '--json', ...args);
        return reportOf(ended).result.checks.some(isLate) ? undefined : ended;
      }, 'a doctor with time');

    const none = await aos('job', 'list', '--json');
    expect([none.code, reportOf(none).error]).toMatchObject([74, {code: 'JOURNAL_MISSING'}]);
    const before = reportOf(await patiently());
    expect(before.exitCode).toBe(3);
    const failing = before.result.checks.filter(({state}) => state === 'fail');
    expect(failing.map(({id, next}) => [id, next])).toEqual([
      ['registry.avs', `aos register -c ${devnet.config}`],
    ]);
    expect(stateOf(before, 'ping.operator')).toBe('warn');

    expect(await aos('register', '--yes', '--quiet')).toMatchObject({code: 0});
    const operator = world.start(['run', '-c', devnet.config, '--json']);
    await operator.event('probe_answered');
    const [first = '', second = ''] = await devnet.submit(2, {prompt: 'What is \u001b[31mAI\u001b[0m?\n'});
    await devnet.answered([first, second]);
    await operator.event('result_accepted');

    const probes = (): number => operator.lines().filter(({type}) => type === 'probe_answered').length;
    const earlier = {probes: probes(), at: performance.now()};
    const well = await patiently();
    const notOk = reportOf(well).result.checks.filter(({state}) => state !== 'ok');
    expect(notOk).toEqual([
      expect.objectContaining({id: 'config.proxy', state: 'skipped', because: null}),
      expect.objectContaining({id: 'files.evidence', state: 'skipped', because: null}),
      expect.objectContaining({id: 'signer.standby', state: 'skipped', because: null}),
      expect.objectContaining({id: 'workers.tee', state: 'skipped', because: null}),
      expect.objectContaining({id: 'workers.zkml', state: 'skipped', because: null}),
      expect.objectContaining({id: 'workers.zkml_engine', state: 'skipped', because: null}),
      expect.objectContaining({id: 'alerts.webhook', state: 'skipped', because: null}),
      expect.objectContaining({id: 'alerts.channels', state: 'skipped', because: null}),
      expect.objectContaining({id: 'metrics.port', state: 'skipped', because: null}),
    ]);
    expect(well).toMatchObject({code: 0, stderr: ''});
    // It was not taken for the network: what it asked is no probe. The devnet probes every 10 s meanwhile.
    const ofDevnet = Math.floor((performance.now() - earlier.at) / 10_000) + 2;
    expect(probes() - earlier.probes).toBeLessThanOrEqual(ofDevnet);

    const text = await world.run(
      ['doctor', '-c', devnet.config, '--quiet', '--ascii', '--only', 'chain,disk'],
      {
        env: {COLUMNS: '80'},
      },
    );
    expect(text).toMatchObject({code: 0, stderr: ''});
    expect(text.stdout).toMatch(/\nOK \(6 passed\)\n$/);
    expect(text.stdout).toMatch(/^[\n\u0020-\u007e]*$/);

    // Jobs, while the operator runs.
    const list = await aos('job', 'list', '--json');
    expect(list.code).toBe(0);
    const {total, jobs} = (
      jsonOf(list.stdout) as {result: {total: number; jobs: {jobId: string; state: string}[]}}
    ).result;
    expect([total, jobs.map(({jobId: id}) => id).sort()]).toEqual([2, [first, second].sort()]);
    const table = await aos(
      'job',
      'list',
      '--quiet',
      '--state',
      'accepted,signed',
      '--since',
      '1h',
      '--limit',
      '1',
    );
    expect(table.stdout).toMatch(/^NO +JOB +STATE/);
    expect(table.stdout).toContain('1 job of 2');
    const shown = await aos('job', 'show', first.slice(0, 20), '--json');
    expect(jsonOf(shown.stdout)).toMatchObject({
      result: {
        jobId: first,
        outcome: 'answered',
        dispatch: {signature: {state: 'verified'}, isKnownDispatcher: true},
        sampling: {selected: true, threshold: 600_000},
        requests: [{attempt: 1}],
        delivery: {signatureValid: true, signer: devnet.operator},
        readings: {chainValid: true},
      },
    });
    const story = await aos('job', 'show', '#1', '--full');
    expect(story.stdout).not.toContain('\u001b');
    expect(story.stdout).toContain('What is \\x1b[31mAI\\x1b[0m?');
    const unknown = await aos('job', 'show', 'nothing-like-it', '--json');
    expect([unknown.code, reportOf(unknown).error]).toMatchObject([3, {code: 'JOB_UNKNOWN'}]);
    const several = await aos('job', 'show', '', '--json');
    expect(several.code).toBe(64);

    await operator.kill('SIGTERM');

    // And when it has ended.
    const out = path.join(world.home, 'jobs.csv');
    const written = await aos('job', 'export', '--csv', '--out', out, '--json');
    expect(jsonOf(written.stdout)).toMatchObject({result: {path: out, jobs: 2}});
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(readFileSync(out, 'utf8').split('\n')).toHaveLength(4);
    const again = await aos('job', 'export', '--csv', '--out', out, '--json');
    expect([again.code, reportOf(again).error?.code]).toEqual([73, 'OUT_EXISTS']);
    const lines = await aos('job', 'export', '--json', '--limit', '1');
    expect(ndjson(lines.stdout)).toMatchObject([{type: 'job', seq: 2, selected: true}]);
    const piped = await world.run([], {shell: `$AOS job export -c ${devnet.config} --quiet | head -c 10`});
    expect(piped).toMatchObject({code: 0, stderr: ''});

    // Broken on purpose: a key for all to read; mended only when it is said.
    const key = path.join(path.dirname(devnet.config), 'vrf.key');
    chmodSync(key, 0o644);
    const open = await aos('doctor', '--only', 'files', '--json');
    expect([open.code, stateOf(reportOf(open), 'files.vrf_key')]).toEqual([3, 'fail']);
    const unasked = await aos('doctor', '--only', 'files', '--fix', '--json');
    expect([unasked.code, reportOf(unasked).error?.code, statSync(key).mode & 0o777]).toEqual([
      64,
      'USAGE',
      0o644,
    ]);
    const mended = await aos('doctor', '--only', 'files', '--fix', '--yes', '--json');
    expect([mended.code, statSync(key).mode & 0o777]).toEqual([0, 0o600]);
    expect(reportOf(mended).result.repairs).toMatchObject([{state: 'done'}]);

    // The whole network gone: all is found out within the time there is, and it can be handed on.
    await devnet.cli.kill('SIGKILL');
    await eventually(() => (world.alive().length === 0 ? true : undefined), 'the end of the devnet');
    const tarball = path.join(world.home, 'report.tar.gz');
    const gone = await world.run(['doctor', '-c', devnet.config, '--json', '--bundle', tarball]);
    const report = reportOf(gone);
    expect([gone.code, report.result.verdict, report.result.bundle?.path]).toEqual([3, 'fail', tarball]);
    for (const id of ['signer.connect', 'chain.rpc', 'dispatcher.websocket', 'workers.opml'])
      expect([id, stateOf(report, id)]).toEqual([id, 'fail']);
    expect(stateOf(report, 'registry.avs')).toBe('skipped');
    expect(statSync(tarball).mode & 0o777).toBe(0o600);
  });
});

describe('aos doctor without anything', () => {
  it('answers all the same', async () => {
    await using world = openWorld();
    const bare = await world.run(['doctor', '--json']);
    const report = reportOf(bare);
    expect(bare.code).toBe(3);
    expect(report.result.checks[0]).toMatchObject({id: 'config.file', state: 'fail'});
    const isOdd = (state: string): boolean => ['fail', 'warn', 'unknown', 'pending'].includes(state);
    expect(report.result.checks.filter(({state, next}) => isOdd(state) && next === null)).toEqual([]);
    const ping = reportOf(await world.ask(['doctor', '--only', 'ping', '--json'])).result;
    expect([ping.verdict, ping.checks[0]?.id]).toEqual(['fail', 'config.file']);

    const list = await world.ask(['doctor', '--list', '--only', 'signer', '--json']);
    expect([list.code, (jsonOf(list.stdout) as {result: {checks: unknown[]}}).result.checks.length]).toEqual([
      0, 14,
    ]);
    const typo = await world.ask(['doctor', '--only', 'sginer', '--json']);
    expect([typo.code, reportOf(typo).error?.message]).toMatchObject([
      64,
      expect.stringContaining('did you mean signer?'),
    ]);
    const jobs = await world.ask(['job', 'list', '--json']);
    expect([jobs.code, reportOf(jobs).error?.code]).toEqual([78, 'CONFIG_MISSING']);
  });
});
