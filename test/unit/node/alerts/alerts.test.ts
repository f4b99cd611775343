import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createAlerts} from '../../../../src/lib/node/alerts/alerts.ts';
import {due, type Alert} from '../../../../src/lib/node/alerts/due.ts';
import {observe, type Incidents} from '../../../../src/lib/node/alerts/incidents.ts';
import {alertPayload} from '../../../../src/lib/node/alerts/payload.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {OperatorEvent, OperatorEventBody, OperatorPart} from '../../../../src/lib/node/events/events.ts';
import {COST_KINDS, type ChainCost} from '../../../../src/lib/node/events/standing.ts';
import type {Code} from '../../../../src/lib/foundation/errors/table.ts';
import {virtualTime} from '../../../support/virtual-time.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';

const MINUTE = 60_000;
const DELAY = 30_000;
const NOTHING_KEPT = {recall: () => null, remember: () => {}};
/** Every problem is sent, and nothing is muted. */
const ALL = {least: 'warning', mutedUntil: () => 0} as const;
const T0 = Date.UTC(2030, 0, 1);
const TELLER = {nodeId: '0xFE3B', network: 'devnet', host: 'box', version: '1.2.3'};

const problem = (part: OperatorPart = 'signer'): OperatorEventBody => ({
  type: 'problem',
  part,
  code: 'SIGNER_UNREACHABLE',
  message: 'nothing listens',
  next: say('Start it.'),
});
const recovered = (part: OperatorPart = 'signer'): OperatorEventBody => ({
  type: 'recovered',
  part,
  afterMs: 1,
});

/** The network silent for so long of a grace of an hour; null: it asks. */
function liveness(
  at: number,
  silentMs: number | null,
  cause: 'network-down' | 'process-down' = 'network-down',
): OperatorEventBody {
  const allowanceMs = 60 * MINUTE;
  const base = {type: 'liveness', lastProbeAt: at, allowanceMs, probes: 1, probeIntervalMs: 10_000} as const;
  if (silentMs === null) return {...base, allowanceLeftMs: allowanceMs, outages: []};
  const outage = {start: at - silentMs, end: null, durationMs: silentMs, cause} as const;
  const allowanceLeftMs = Math.max(0, allowanceMs - silentMs);
  return {...base, allowanceLeftMs, outages: [{...outage, overAllowance: silentMs > allowanceMs}]};
}

/** What is told when these events come at these times (ms after the start), looked at whenever it is due. */
function told(
  events: readonly [number, OperatorEventBody][],
  untilMs: number,
): (Alert & {afterStart: number})[] {
  let incidents: Incidents = new Map();
  const alerts: (Alert & {afterStart: number})[] = [];
  const queue = events.map(([ms, body], seq): OperatorEvent => ({seq, at: T0 + ms, ...body}));
  let wakeAt: number | null = null;
  for (;;) {
    const event = queue[0];
    const now = Math.min(event?.at ?? Infinity, wakeAt ?? Infinity);
    if (now > T0 + untilMs) return alerts;
    if (event?.at === now) incidents = observe(incidents, queue.shift() ?? event);
    const found = due(incidents, now, {delayMs: DELAY, least: 'warning', mutedUntil: 0});
    incidents = found.incidents;
    ({wakeAt} = found);
    alerts.push(...found.alerts.map(({alert}) => ({...alert, afterStart: now - T0})));
  }
}

const short = (alerts: readonly (Alert & {afterStart: number})[]): string[] =>
  alerts.map(({state, subject, afterStart}) => `${afterStart / 1000} ${state} ${subject}`);

describe('how bad a problem with jobs is', () => {
  it.each([
    ['NO_JOBS', 'warning'],
    ['JOBS_PILE_UP', 'warning'],
    ['JOB_REFUSED', 'warning'],
    ['PORT_CROWDED', 'warning'],
    ['PROXY_NOT_TRUSTED', 'warning'],
    ['PROBES_FROM_OTHERS', 'warning'],
    ['CALLBACK_FROM_OUTSIDE', 'warning'],
    ['PORT_NOT_ACCEPTING', 'critical'],
    ['DISPATCHER_UNSIGNED', 'critical'],
    ['DISPATCHER_OTHER_SIGNER', 'critical'],
  ] as const)('%s: %s', (code, severity) => {
    const [alert] = told(
      [[0, {type: 'problem', part: 'jobs', code, message: 'm', next: say('Look.')}]],
      60_000,
    );
    expect(alert).toMatchObject({subject: 'jobs', severity, code});
  });
});

