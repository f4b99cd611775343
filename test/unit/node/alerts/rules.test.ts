import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {createAlerts, type AlertsDeps} from '../../../../src/lib/node/alerts/alerts.ts';
import {due, type AlertRules} from '../../../../src/lib/node/alerts/due.ts';
import {observe, type Incidents} from '../../../../src/lib/node/alerts/incidents.ts';
import {endMute, readMute, writeMute} from '../../../../src/lib/node/alerts/mute.ts';
import {createWatchdogCalls} from '../../../../src/lib/node/alerts/watchdog.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import type {Code, ErrorCode} from '../../../../src/lib/foundation/errors/table.ts';
import type {OperatorEventBody, OperatorPart} from '../../../../src/lib/node/events/events.ts';
import type {ChainCost, CostKind} from '../../../../src/lib/node/events/standing.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const T0 = Date.UTC(2030, 0, 1);

const problem = (part: OperatorPart, code: ErrorCode = 'SIGNER_UNREACHABLE'): OperatorEventBody => ({
  type: 'problem',
  part,
  code,
  message: 'm',
  next: say('Look.'),
});
const recovered = (part: OperatorPart): OperatorEventBody => ({type: 'recovered', part, afterMs: 1});

/** The network silent for so long of an allowance of an hour; null: it asks. */
function liveness(at: number, silentMs: number | null): OperatorEventBody {
  const base = {
    type: 'liveness',
    lastProbeAt: at,
    allowanceMs: HOUR,
    probes: 1,
    probeIntervalMs: 10_000,
  } as const;
  if (silentMs === null) return {...base, allowanceLeftMs: HOUR, outages: []};
  const outage = {start: at - silentMs, end: null, durationMs: silentMs, cause: 'network-down'} as const;
  return {...base, allowanceLeftMs: HOUR - silentMs, outages: [{...outage, overAllowance: false}]};
}

function standing(...kinds: [CostKind, Code][]): OperatorEventBody {
  const costs = kinds.map(([kind, code]): ChainCost => ({
    key: kind,
    kind,
    code,
    severity: 'warning',
    message: 'm',
    next: say('Look.'),
    since: T0,
    step: 1,
  }));
  return {type: 'standing', readAt: T0, failure: null, links: [], figures: null, costs};
}

/** What a channel with these rules gets: minutes after the start, state and subject. */
function sentTo(
  rules: Partial<AlertRules>,
  events: [number, OperatorEventBody][],
  untilMs: number,
): string[] {
  const all = {delayMs: 0, least: 'warning', mutedUntil: 0, ...rules} as const;
  let incidents: Incidents = new Map();
  const sent: string[] = [];
  const queue = events.map(([ms, body], seq) => ({seq, at: T0 + ms, ...body}));
  let wakeAt: number | null = null;
  for (;;) {
    const event = queue[0];
    const now = Math.min(event?.at ?? Infinity, wakeAt ?? Infinity);
    if (now > T0 + untilMs) return sent;
    if (event?.at === now) incidents = observe(incidents, queue.shift() ?? event);
    const found = due(incidents, now, all);
    incidents = found.incidents;
    ({wakeAt} = found);
    sent.push(...found.alerts.map(({alert}) => `${(now - T0) / MINUTE} ${alert.state} ${alert.subject}`));
  }
}

describe('a channel for critical problems', () => {
  it.each<[string, [number, OperatorEventBody][], string[]]>([
    [
      'gets no warning, and no end of one',
      [
        [0, problem('jobs', 'NO_JOBS')],
        [MINUTE, recovered('jobs')],
      ],
      [],
    ],
    [
      'gets the others, and their end',
      [
        [0, problem('signer')],
        [MINUTE, recovered('signer')],
      ],
      ['0 problem signer', '1 recovered signer'],
    ],
    [
      'gets an outage from 75 % of the allowance on, and its end',
      [10, 31, 46, 55]
        .map((minutes): [number, OperatorEventBody] => [
          minutes * MINUTE,
          liveness(T0 + minutes * MINUTE, minutes * MINUTE),
        ])
        .concat([[56 * MINUTE, liveness(T0 + 56 * MINUTE, null)]]),
      ['46 problem offline', '55 problem offline', '56 recovered offline'],
    ],
    [
      'gets the end of one that became a warning, and no reminder of it',
      [
        [0, problem('jobs', 'DISPATCHER_UNSIGNED')],
        [MINUTE, problem('jobs', 'NO_JOBS')],
        [10 * HOUR, recovered('jobs')],
      ],
      ['0 problem jobs', '600 recovered jobs'],
    ],
  ])('%s', (_what, events, expected) => {
    expect(sentTo({least: 'critical'}, events, 11 * HOUR)).toEqual(expected);
  });
});

