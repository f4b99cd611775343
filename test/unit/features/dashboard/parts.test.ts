import {cellsOf, column, fit, middle, wrap} from '../../../../src/lib/foundation/text/cells.ts';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {age, coarseAge, countdown} from '../../../../src/lib/features/dashboard/model/ages.ts';
import {beats, heartbeatOf} from '../../../../src/lib/features/dashboard/model/heartbeat.ts';
import {shown} from '../../../../src/lib/features/dashboard/model/line.ts';
import {createMarks, MARK_CELLS} from '../../../../src/lib/features/dashboard/marks.ts';
import {createLog, createLogFilter, LOG_LEVELS} from '../../../../src/lib/features/dashboard/model/log.ts';
import {paceOf} from '../../../../src/lib/features/dashboard/pace.ts';
import {heartbeatLines} from '../../../../src/lib/features/dashboard/panes/facts.ts';
import {standingLines} from '../../../../src/lib/features/dashboard/panes/standing.ts';
import {partLines} from '../../../../src/lib/features/dashboard/panes/parts.ts';
import {verdictLine} from '../../../../src/lib/features/dashboard/panes/header.ts';
import type {News} from '../../../../src/lib/features/dashboard/model/data.ts';
import type {OperatorEvent, OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {emptyView, reduceView} from '../../../../src/lib/node/events/view.ts';
import {
  after,
  healthyEvents,
  job,
  liveness,
  more,
  renumbered,
  sceneOf,
  standing,
  START,
} from '../../../support/dash-scenes.ts';
import {fail} from '../../../../src/lib/foundation/check/check.ts';
import type {ChainLink} from '../../../../src/lib/node/events/links.ts';
import type {ChainCost} from '../../../../src/lib/node/events/standing.ts';
import {run, say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';

const text = fc.oneof(
  fc.string({unit: 'grapheme', maxLength: 30}),
  fc.constantFrom('漢字かな', '🎉🎉', 'a'.repeat(50)),
);

describe('texts', () => {
  it('are cut by cells, never wider than asked', () => {
    fc.assert(
      fc.property(text, fc.nat(40), (raw, width) => {
        const safe = shown(raw);
        expect(cellsOf(fit(safe, width))).toBeLessThanOrEqual(width);
        expect(cellsOf(middle(safe, width))).toBeLessThanOrEqual(width);
        expect(cellsOf(column(safe, width))).toBe(width);
        for (const line of wrap(safe, width)) expect(cellsOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('keep both ends of ids, and break between words', () => {
    expect(middle('0x12ab45678901239f3c', 11)).toBe('0x12a…39f3c');
    expect(wrap('one two three', 9)).toEqual(['one two', 'three']);
    expect(wrap('0123456789', 4)).toEqual(['0123', '4567', '89']);
  });

  it.each([
    [-5, '0s', '0s', '00:00:00'],
    [59_999, '59s', '59s', '00:00:59'],
    [64_000, '1m04s', '1m', '00:01:04'],
    [7_380_000, '2h03m', '2h03m', '02:03:00'],
    [446_400_000, '5d04h', '5d04h', '124:00:00'],
  ])('ages: %i ms', (ms, one, coarse, clock) => {
    expect([age(ms), coarseAge(ms), countdown(ms)]).toEqual([one, coarse, clock]);
  });
});

describe('the heartbeat', () => {
  const viewOf = (times: readonly number[]) =>
    times.reduce(
      (view, at, index) =>
        reduceView(view, {type: 'probe_answered', via: 'http', seq: index + 1, at: START + at}),
      emptyView,
    );

  it('shows what came, what came late and what did not', () => {
    const view = viewOf([0, 10_000, 30_000, 90_000]);
    expect(beats(view, START + 92_000, 11)).toEqual([
      ...['none', 'good', 'good', 'missed', 'late'],
      ...['missed', 'missed', 'missed', 'missed', 'missed', 'bad'],
    ]);
  });

  it('has room for the interval at 80 columns, by either kind of probe', () => {
    const rows = (['http', 'websocket'] as const).map((via) => {
      const bodies: OperatorEventBody[] = [liveness(START, {outages: []}), {type: 'probe_answered', via}];
      const news = bodies.map((body, index): News => ({
        type: 'event',
        event: {seq: index + 1, at: START, ...body},
      }));
      const [, row = []] = heartbeatLines(sceneOf(news, START + 9_000), 80);
      return row
        .map(({text: part}) => part)
        .join('')
        .trim();
    });
    expect(rows).toEqual([
      'probed 9s ago by http · allowance 01:00:00 · no outage · every 10s',
      'probed 9s ago by ws · allowance 01:00:00 · no outage · every 10s',
    ]);
  });

  it('begins the allowance after three missed probes', () => {
    const view = viewOf([0]);
    expect(heartbeatOf(view, START + 30_000)).toMatchObject({offline: false, allowanceLeftMs: 3_600_000});
    expect(heartbeatOf(view, START + 30_001)).toMatchObject({offline: true, allowanceLeftMs: 3_569_999});
    expect(heartbeatOf(view, START + 9_999_999)).toMatchObject({offline: true, allowanceLeftMs: 0});
    expect(heartbeatOf(emptyView, START)).toMatchObject({
      lastAt: null,
      allowanceLeftMs: null,
      offline: false,
    });
  });

  it('believes the durable record of another run', () => {
    const event: OperatorEvent = {seq: 1, at: START, ...liveness(START - 5_000)};
    expect(heartbeatOf(reduceView(emptyView, event), START).sinceLastProbeMs).toBe(5_000);
  });
});

describe('the verdict', () => {
  const minute = {
    type: 'block',
    number: '1',
    blockAt: START,
    rpcMs: 1,
  } as const;
  const first = (...args: Parameters<typeof sceneOf>) => sceneOf(...args).findings[0];
  const events = healthyEvents();
  const now = START + 650_000;
  const down = (part: 'signer' | 'chain', ms: number): [number, OperatorEvent] =>
    [ms, {type: 'problem', part, code: 'SIGNER_UNREACHABLE', message: part, next: run('doctor')}] as never;

  it('is the worst and of the equally bad the oldest', () => {
    const both = more(events, down('chain', 649_000), down('signer', 648_500));
    expect(first(after(both), now)).toMatchObject({
      severity: 'fail',
      text: expect.stringContaining('signer') as string,
    });
  });

  it('is the countdown before all others', () => {
    const silent = more(events, down('signer', 649_000));
    expect(first(after(silent), now + 200_000)?.text).toMatch(/^OFFLINE 00:03:29 of 01:00:00/);
    const away = after(silent, {type: 'away', at: now, reason: 'x'});
    expect(first(away, now + 200_000)?.text).toMatch(
      /^OPERATOR NOT RUNNING since 12:10:50 · offline 00:03:29/,
    );
  });

  it.each([
    [
      'an empty range',
      {type: 'range', start: '5', end: '5', max: '9', block: null, source: 'chain'},
      'warn',
      /empty/,
    ],
    ['an unsigned dispatcher', {type: 'frame_unsigned', policy: 'prefer'}, 'warn', /does not sign/],
    [
      'no work',
      {
        type: 'problem',
        part: 'jobs',
        code: 'NO_JOBS',
        message: 'connected, but no job for 3 h',
        next: say('Look.'),
      },
      'warn',
      /^NO WORK for 1s: connected, but no job for 3 h \(NO_JOBS\)/,
    ],
    [
      'a second operator',
      {
        type: 'problem',
        part: 'identity',
        code: 'SECOND_OPERATOR',
        message: 'another operator may work for this node_id',
        next: say('Look.'),
      },
      'fail',
      /^SECOND OPERATOR for 1s: another operator may work for this node_id \(SECOND_OPERATOR\)/,
    ],
    [
      'a flood of the port',
      {
        type: 'problem',
        part: 'port',
        code: 'PORT_CROWDED',
        message: '900 connections were closed',
        next: say('Look.'),
      },
      'warn',
      /^PORT CROWDED for 1s: 900 connections were closed \(PORT_CROWDED\)/,
    ],
    [
      'a refusal with its words',
      {
        type: 'disconnected',
        reason: 'closed by the dispatcher (4003 not on the list)',
        retryInMs: 1,
        refusal: {how: 'close', code: 4003, words: 'not on the list'},
      },
      'fail',
      /^dispatcher refuses us for 1s: .*4003 not on the list/,
    ],
    ['a stop', {type: 'stopping', reason: 'SIGTERM', inProgress: 0, graceMs: 1}, 'warn', /DRAINING/],
  ] as const)('says %s', (_name, body, severity, pattern) => {
    const found = first(after(more(events, [649_000, body])), now);
    expect(found?.severity).toBe(severity);
    expect(found?.text).toMatch(pattern);
  });

  it('is worse without a signer than without a chain, however long that is away: jobs continue', () => {
    const both = more(events, down('chain', 600_000), down('signer', 649_500));
    expect(first(after(both), now)).toMatchObject({severity: 'fail', next: run('signer check')});
    const chain = after(more(events, down('chain', 600_000)));
    expect(first(chain, now)).toMatchObject({severity: 'warn', next: run('doctor', ['--only', 'chain'])});
    expect(first(chain, now)?.text).toMatch(/^chain down for 50s: /);
    const noRange = renumbered(events.filter(({type}) => type !== 'range'));
    expect(first(after(more(noRange, down('chain', 600_000))), now)?.severity).toBe('fail');
  });

  it('tells why nobody reaches us: a part is down, or nobody asks', () => {
    const later = now + 200_000;
    expect(first(after(events), later)).toMatchObject({
      text: 'OFFLINE 00:03:29 of 01:00:00 · no probe arrives',
      next: run('doctor', ['--only', 'ping']),
    });
    const dead = more(events, down('signer', 649_000), [
      649_100,
      {type: 'disconnected', reason: 'no sign of life', retryInMs: 1},
    ]);
    expect(first(after(dead), later)).toMatchObject({
      text: 'OFFLINE 00:03:29 of 01:00:00 · signer, dispatcher down',
      next: run('doctor'),
    });
  });

  it('says nothing of an operator that is away but that', () => {
    const dead = more(events, down('signer', 649_000));
    const found = sceneOf(after(dead, {type: 'away', at: now, reason: 'x'}), now + 500_000).findings;
    expect(found.map(({head}) => head)).toEqual(['OPERATOR NOT RUNNING since 12:10:50']);
  });

  it.each([
    [40, '✗ FAIL    OFFLINE 00:03:29 of 01:00:00', '✗ OPERATOR NOT RUNNING since 12:10:50'],
    [
      60,
      '✗ FAIL    OFFLINE 00:03:29 of 01:00:00 → aos doctor +2 more',
      '✗ FAIL    OPERATOR NOT RUNNING since 12:10:50 → aos run',
    ],
    [
      80,
      '✗ FAIL    OFFLINE 00:03:29 of 01:00:00 · signer, chain down → aos doctor +2 more',
      '✗ FAIL    OPERATOR NOT RUNNING since 12:10:50 · 00:56:31 left → aos run',
    ],
    [
      120,
      '✗ FAIL    OFFLINE 00:03:29 of 01:00:00 · signer, chain down → aos doctor +2 more',
      '✗ FAIL    OPERATOR NOT RUNNING since 12:10:50 · offline 00:03:29 of 01:00:00 → aos run',
    ],
  ])('has its countdown, or since when, whole in %i columns', (columns, offlineLine, awayLine) => {
    const dead = more(events, down('signer', 649_000), down('chain', 649_500));
    const line = (news: Parameters<typeof sceneOf>[0], width = columns): string =>
      verdictLine(sceneOf(news, now + 200_000), width)
        .map(({text: said}) => said)
        .join('');
    expect(line(after(dead, {type: 'event', event: {seq: 999, at: now + 199_000, ...minute}}))).toBe(
      offlineLine,
    );
    expect(line(after(dead, {type: 'away', at: now, reason: 'x'}))).toBe(awayLine);
  });

  it('says all that is wrong rather than a part of it and a long command', () => {
    const message = 'challenge 3 is open, 90 % of its time is over: 2 blocks are left to answer it';
    const next = run('challenge list', ['-c', `/srv/${'deep/'.repeat(8)}config.yaml`]);
    const cost: ChainCost = {
      key: 'challenge:3',
      kind: 'challenge',
      code: 'CHALLENGE_OPEN',
      severity: 'critical',
      message,
      next,
      since: START,
      step: 3,
    };
    const scene = sceneOf(
      after(more(events, [649_000, standing(649_000, {}, {costs: [cost]})])),
      START + 650_000,
    );
    const line = (width: number): string =>
      verdictLine(scene, width)
        .map(({text: said}) => said)
        .join('');
    expect(line(120)).toBe(`✗ FAIL    ${message} (CHALLENGE_OPEN) → e explains`);
    expect(line(100)).toBe(`${`✗ FAIL    ${message}`.slice(0, 86)}… → e explains`);
    expect(line(200)).toMatch(/left to answer it \(CHALLENGE_OPEN\) → aos challenge list -c .*config.yaml$/);
  });

  it('says when there is no news', () => {
    const found = sceneOf(after(events), START + 648_300 + 181_000).findings;
    expect(found.map(({text: said}) => said).join('\n')).toContain('no news for 3m01s');
  });
});

it('dims figures that were not renewed, and says how old they are', () => {
  // Behind the title and the state.
  const tones = (now: number): string[][] =>
    partLines(sceneOf(after(healthyEvents()), now), 120).map((line) => line.slice(2).map(({tone}) => tone));
  expect(tones(START + 650_000).flat()).toContain('bold');
  const [signer = [], chain = [], dispatcher = []] = tones(START + 648_300 + 181_000);
  expect(new Set(signer)).toEqual(new Set(['unknown', 'dim']));
  expect(new Set(chain)).toEqual(new Set(['unknown', 'dim']));
  // The connection is known at any time.
  expect(dispatcher[0]).toBe('plain');
});

it('counts the blocks that are left from the newest block, not from the last reading', () => {
  const open = [{index: 3, createdBlock: '1220', deadlineBlock: '1250'}];
  const allocation = {set: 0, strategy: '0x1', symbol: 'stETH', magnitude: '0', pendingDiff: `${10n ** 17n}`};
  const read = standing(649_000, {
    challenges: {total: 4, windowBlocks: '30', open, unanswered: []},
    allocations: [{...allocation, effectBlock: '1254'}],
  });
  const block = {type: 'block', number: '1242', blockAt: START + 690_000, rpcMs: 12} as const;
  const scene = sceneOf(after(more(healthyEvents(), [649_000, read], [690_000, block])), START + 691_000);
  const said = standingLines(scene, 120, true).map((line) => line.map(({text: part}) => part).join(''));
  expect(said.join('\n')).toMatch(/1 challenge open, 8 blocks \(40s\) left/);
  expect(said.join('\n')).toMatch(/to set 0 in 12 blocks \(1m00s\)/);
});

describe('whether this node earns', () => {
  const now = START + 650_000;
  const events = healthyEvents();
  const found = (...bodies: OperatorEventBody[]) =>
    sceneOf(after(more(events, ...bodies.map((body): [number, OperatorEventBody] => [649_000, body]))), now)
      .findings;
  const notRegistered = standing(
    649_000,
    {registration: {state: 'not_registered', flow: 'bls', group: 'quorum'}},
    {
      links: [
        {id: 'avs_registered', ...fail('not registered', run('register')), at: START + 649_000},
        {id: 'stake', ...fail('no quorum', run('register')), at: START + 649_000},
      ],
    },
  );

  it('is the verdict: the first broken link, also before a part that has been down for longer', () => {
    expect(found(notRegistered)).toMatchObject([
      {severity: 'fail', head: 'NOT EARNING: avs registered', next: run('register')},
    ]);
    const refused: OperatorEventBody = {type: 'disconnected', reason: 'no', retryInMs: 1};
    expect(found(refused, notRegistered).map(({link}) => link)).toEqual(['avs_registered', 'dispatcher']);
  });

  it('lasts since it was first reported, however often the chain is read', () => {
    const reported: OperatorEventBody = {
      type: 'verdict',
      state: 'not_earning',
      brokenLink: 'avs_registered',
      next: run('register'),
      found: 'not registered',
    };
    const first = found(notRegistered, reported).at(0)?.since;
    const again: [number, OperatorEventBody] = [
      709_000,
      standing(
        709_000,
        {registration: {state: 'not_registered', flow: 'bls', group: 'quorum'}},
        {
          links: [{id: 'avs_registered', ...fail('not registered', run('register')), at: START + 709_000}],
        },
      ),
    ];
    const later = more(more(events, [649_000, notRegistered], [649_000, reported]), again);
    expect(first).toBe(START + 649_000);
    const {findings} = sceneOf(after(later), START + 710_000);
    expect(findings.find(({link}) => link === 'avs_registered')).toMatchObject({since: first});
  });

  it('is not known before the chain was read, and waits for it at the start', () => {
    const unread = renumbered(events.filter(({type}) => type !== 'standing'));
    expect(sceneOf(after(unread), now).findings[0]).toMatchObject({severity: 'unknown'});
    const atStart = sceneOf(after(unread.slice(0, 5)), START + 1_000).findings;
    expect(atStart.at(-1)).toMatchObject({severity: 'wait', link: 'avs_registered'});
    expect(atStart.some(({severity}) => severity === 'ok')).toBe(false);
  });

  it('has what costs something pinned until it ends, once', () => {
    const cost: ChainCost = {
      key: 'challenge:3',
      kind: 'challenge',
      code: 'CHALLENGE_OPEN',
      severity: 'critical',
      message: 'challenge 3 is open',
      next: run('challenge list'),
      since: START + 100_000,
      step: 1,
    };
    const link: ChainLink = {
      id: 'challenges',
      ...fail('1 challenge open', run('challenge list')),
      at: START + 649_000,
    };
    const open = standing(649_000, {}, {links: [link], costs: [cost]});
    expect(found(open)).toMatchObject([
      {severity: 'fail', text: 'challenge 3 is open (CHALLENGE_OPEN)', since: START + 100_000},
    ]);
    expect(found(open, standing(650_000))).toMatchObject([{severity: 'ok'}]);
  });

  it('is not denied by what happened once, unless its link is broken', () => {
    const missed: ChainCost = {
      key: 'challenge:0',
      kind: 'challenge',
      code: 'CHALLENGE_UNANSWERED',
      severity: 'critical',
      message: 'challenge 0 was not answered in time',
      next: run('challenge list'),
      since: START + 100_000,
      step: 5,
    };
    const changed: ChainCost = {
      ...missed,
      key: 'range',
      kind: 'range',
      code: 'RANGE_CHANGED',
      severity: 'warning',
    };
    expect(found(standing(649_000, {}, {costs: [missed]}))).toMatchObject([{severity: 'warn'}]);
    const link: ChainLink = {id: 'vrf_range', ...fail('no range', run('register')), at: START + 649_000};
    expect(found(standing(649_000, {}, {links: [link], costs: [changed]}))).toMatchObject([
      {severity: 'fail'},
    ]);
  });

  it('leaves the failures of a signer that works again to its row', () => {
    const failed: OperatorEventBody = {
      type: 'signer_stats',
      p50Ms: 1,
      p95Ms: 2,
      signatures: 90,
      errors: 10,
      windowMs: 600_000,
    };
    expect(found(failed)).toMatchObject([{severity: 'ok'}]);
    const [row = []] = partLines(sceneOf(after(more(events, [649_000, failed])), now), 120);
    expect(row.map(({text: part}) => part).join('')).toContain(
      '✓ OK      p50 1 ms p95 2 ms · error budget 0 %',
    );
  });
});

describe('marks', () => {
  it('give back the lines they stand for, in any order, and leave other rows alone', () => {
    fc.assert(
      fc.property(fc.array(fc.string().filter((line) => !/[\n\ue000]/.test(line))), (lines) => {
        const marks = createMarks();
        const frame = lines.map((line) => marks.of(line));
        for (const mark of frame) expect(mark.length).toBeLessThanOrEqual(MARK_CELLS);
        expect(marks.resolve(frame.toReversed().join('\n'))).toBe(lines.toReversed().join('\n'));
        // The next picture has marks of its own.
        expect(marks.resolve(`plain\n${marks.of('next')}`)).toBe('plain\nnext');
      }),
    );
  });
});

describe('the log', () => {
  const received = (seq: number, jobId: string): OperatorEvent => ({
    seq,
    at: START + seq,
    type: 'job_received',
    job: {...job(seq), jobId},
    signer: null,
  });

  it('keeps the last 5,000 and older errors, whatever comes', () => {
    const log = createLog(renderNext);
    log.push({
      seq: 1,
      at: START,
      type: 'problem',
      part: 'signer',
      code: 'BUG',
      message: 'early',
      next: say(''),
    });
    for (let seq = 2; seq <= 13_000; seq += 1)
      log.push(received(seq, 'x'.repeat(seq > 12_900 ? 10_000 : 10)));
    const entries = log.entries();
    expect(entries.length).toBeLessThanOrEqual(6_200);
    expect(entries[0]?.text).toContain('early');
    expect(JSON.stringify(entries.at(-1)).length).toBeLessThan(3_000);
  });

  it('takes a repeated history once, and another operator anew', () => {
    const log = createLog(renderNext);
    for (const seq of [1, 2, 3, 1, 2, 3, 4]) log.push(received(seq, `job-${seq}`));
    expect(log.entries()).toHaveLength(4);
    log.push({...received(1, 'again'), at: START + 1_000});
    expect(log.entries()).toHaveLength(5);
  });

  it('finds the same by growing as by looking at all of it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('apple', 'pear', 'plum'), {maxLength: 60}),
        fc.array(
          fc.record({text: fc.constantFrom('', 'apple', 'p'), level: fc.constantFrom(...LOG_LEVELS)}),
          {minLength: 1, maxLength: 8},
        ),
        (ids, queries) => {
          const log = createLog(renderNext);
          const filter = createLogFilter();
          ids.forEach((id, index) => {
            log.push(received(index + 1, id));
            const query = queries[index % queries.length]!;
            expect(filter(log.entries(), query)).toEqual(createLogFilter()(log.entries(), query));
          });
        },
      ),
    );
  });
});

it.each([
  [{sinceKeyMs: 1_000, pressed: true, focused: true}, 250],
  [{sinceKeyMs: 1_000, pressed: false, focused: true}, 1_000],
  [{sinceKeyMs: 6_000, pressed: true, focused: true}, 1_000],
  [{sinceKeyMs: 600_000, pressed: true, focused: true}, 5_000],
  [{sinceKeyMs: 1_000, pressed: true, focused: false}, 5_000],
])('the pace for %o is %i ms', (when, ms) => {
  expect(paceOf(when)).toBe(ms);
});