it('a second operator is as bad as an outage', () => {
  const problem = {
    type: 'problem',
    part: 'identity',
    code: 'SECOND_OPERATOR',
    message: 'm',
    next: say('Look.'),
  } as const;
  const [alert] = told([[0, problem]], 60_000);
  expect(alert).toMatchObject({subject: 'identity', severity: 'critical', code: 'SECOND_OPERATOR'});
});

describe('which events make which alert', () => {
  it.each<[string, [number, OperatorEventBody][], string[]]>([
    ['a problem is told when it has lasted', [[0, problem()]], ['30 problem signer']],
    [
      'no work is a warning, which ends when a job comes',
      [
        [0, {type: 'problem', part: 'jobs', code: 'NO_JOBS', message: 'no job for 3 h', next: say('Look.')}],
        [100_000, {type: 'recovered', part: 'jobs', afterMs: 1}],
      ],
      ['30 problem jobs', '130 recovered jobs'],
    ],
    [
      'one that passes at once is not',
      [
        [0, problem()],
        [29_000, recovered()],
      ],
      [],
    ],
    [
      'its end is told, when it has lasted too',
      [
        [0, problem()],
        [100_000, recovered()],
      ],
      ['30 problem signer', '130 recovered signer'],
    ],
    [
      'one that comes and goes is one problem',
      [
        [0, problem()],
        [100_000, recovered()],
        [110_000, problem()],
        [200_000, recovered()],
      ],
      ['30 problem signer', '230 recovered signer'],
    ],
    [
      'two parts are two problems',
      [
        [0, problem()],
        [1_000, problem('chain')],
      ],
      ['30 problem signer', '31 problem chain'],
    ],
    ['a recovery alone is nothing', [[0, recovered()]], []],
    [
      'an outage is sent when it begins, and as the allowance is used',
      [
        [0, liveness(T0, 30_000)],
        ...[10, 29.5, 44.5, 53.5, 59.5, 65].map((minute): [number, OperatorEventBody] => [
          minute * MINUTE,
          liveness(T0 + minute * MINUTE, minute * MINUTE + 30_000),
        ]),
        [70 * MINUTE, liveness(T0, null)],
      ],
      [
        '0 problem offline',
        '1770 problem offline',
        '2670 problem offline',
        '3210 problem offline',
        '3570 problem offline',
        '4230 recovered offline',
      ],
    ],
    [
      'a node that was never probed is not offline',
      [[0, {...liveness(T0, null), lastProbeAt: null, allowanceLeftMs: null} as OperatorEventBody]],
      [],
    ],
    [
      'results that are given up are counted, not told one by one',
      [0, 1, 2].map((second): [number, OperatorEventBody] => [
        second * 1000,
        {
          type: 'result_expired',
          job: {seq: 1, jobId: `j${second}`, tag: '', position: '', kind: 'opml', model: 'm'},
        },
      ]),
      ['0 problem results', '900 problem results'],
    ],
    [
      'answers that are missing make an alert at once, and another one when none is',
      [
        [
          0,
          {
            type: 'answers_missing',
            kinds: [{kind: 'opml', waiting: 1, unanswered: 0, oldestAt: T0 - 30 * MINUTE}],
          },
        ],
        [60_000, {type: 'answers_missing', kinds: [{kind: 'opml', waiting: 0, unanswered: 2, oldestAt: T0}]}],
        [120_000, {type: 'answers_missing', kinds: []}],
      ],
      ['0 problem answers', '150 recovered answers'],
    ],
    [
      'after a start the network gets as long as an outage takes to come',
      [
        [0, liveness(T0, 5 * MINUTE, 'process-down')],
        [20_000, liveness(T0 + 20_000, null)],
        [100_000, liveness(T0 + 100_000, 5 * MINUTE, 'process-down')],
        [150_000, liveness(T0 + 150_000, 6 * MINUTE, 'process-down')],
        [200_000, liveness(T0 + 200_000, null)],
      ],
      ['130 problem offline', '230 recovered offline'],
    ],
    [
      'but not when half of the allowance is used',
      [[0, liveness(T0, 31 * MINUTE, 'process-down')]],
      ['0 problem offline'],
    ],
    [
      'an operator that cannot continue says so',
      [[0, {type: 'stopping', reason: 'fatal', inProgress: 0, graceMs: 1}]],
      ['0 problem operator'],
    ],
    [
      'one that was told to stop says nothing',
      [[0, {type: 'stopping', reason: 'SIGTERM', inProgress: 0, graceMs: 1}]],
      [],
    ],
    [
      'nothing else is worth waking anybody',
      [
        [0, {type: 'connecting', url: 'x'}],
        [1, {type: 'disconnected', reason: 'y', retryInMs: 1}],
      ],
      [],
    ],
  ])('%s', (_what, events, expected) => {
    expect(short(told(events, 14 * MINUTE * 60)).filter((line) => !line.includes('reminder'))).toEqual(
      expected,
    );
  });

  it('an outage that begins before the end of the last was sent has its own start and the whole allowance', () => {
    const since = 46 * MINUTE;
    const next = (minutes: number): [number, OperatorEventBody] => [
      minutes * MINUTE,
      liveness(T0 + minutes * MINUTE, minutes * MINUTE - since),
    ];
    const alerts = told(
      [
        [0, liveness(T0, 31 * MINUTE)],
        [since, liveness(T0 + since, null)],
        next(46.4),
        next(80),
        [90 * MINUTE, liveness(T0 + 90 * MINUTE, null)],
      ],
      100 * MINUTE,
    );
    const minutes = (ms: number): number => ms / MINUTE;
    expect(
      alerts.map((alert) => [alert.state, minutes(alert.since - T0), minutes(alert.afterStart)]),
    ).toEqual([
      ['problem', -31, 0],
      ['reminder', -31, 15],
      ['reminder', -31, 45],
      // Half of the allowance again, long before the next reminder.
      ['problem', 46, 80],
      ['recovered', 46, 90.5],
    ]);
    expect(alerts.at(-1)?.afterMs).toBe(44 * MINUTE);
  });

  it('reminds with growing pauses, at most every six hours', () => {
    const minutes = told([[0, problem()]], 24 * 60 * MINUTE).map(
      ({afterStart}) => (afterStart - DELAY) / MINUTE,
    );
    expect(minutes).toEqual([0, 15, 45, 105, 225, 465, 825, 1185]);
  });

  it('says how much of the allowance is left, and when it is used up', () => {
    const at = (minutes: number) =>
      told([[0, liveness(T0, minutes * MINUTE)]], 0).map(({message, severity}) => [message, severity]);
    expect(at(10)).toEqual([
      [
        'the network has not reached this node for 10 min (no connection to the dispatcher); 50 min of the offline allowance left',
        'warning',
      ],
    ]);
    expect(at(46)[0]?.[1]).toBe('critical');
    expect(at(61)[0]?.[0]).toMatch(/the offline allowance is used up$/);
  });

  it('tells of every lasting problem, ends what it told, and never spins (property)', () => {
    const part = fc.constantFrom<OperatorPart>('signer', 'chain', 'dispatcher');
    const step = fc.record({gap: fc.integer({min: 0, max: 40 * MINUTE}), part, bad: fc.boolean()});
    fc.assert(
      fc.property(fc.array(step, {maxLength: 40}), (steps) => {
        let at = 0;
        const events = steps.map(({gap, part: which, bad}): [number, OperatorEventBody] => [
          (at += gap),
          bad ? problem(which) : recovered(which),
        ]);
        const alerts = told(events, at + 60 * MINUTE);
        for (const subject of ['signer', 'chain', 'dispatcher'] as const) {
          const own = alerts.filter((alert) => alert.subject === subject);
          // It opens, is reminded of, and closes: never twice open, never closed before it was opened.
          let open = false;
          for (const {state} of own) {
            if (state === 'problem') expect(open).toBe(false);
            else expect(open).toBe(true);
            open = state !== 'recovered';
          }
          const last = events.findLast(([, body]) => 'part' in body && body.part === subject);
          expect(open).toBe(last?.[1].type === 'problem');
        }
        // 40 changes and an hour: more than this would be spam.
        expect(alerts.length).toBeLessThanOrEqual(steps.length * 2 + (at / (15 * MINUTE)) * 3 + 15);
      }),
    );
  });
});