describe('a mute', () => {
  const mutedUntil = T0 + HOUR;

  it('holds back problems until its end, and sends then what still lasts', () => {
    expect(
      sentTo(
        {mutedUntil},
        [
          [0, problem('worker')],
          [MINUTE, problem('signer')],
          [30 * MINUTE, recovered('signer')],
        ],
        HOUR,
      ),
    ).toEqual(['60 problem worker']);
  });

  it('lets pass what costs stake, or is no work of this operator', () => {
    const costs = standing(
      ['challenge', 'CHALLENGE_OPEN'],
      ['slashed', 'STAKE_SLASHED'],
      ['penalty', 'PENALTY_RECORDED'],
      ['stake', 'STAKE_LOW'],
    );
    expect(
      sentTo(
        {mutedUntil},
        [
          [0, liveness(T0, MINUTE)],
          [1, problem('identity', 'SECOND_OPERATOR')],
          [2, costs],
        ],
        10_000,
      ).map((line) => line.split(' ').at(-1)),
    ).toEqual(['offline', 'identity', 'challenge', 'slashed', 'penalty']);
  });

  it('lets pass the end of what was sent before, and no reminder of it', () => {
    const time = virtualTime(T0);
    const sent: string[] = [];
    let until = 0;
    const alerts = createAlerts(depsOf(time, {mutedUntil: () => until}, sent));
    alerts.onEvent({seq: 1, at: T0, ...problem('signer')});
    until = T0 + HOUR;
    alerts.onEvent({seq: 2, at: T0, ...problem('chain')});
    return time
      .advance(30 * MINUTE)
      .then(() => {
        expect(sent).toEqual(['problem signer']);
        alerts.onEvent({seq: 3, at: time.now(), ...recovered('signer')});
        return time.advance(MINUTE);
      })
      .then(() => {
        expect(sent).toEqual(['problem signer', 'recovered signer']);
        // Ended by hand: seen without another event.
        until = 0;
        return time.advance(20_000);
      })
      .then(() => {
        expect(sent).toEqual(['problem signer', 'recovered signer', 'problem chain']);
        return alerts.close();
      })
      .then(() => expect(time.timers()).toBe(0));
  });
});

function depsOf(time: ReturnType<typeof virtualTime>, more: Partial<AlertsDeps>, sent: string[]): AlertsDeps {
  return {
    time,
    delayMs: 0,
    least: 'warning',
    mutedUntil: () => 0,
    emit: () => undefined,
    kept: {recall: () => null, remember: () => undefined},
    send({state, subject}) {
      sent.push(`${state} ${subject}`);
      return Promise.resolve();
    },
    ...more,
  };
}

describe('the file of a mute', () => {
  function storeDir(): string {
    const dir = mkdtempSync(join(tmpdir(), 'aos-mute-'));
    onTestFinished(() => rmSync(dir, {recursive: true}));
    return dir;
  }

  it('is for its owner alone, replaces the one before, and is read by any later process', () => {
    const dir = join(storeDir(), 'made', 'by-it');
    writeMute(dir, {since: T0, until: T0 + HOUR});
    writeMute(dir, {since: T0, until: T0 + 2 * HOUR});
    expect(statSync(join(dir, 'alert-mute.json')).mode & 0o777).toBe(0o600);
    expect(readMute(dir, T0 + HOUR)).toEqual({since: T0, until: T0 + 2 * HOUR});
    expect(readMute(dir, T0 + 2 * HOUR)).toBeNull();
    endMute(dir);
    endMute(dir);
    expect(readMute(dir, T0 + 1)).toBeNull();
  });

  it.each<[string, string]>([
    ['no JSON', 'until tomorrow'],
    ['another form', '{"schema":"aos.mute/v2","since":0,"until":1}'],
    ['longer than a day', JSON.stringify({schema: 'aos.mute/v1', since: T0, until: T0 + 25 * HOUR})],
    [
      'of a clock that was ahead',
      JSON.stringify({schema: 'aos.mute/v1', since: T0 + HOUR, until: T0 + 2 * HOUR}),
    ],
    ['much too large', `${' '.repeat(5_000)}{}`],
  ])('mutes nothing when it is %s', (_what, text) => {
    const dir = storeDir();
    writeFileSync(join(dir, 'alert-mute.json'), text);
    expect(readMute(dir, T0)).toBeNull();
    expect(readFileSync(join(dir, 'alert-mute.json'), 'utf8')).toBe(text);
  });
});

