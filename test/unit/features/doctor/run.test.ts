import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {describe, expect, it} from 'vitest';
import {fail, ok, warn, type CheckResult, type Finding} from '../../../../src/lib/features/doctor/check.ts';
import {CHECK_IDS, type CheckId} from '../../../../src/lib/features/doctor/registry.ts';
import {verdictOf} from '../../../../src/lib/features/doctor/report.ts';
import {verdictExit} from '../../../../src/lib/cli/verdict-exit.ts';
import {runProbes, type Probe} from '../../../../src/lib/features/doctor/run.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const never = () => new Promise<never>(() => {});

async function run(
  probes: Probe[],
  {advance = 0, signal = new AbortController().signal}: {advance?: number; signal?: AbortSignal} = {},
): Promise<Partial<Record<CheckId, CheckResult>>> {
  const time = virtualTime();
  const options = {wanted: new Set(CHECK_IDS), time, limitMs: 3_000, totalMs: 20_000, signal};
  const running = runProbes(probes, options);
  running.catch(() => {}); // seen below
  await time.advance(advance);
  const results = await running;
  expect(time.timers()).toBe(0);
  expect(results.map(({id}) => id)).toEqual(
    CHECK_IDS.filter((id) => results.some((result) => result.id === id)),
  );
  return Object.fromEntries(results.map((result) => [result.id, result]));
}

const one = (id: CheckId, probe: Probe['run']): Probe => ({checks: [id], run: probe});
const tells = (id: CheckId, finding: Finding): Probe =>
  one(id, (tell) => {
    tell(id, finding);
    return Promise.resolve();
  });

describe('running checks', () => {
  it('skips what needs a check that fails, and continues after one that only warns', async () => {
    const fresh = tells('chain.fresh', ok('new'));
    const rpc = (finding: typeof fail | typeof warn) => tells('chain.rpc', finding('away', say('start it')));
    expect(await run([fresh, rpc(fail)])).toMatchObject({
      'chain.rpc': {state: 'fail'},
      'chain.fresh': {state: 'skipped', because: 'chain.rpc'},
    });
    expect(await run([fresh, rpc(warn)])).toMatchObject({'chain.fresh': {state: 'ok'}});
  });

  it('gives up one that is silent for 3 s; the others are not kept waiting', async () => {
    let heard: AbortSignal | undefined;
    const results = await run(
      [
        one('clock.offset', (_tell, signal) => {
          heard = signal;
          return never();
        }),
        tells('disk.space', ok('much')),
      ],
      {advance: 3_000},
    );
    expect(results['clock.offset']).toMatchObject({state: 'unknown', found: 'no answer within 3 s'});
    expect(results['disk.space']).toMatchObject({state: 'ok', ms: 0});
    expect(heard?.aborted).toBe(true);
  });

  it('counts the 3 s of a probe of several checks from the last one it told of', async () => {
    const time = virtualTime();
    const steps: CheckId[] = ['signer.url', 'signer.connect', 'signer.upcheck'];
    const slow: Probe = {
      checks: steps,
      run: async (tell) => {
        for (const id of steps) {
          await time.sleep(2_000);
          tell(id, ok('at last'));
        }
      },
    };
    const running = runProbes([slow], {
      wanted: new Set(CHECK_IDS),
      time,
      limitMs: 3_000,
      totalMs: 20_000,
      signal: new AbortController().signal,
    });
    await time.advance(6_000);
    const results = await running;
    expect(results.map(({state, ms}) => [state, ms])).toEqual(steps.map(() => ['ok', 2_000]));
  });

  it('ends after 20 s whatever continues', async () => {
    const ids = CHECK_IDS.filter((id) => id.startsWith('signer.'));
    const time = virtualTime();
    const endless: Probe = {
      checks: ids,
      run: async (tell) => {
        for (const id of ids) {
          await time.sleep(2_500);
          tell(id, ok('slowly'));
        }
      },
    };
    const options = {wanted: new Set(CHECK_IDS), time, limitMs: 3_000, totalMs: 20_000};
    const running = runProbes([endless], {...options, signal: new AbortController().signal});
    await time.advance(20_000);
    const results = await running;
    expect(results.filter(({state}) => state === 'ok')).toHaveLength(7);
    expect(results.find(({state}) => state === 'unknown')?.found).toContain('20 s');
    expect(results).toHaveLength(ids.length);
  });

  it('takes a typed error for a finding, any other for a failure of the check itself', async () => {
    const results = await run([
      one('workers.opml', () => Promise.reject(new AosError('WORKER_UNREACHABLE', 'nobody there'))),
      one('disk.space', () => Promise.reject(new TypeError('oops'))),
      one('disk.inodes', () => Promise.resolve()),
      {
        checks: ['journal.open', 'journal.sound'],
        run: () => Promise.reject(new AosError('JOURNAL_UNREADABLE', 'torn')),
      },
    ]);
    expect(results).toMatchObject({
      'workers.opml': {state: 'fail', found: 'nobody there (WORKER_UNREACHABLE)'},
      'disk.space': {state: 'unknown', found: 'this check itself failed: oops'},
      'disk.inodes': {state: 'unknown', found: 'it was not checked'},
      'journal.open': {state: 'fail'},
      'journal.sound': {state: 'skipped', because: 'journal.open'},
    });
  });

  it('rejects when it is interrupted', async () => {
    const stop = new AbortController();
    const waiting = run([one('disk.space', never)], {signal: stop.signal});
    stop.abort('SIGINT');
    await expect(waiting).rejects.toBe('SIGINT');
  });

  it.each<[CheckResult['state'], CheckId | null, number]>([
    ['ok', null, 0],
    ['skipped', null, 0],
    ['skipped', 'chain.rpc', 4],
    ['unknown', null, 4],
    ['warn', null, 4],
    ['fail', null, 3],
  ])('ends with the exit code of the worst: %s because of %s is %d', (state, because, exit) => {
    const result = {id: 'disk.space', state, because, found: '', next: null, repairs: [], ms: 0} as const;
    const fine = {...result, id: 'disk.inodes', state: 'ok', because: null} as const;
    expect(verdictExit(verdictOf([fine, result]))).toBe(exit);
  });
});