describe('the body of an alert', () => {
  it('is one JSON object with a line for people', () => {
    const [alert] = told([[0, problem()]], DELAY);
    if (alert === undefined) throw new Error('nothing was told');
    expect(alertPayload(alert, TELLER, renderNext)).toMatchInlineSnapshot(`
      {
        "afterMs": null,
        "at": "2030-01-01T00:00:30.000Z",
        "code": "SIGNER_UNREACHABLE",
        "content": "aos PROBLEM: signer: nothing listens (SIGNER_UNREACHABLE) → Start it. · 0xFE3B on devnet (box)",
        "host": "box",
        "key": "signer",
        "message": "nothing listens",
        "network": "devnet",
        "next": "Start it.",
        "nodeId": "0xFE3B",
        "schema": "aos.alert/v1",
        "severity": "critical",
        "since": "2030-01-01T00:00:00.000Z",
        "state": "problem",
        "subject": "signer",
        "text": "aos PROBLEM: signer: nothing listens (SIGNER_UNREACHABLE) → Start it. · 0xFE3B on devnet (box)",
        "version": "1.2.3",
      }
    `);
    expect(
      alertPayload({...alert, state: 'recovered', afterMs: 12 * MINUTE, next: null}, TELLER, renderNext).text,
    ).toBe(
      'aos RECOVERED: signer: nothing listens after 12 min (SIGNER_UNREACHABLE) · 0xFE3B on devnet (box)',
    );
  });

  it('holds nothing that could hurt where it is read', () => {
    const [alert] = told(
      [[0, {...problem(), message: '\u001b[2J\u202e'.repeat(400)} as OperatorEventBody]],
      DELAY,
    );
    if (alert === undefined) throw new Error('nothing was told');
    const {text, message} = alertPayload(alert, TELLER, renderNext);
    expect(`${text}${message}`).not.toMatch(/[\u0000-\u001f\u202e]/);
  });
});