describe('over a restart', () => {
  /** A channel whose note outlives the runs of an operator. */
  function channel() {
    let note: string | null = null;
    let now = T0;
    return async (bodies: OperatorEventBody[], afterMs: number): Promise<string[]> => {
      const time = virtualTime(now);
      const sent: string[] = [];
      const kept = {recall: () => note, remember: (text: string) => void (note = text)};
      const alerts = createAlerts(depsOf(time, {kept}, sent));
      for (const [seq, body] of bodies.entries()) alerts.onEvent({seq, at: time.now(), ...body});
      await time.advance(afterMs);
      await alerts.close();
      now = time.now();
      return sent;
    };
  }

  it('the end of a problem is sent when this run does not meet it again', async () => {
    const run = channel();
    expect(await run([problem('signer')], MINUTE)).toEqual(['problem signer']);
    // A second restart within that time.
    expect(await run([], 5 * MINUTE)).toEqual([]);
    expect(await run([], 14 * MINUTE)).toEqual([]);
    expect(await run([], 16 * MINUTE)).toEqual(['recovered signer']);
    expect(await run([], HOUR)).toEqual([]);
  });

  it('one that lasts is not sent again, but reminded of, and ends as it would have', async () => {
    const run = channel();
    expect(await run([problem('signer')], MINUTE)).toEqual(['problem signer']);
    expect(await run([problem('signer')], 20 * MINUTE)).toEqual(['reminder signer']);
    expect(await run([problem('signer'), recovered('signer')], MINUTE)).toEqual(['recovered signer']);
  });

  it.each<[OperatorPart, ErrorCode, number]>([
    ['identity', 'SECOND_OPERATOR', 60],
    ['disk', 'DISK_LOW', 40],
    ['worker', 'WORKER_SLOW', 60],
  ])('%s is not over before it could be met again', async (part, code, minutes) => {
    const run = channel();
    expect(await run([problem(part, code)], MINUTE)).toEqual([`problem ${part}`]);
    expect(await run([], minutes * MINUTE)).toEqual([]);
    expect(await run([], 80 * MINUTE)).toEqual([`recovered ${part}`]);
  });

  it('that no job comes ends with a job, and is reminded of until then', async () => {
    const run = channel();
    const job = {jobId: '1', tag: '', position: '', seq: 1, kind: 'opml', model: 'm'};
    expect(await run([problem('jobs', 'NO_JOBS')], MINUTE)).toEqual(['problem jobs']);
    expect(await run([], 14 * MINUTE)).toEqual([]);
    expect(await run([], 30 * MINUTE)).toEqual(['reminder jobs']);
    expect(await run([{type: 'job_received', job, signer: null}], MINUTE)).toEqual(['recovered jobs']);
    expect(await run([], HOUR)).toEqual([]);
  });

  it('an outage ends with the first probe', async () => {
    const run = channel();
    expect(await run([liveness(T0, 31 * MINUTE)], MINUTE)).toEqual(['problem offline']);
    expect(await run([liveness(T0 + MINUTE, null)], MINUTE)).toEqual(['recovered offline']);
  });

  it('a stop that was an alert ends with the next start', async () => {
    const run = channel();
    expect(await run([{type: 'stopping', reason: 'fatal', inProgress: 0, graceMs: 1}], 1)).toEqual([
      'problem operator',
    ]);
    expect(await run([], 16 * MINUTE)).toEqual(['recovered operator']);
  });
});

describe('the watchdog', () => {
  function rig(mutedUntil = 0) {
    const time = virtualTime(T0);
    const calls: number[] = [];
    const warned: OperatorEventBody[] = [];
    const peer = {answer: (): Promise<void> => Promise.resolve()};
    let seq = 0;
    const watchdog = createWatchdogCalls({
      time,
      intervalMs: MINUTE,
      delayMs: 30_000,
      mutedUntil: () => mutedUntil,
      emit: (event) => warned.push(event),
      ping() {
        calls.push((time.now() - T0) / 1_000);
        return peer.answer();
      },
    });
    const see = (body: OperatorEventBody): void =>
      watchdog.onEvent({seq: (seq += 1), at: time.now(), ...body});
    return {time, calls, warned, peer, watchdog, see};
  }

  it('is called while nothing is wrong, and once a minute', async () => {
    const {time, calls, watchdog} = rig();
    await time.advance(3 * MINUTE);
    expect(calls).toEqual([30, 90, 150]);
    watchdog.close();
    expect(time.timers()).toBe(0);
  });

  it.each<[string, OperatorEventBody, boolean]>([
    ['a critical problem', problem('signer'), false],
    ['a warning', problem('jobs', 'NO_JOBS'), true],
    ['an outage, from its beginning', liveness(T0, MINUTE), false],
    ['a slash, which has only happened', standing(['slashed', 'STAKE_SLASHED']), true],
  ])('with %s', async (_what, body, isCalled) => {
    const {time, calls, see, watchdog} = rig();
    see(body);
    await time.advance(2 * MINUTE);
    expect(calls.length > 0).toBe(isCalled);
    watchdog.close();
  });

  it('is called again when the problem is over', async () => {
    const {time, calls, see, watchdog} = rig();
    see(problem('signer'));
    await time.advance(2 * MINUTE);
    see(recovered('signer'));
    await time.advance(MINUTE);
    expect(calls).toEqual([150]);
    watchdog.close();
  });

  it('is called during planned work, but not while the network does not reach the node', async () => {
    const {time, calls, see, watchdog} = rig(T0 + HOUR);
    see(problem('worker'));
    await time.advance(MINUTE);
    expect(calls).toEqual([30]);
    see(liveness(time.now(), MINUTE));
    await time.advance(10 * MINUTE);
    expect(calls).toEqual([30]);
    watchdog.close();
  });

  it('that does not answer is one warning, and is called on', async () => {
    const {time, calls, warned, peer, watchdog} = rig();
    peer.answer = () => Promise.reject(new AosError('ALERT_UNREACHABLE', 'away'));
    await time.advance(3 * MINUTE);
    expect(calls).toHaveLength(3);
    expect(warned).toMatchObject([{type: 'warning', code: 'ALERT_UNREACHABLE'}]);
    watchdog.close();
  });
});