describe('the line of an alert in a chat', () => {
  it.each([
    ['<!channel> look', '‹!channel› look'],
    ['<https://example.org|the status page>', '‹https://example.org|the status page›'],
    ['@everyone and @HERE, @channel', '@ everyone and @ HERE, @ channel'],
    ['mail a@example.org', 'mail a@example.org'],
  ])('calls nobody and hides no address: %s', (message, shownAs) => {
    const [alert] = told([[0, {...problem(), message} as OperatorEventBody]], DELAY);
    if (alert === undefined) throw new Error('nothing was told');
    const body = alertPayload(alert, TELLER, renderNext);
    expect([body['text'], body['content']]).toEqual(Array(2).fill(expect.stringContaining(`: ${shownAs} (`)));
    expect(body['message']).toBe(message);
  });
});

describe('sending', () => {
  const events = (time: {now: () => number}) => {
    let seq = 0;
    return (body: OperatorEventBody): OperatorEvent => ({seq: (seq += 1), at: time.now(), ...body});
  };

  it('sends in order, one at a time, and tells once of a webhook that is away', async () => {
    const time = virtualTime();
    const sent: string[] = [];
    const toldEvents: OperatorEventBody[] = [];
    let isAway = true;
    const alerts = createAlerts({
      kept: NOTHING_KEPT,
      ...ALL,
      time,
      delayMs: DELAY,
      emit: (event) => toldEvents.push(event),
      send({subject, state}) {
        if (isAway) return Promise.reject(new AosError('ALERT_UNREACHABLE', 'away'));
        sent.push(`${subject} ${state}`);
        return Promise.resolve();
      },
    });
    const event = events(time);
    alerts.onEvent(event(problem()));
    alerts.onEvent(event(problem('chain')));
    await time.advance(DELAY);
    expect(toldEvents).toMatchObject([{type: 'warning', code: 'ALERT_UNREACHABLE'}]);
    isAway = false;
    alerts.onEvent(event(recovered()));
    alerts.onEvent(event(recovered('chain')));
    await time.advance(DELAY);
    expect(sent).toEqual(['signer recovered', 'chain recovered']);
    await alerts.close();
    expect(time.timers()).toBe(0);
  });

  it('sends at once what comes in the moment the last one was taken', async () => {
    const time = virtualTime();
    const sent: string[] = [];
    const event = events(time);
    const alerts = createAlerts({
      kept: NOTHING_KEPT,
      ...ALL,
      time,
      delayMs: 0,
      emit: () => {},
      send({subject}) {
        sent.push(subject);
        const taken = Promise.resolve();
        // After it was seen that nothing more waits, and before that is the end of sending.
        if (subject === 'signer')
          void taken.then(() => queueMicrotask(() => alerts.onEvent(event(problem('chain')))));
        return taken;
      },
    });
    alerts.onEvent(event(problem()));
    await time.advance(0);
    expect(sent).toEqual(['signer', 'chain']);
    await alerts.close();
  });

  it('does not wait at the end for a webhook that never answers', async () => {
    const time = virtualTime();
    let aborted = false;
    const alerts = createAlerts({
      kept: NOTHING_KEPT,
      ...ALL,
      time,
      delayMs: 0,
      emit: () => {},
      send: (_alert, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason as Error);
          });
        }),
    });
    alerts.onEvent(events(time)({type: 'stopping', reason: 'fatal', inProgress: 0, graceMs: 1}));
    const closed = alerts.close();
    await time.advance(3_000);
    await closed;
    expect(aborted).toBe(true);
  });
});

describe('what costs something on chain', () => {
  const cost = (key: string, code: Code, step = 1): ChainCost => ({
    key,
    kind: COST_KINDS.find((kind) => key.startsWith(kind)) ?? 'gas',
    code,
    severity: 'warning',
    message: `${key} ${step}`,
    next: say('Look.'),
    since: T0,
    step,
  });
  const standing = (...costs: ChainCost[]): OperatorEventBody => ({
    type: 'standing',
    readAt: T0,
    failure: null,
    links: [],
    figures: null,
    costs,
  });
  const unread: OperatorEventBody = {
    ...standing(),
    ...{failure: {code: 'CHAIN_UNREACHABLE', message: 'down', next: say('Look.'), since: T0}},
  };
  const CHALLENGE = cost('challenge:3', 'CHALLENGE_OPEN');

  it.each<[string, [number, OperatorEventBody][], string[]]>([
    ['is told at once', [[0, standing(CHALLENGE)]], ['0 problem challenge']],
    [
      'is told again at each step: half, three quarters and nine tenths of a window',
      [1, 2, 2, 3, 4].map((step, index) => [
        index * MINUTE,
        standing(cost('challenge:3', 'CHALLENGE_OPEN', step)),
      ]),
      ['0 problem challenge', '60 problem challenge', '180 problem challenge', '240 problem challenge'],
    ],
    [
      'ends',
      [
        [0, standing(CHALLENGE)],
        [MINUTE, standing()],
      ],
      ['0 problem challenge', '90 recovered challenge'],
    ],
    [
      'is one matter for each challenge',
      [
        [0, standing(CHALLENGE)],
        [MINUTE, standing(CHALLENGE, cost('challenge:4', 'CHALLENGE_OPEN'))],
      ],
      ['0 problem challenge', '60 problem challenge'],
    ],
    [
      'is not over because the RPC does not answer',
      [
        [0, standing(CHALLENGE)],
        [MINUTE, unread],
      ],
      ['0 problem challenge'],
    ],
    ['is nothing when the RPC never answered', [[0, unread]], []],
    [
      'has no end, and no reminder, where it has only happened',
      [
        [0, standing(cost('slashed', 'STAKE_SLASHED'))],
        [24 * 60 * MINUTE, standing(cost('slashed', 'STAKE_SLASHED', 2))],
        [25 * 60 * MINUTE, standing()],
      ],
      ['0 problem slashed', '86400 problem slashed'],
    ],
  ])('%s', (_what, events, expected) => {
    const alerts = told(events, 48 * 60 * MINUTE).filter(({state}) => state !== 'reminder');
    expect(short(alerts)).toEqual(expected);
  });

  it('is not told again after a restart, unless it got worse; its end is', async () => {
    const notes = new Map<string, string>();
    const sent: string[] = [];
    async function run(...bodies: OperatorEventBody[]): Promise<string[]> {
      const time = virtualTime(T0);
      const alerts = createAlerts({
        time,
        delayMs: 0,
        emit: () => {},
        ...ALL,
        kept: {recall: () => notes.get('a') ?? null, remember: (text) => void notes.set('a', text)},
        send({subject, state, message}) {
          sent.push(`${state} ${subject}: ${message}`);
          return Promise.resolve();
        },
      });
      for (const [seq, body] of bodies.entries()) {
        alerts.onEvent({seq, at: time.now(), ...body});
        await time.advance(MINUTE);
      }
      await alerts.close();
      return sent.splice(0);
    }
    const slash = cost('slashed', 'STAKE_SLASHED');
    expect(await run(standing(CHALLENGE, slash))).toEqual([
      'problem challenge: challenge:3 1',
      'problem slashed: slashed 1',
    ]);
    expect(await run(standing(CHALLENGE, slash))).toEqual([]);
    expect(await run(unread)).toEqual([]);
    expect(await run(standing(cost('challenge:3', 'CHALLENGE_OPEN', 2), slash))).toEqual([
      'problem challenge: challenge:3 2',
    ]);
    expect(await run(standing(slash))).toEqual(['recovered challenge: challenge 3 is answered']);
    expect(await run(standing(slash))).toEqual([]);
  });

  /** A webhook and a journal's note that outlive the runs of an operator; each run has one minute after each event. */
  function stage(delayMs = 0) {
    let note: string | null = null;
    let now = T0;
    const sent: string[] = [];
    const webhook = {answer: (_signal: AbortSignal): Promise<unknown> => Promise.resolve()};
    async function run(bodies: OperatorEventBody[], afterMs = 0): Promise<string[]> {
      const time = virtualTime(now);
      const alerts = createAlerts({
        time,
        delayMs,
        emit: () => {},
        ...ALL,
        kept: {recall: () => note, remember: (text) => void (note = text)},
        async send({subject, state, message}, signal) {
          await webhook.answer(signal);
          sent.push(`${state} ${subject}: ${message}`);
        },
      });
      for (const [seq, body] of bodies.entries()) {
        alerts.onEvent({seq, at: time.now(), ...body});
        await time.advance(MINUTE);
      }
      await time.advance(afterMs);
      const closed = alerts.close();
      await time.advance(5_000);
      await closed;
      expect(time.timers()).toBe(0);
      now = time.now();
      return sent.splice(0);
    }
    return {run, webhook};
  }
  const away = (): Promise<unknown> => Promise.reject(new AosError('ALERT_UNREACHABLE', 'away'));
  const NEWS = [
    cost('slashed', 'STAKE_SLASHED'),
    cost('penalty', 'PENALTY_RECORDED'),
    cost('range', 'RANGE_CHANGED'),
    cost('challenge:3', 'CHALLENGE_UNANSWERED'),
  ];
  const ALL_NEWS = NEWS.map(({kind, message}) => `problem ${kind}: ${message}`);

  it('is sent after a restart when the operator stopped while it was being sent', async () => {
    const {run, webhook} = stage();
    webhook.answer = (signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    expect(await run([standing(...NEWS)])).toEqual([]);
    webhook.answer = () => Promise.resolve();
    expect(await run([standing(...NEWS)])).toEqual(ALL_NEWS);
    expect(await run([standing(...NEWS)])).toEqual([]);
  });

  it('is sent after a restart when the webhook had not taken it, although it took a later one', async () => {
    const {run, webhook} = stage();
    // The first alert of each round is not taken: it is tried again a minute later.
    let asked = 0;
    webhook.answer = () => ((asked += 1) === 1 || asked === 5 ? away() : Promise.resolve());
    expect(await run([standing(...NEWS)])).toEqual(ALL_NEWS.slice(1));
    expect(await run([standing(...NEWS)])).toEqual(ALL_NEWS.slice(0, 1));
    expect(await run([standing(...NEWS)])).toEqual([]);
  });

  it.each([
    [0, 0, ALL_NEWS],
    // Tries at 0, 1, 3, 8 and 23 minutes; a run lasts a minute longer than is said here.
    [1, 0, ALL_NEWS],
    [4, 21, []],
    [4, 22, ALL_NEWS],
  ])(
    'is sent, once, when the webhook comes back: after %i rounds, within %i minutes',
    async (rounds, minutes, expected) => {
      const {run, webhook} = stage();
      let asked = 0;
      webhook.answer = () => ((asked += 1) > rounds * NEWS.length ? Promise.resolve() : away());
      expect(await run([standing(...NEWS)], minutes * MINUTE)).toEqual(expected);
    },
  );

  it('is a problem, not a reminder, when the webhook first takes it after the time of a reminder', async () => {
    const {run, webhook} = stage();
    let asked = 0;
    webhook.answer = () => ((asked += 1) > 4 ? Promise.resolve() : away());
    expect(await run([standing(CHALLENGE)], 16 * MINUTE)).toEqual(['problem challenge: challenge:3 1']);
  });

  it('does not hold up the others when a webhook refuses it', async () => {
    const time = virtualTime(T0);
    const sent: string[] = [];
    const alerts = createAlerts({
      time,
      delayMs: 0,
      emit: () => {},
      kept: NOTHING_KEPT,
      ...ALL,
      send({subject}) {
        if (subject === 'slashed') return Promise.reject(new AosError('ALERT_REFUSED', 'HTTP 400'));
        sent.push(subject);
        return Promise.resolve();
      },
    });
    alerts.onEvent({seq: 1, at: T0, ...standing(...NEWS)});
    await time.advance(0);
    expect(sent).toEqual(['penalty', 'range', 'challenge']);
    await alerts.close();
  });

  it('whose end came before a stop is ended after the restart, without any event', async () => {
    const {run} = stage(5 * MINUTE);
    expect(await run([standing(CHALLENGE), standing()])).toEqual(['problem challenge: challenge:3 1']);
    expect(await run([], 10 * MINUTE)).toEqual(['recovered challenge: challenge 3 is answered']);
    expect(await run([], 10 * MINUTE)).toEqual([]);
  });

  it('is reminded of after a restart although the chain cannot be read', async () => {
    const {run} = stage();
    expect(await run([standing(CHALLENGE)])).toHaveLength(1);
    expect(await run([], 30 * MINUTE)).toEqual(['reminder challenge: challenge:3 1']);
  });

  it('ends as the chain says: a stake that is not judged any more does not count again', async () => {
    const stake = cost('stake', 'STAKE_LOW');
    const link = (state: 'ok' | 'skipped'): OperatorEventBody => ({
      ...standing(),
      ...{links: [{id: 'stake', state, found: '', next: null}]},
    });
    expect(await stage().run([standing(stake), link('ok')])).toEqual([
      'problem stake: stake 1',
      'recovered stake: the stake counts as it should again',
    ]);
    const {run} = stage();
    expect(await run([standing(stake), link('skipped')], MINUTE)).toEqual(['problem stake: stake 1']);
    expect(await run([link('skipped')], 60 * MINUTE)).toEqual([]);
  });
});
