import {describe, expect, it} from 'vitest';
import type {News} from '../../../../src/lib/features/dashboard/model/data.ts';
import {
  after,
  healthyEvents,
  job,
  liveness,
  more,
  PEER,
  renumbered,
  standing,
  START,
} from '../../../support/dash-scenes.ts';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';
import {dashRig} from '../../../support/dash-rig.ts';
import {emptyView} from '../../../../src/lib/node/events/view.ts';
import {fail} from '../../../../src/lib/foundation/check/check.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {stakeLeft} from '../../../support/standing.ts';
import {run, say} from '../../../../src/lib/foundation/next-step/next-step.ts';

const events = healthyEvents();
const signerDown = more(events, [
  649_000,
  {
    type: 'problem',
    part: 'signer',
    code: 'SIGNER_UNREACHABLE',
    message: 'the signer at http://127.0.0.1:9000 does not answer',
    next: run('signer check'),
  },
]);
const chainDown = more(events, [
  649_000,
  {
    type: 'problem',
    part: 'chain',
    code: 'CHAIN_UNREACHABLE',
    message: '127.0.0.1:8545 did not answer in time',
    next: say('Check chain.chain_rpc_url, or add more in chain.rpc_urls.'),
  },
]);
const retried = more(signerDown, [
  649_100,
  {type: 'job_retry', job: job(8), code: 'SIGNER_UNREACHABLE', message: 'no signer', retryInMs: 5_000},
]);
const away = more(events, [649_000, {type: 'disconnected', reason: 'read ECONNRESET', retryInMs: 2_000}]);
const fresh = renumbered(events.filter(({type}) => !['probe_answered', 'liveness'].includes(type)));
const neverProbed = more(fresh, [649_000, liveness(null, {outages: [], probes: 0})]);

/** What the chain says in the states that cost money. */
const CHAIN: Readonly<Record<string, OperatorEventBody>> = {
  'not registered': standing(
    649_000,
    {registration: {state: 'not_registered', flow: 'bls', group: 'quorum'}, quorums: []},
    {
      links: [
        {id: 'avs_registered', ...fail('not registered with the AVS', run('register')), at: START + 649_000},
      ],
    },
  ),
  'a challenge open': standing(
    649_000,
    {
      challenges: {
        total: 4,
        windowBlocks: '30',
        open: [{index: 3, createdBlock: '1220', deadlineBlock: '1250'}],
        unanswered: [],
      },
    },
    {
      costs: [
        {
          key: 'challenge:3',
          kind: 'challenge',
          code: 'CHALLENGE_OPEN',
          severity: 'critical',
          message: 'challenge 3 is open, deadline block 1250',
          next: run('challenge list'),
          since: START + 600_000,
          step: 1,
        },
      ],
    },
  ),
  slashed: standing(
    649_000,
    {...stakeLeft(90n), penalties: [{id: '1', kind: 0, amountWei: '100000000000000000', executed: false}]},
    {
      links: [
        {
          id: 'slashed',
          ...fail('10 % of the stETH was slashed', run('slashing-history')),
          at: START + 649_000,
        },
      ],
    },
  ),
  'stake pending': standing(649_000, {
    allocations: [
      {
        set: 0,
        strategy: '0x1111111111111111111111111111111111111111',
        symbol: 'stETH',
        magnitude: '500000000000000000',
        pendingDiff: '250000000000000000',
        effectBlock: '1254',
      },
    ],
  }),
};

type State = {news: readonly News[]; now?: number; keys?: readonly string[]; size?: [number, number]};

/** Each at both sizes of a screen that operators have. */
const ON_CHAIN = Object.fromEntries(
  Object.entries(CHAIN).flatMap(([name, body]) =>
    (
      [
        [80, 24],
        [120, 35],
      ] as const
    ).map(([columns, rows]) => [
      `${name}, ${columns}×${rows}`,
      {news: after(more(events, [649_000, body])), size: [columns, rows]} satisfies State,
    ]),
  ),
);

/** Every state the dashboard can be in. */
const STATES: Readonly<Record<string, State>> = {
  'looking for the operator': {news: []},
  'the operator starts': {news: [{type: 'attached', peer: PEER, view: emptyView, at: START}]},
  healthy: {news: after(events)},
  'never probed': {news: after(neverProbed)},
  'silent, with the countdown': {news: after(events), now: START + 641_000 + 432_000},
  'silent for longer than the allowance': {news: after(events), now: START + 641_000 + 3_700_000},
  'signer down': {news: after(retried), now: START + 655_000},
  'dispatcher away': {news: after(away)},
  'chain down': {news: after(chainDown), now: START + 655_000},
  'silent, signer and dispatcher down': {
    news: after(
      more(signerDown, [649_200, {type: 'disconnected', reason: 'no sign of life', retryInMs: 2_000}]),
    ),
    now: START + 641_000 + 172_000,
  },
  'silent, 40×10': {news: after(signerDown), now: START + 641_000 + 432_000, size: [40, 10]},
  'operator not running, 40×10': {
    news: after(events, {type: 'away', at: START + 650_000, reason: 'closed'}),
    now: START + 684_000,
    size: [40, 10],
  },
  'wide, 200×60': {news: after(events), size: [200, 60]},
  'operator not running': {
    news: after(events, {type: 'away', at: START + 650_000, reason: 'closed'}),
    now: START + 684_000,
  },
  stopping: {
    news: after(
      more(events, [649_500, {type: 'stopping', reason: 'SIGTERM', inProgress: 1, graceMs: 30_000}]),
    ),
  },
  'filter being typed': {news: after(events), keys: ['/', 'unsel']},
  'filter kept': {news: after(events), keys: ['/', 'unsel', '\r']},
  'detail of a job': {news: after(events), keys: ['j', 'j', '\r']},
  'detail of the heartbeat': {news: after(events), keys: ['1', '\r']},
  'detail of the clock': {news: after(events), keys: ['2', '\r']},
  help: {news: after(events), keys: ['?']},
  'what is wrong': {news: after(retried), keys: ['e']},
  'detail of the signer': {news: after(retried), keys: ['4', '\r']},
  muted: {
    news: after(more(events, [649_500, {type: 'alert_mute', mutedUntil: START + 3_000_000}])),
  },
  frozen: {news: after(events), keys: ['p']},
  'whole log, warnings, wrapped, with ages': {news: after(retried), keys: ['l', 'w', 't', 'v']},
  'small, 60×16': {news: after(events), size: [60, 16]},
  'smallest, 40×10': {news: after(retried), size: [40, 10]},
  'too small, 39×9': {news: after(retried), size: [39, 9]},
  'detail of the chain': {news: after(more(events, [649_000, CHAIN['stake pending']!])), keys: ['5', '\r']},
  ...ON_CHAIN,
};

describe('each state on a terminal', () => {
  it.each(Object.keys(STATES))('%s', async (name) => {
    const {news, now, keys = [], size = [80, 24]} = STATES[name]!;
    await using rig = dashRig(news, {
      columns: size[0],
      rows: size[1],
      ...(now === undefined ? {} : {at: now}),
    });
    await rig.later(1_000);
    await rig.press(...keys);
    await expect(`${await rig.screen.text()}\n`).toMatchFileSnapshot(
      `snapshots/${name.replaceAll(/[^a-z0-9]+/g, '-')}.txt`,
    );
    // The last row stays free: a full one would scroll.
    expect((await rig.screen.lines()).at(-1)?.trim()).toBe('');
  });

  it.each([
    ['colours', {colors: 'true', ascii: false, light: false}],
    ['sixteen colours', {colors: '16', ascii: false, light: false}],
    ['mono', {colors: 'none', ascii: false, light: false}],
    ['ascii', {colors: 'none', ascii: true, light: false}],
  ] as const)('says its state in words in %s', async (_name, theme) => {
    await using rig = dashRig(after(retried), {theme});
    await rig.later(1_000);
    const text = await rig.screen.text();
    expect(text).toMatch(theme.ascii ? /x FAIL/ : /✗ FAIL/);
    expect(text).toContain('! WARN');
    if (theme.ascii) expect(text).toMatch(/^[ -~\n]*$/);
    const codes = Array.from(rig.screen.written().matchAll(/\x1b\[0?;?([\d;]+)m/g), ([, code]) => code ?? '');
    const colored = codes.filter((code) => /(^|;)(3[0-7]|38|9[0-7])(;|$)/.test(code));
    expect(colored.length > 0).toBe(theme.colors !== 'none');
    expect(codes.some((code) => /38;/.test(code))).toBe(theme.colors === 'true');
  });

  it('dims the last view while the operator is away, and continues when it is back', async () => {
    await using rig = dashRig(after(events, {type: 'away', at: START + 650_000, reason: 'closed'}));
    await rig.later(1_000);
    expect(await rig.screen.text()).toContain('OPERATOR NOT RUNNING since 12:10:50');
    expect(rig.screen.written()).toMatch(/\x1b\[0;2m[^\x1b]*SAMPLING/);
    for (const one of after(events)) rig.dashboard.take(one);
    await rig.later(1_000);
    expect(await rig.screen.text()).toContain('HEALTHY');
  });

  it('rings once for each step to something worse, also when frozen', async () => {
    await using rig = dashRig(after(events));
    const rings = (): number => rig.screen.written().split('\x07\x1b]9;').length - 1;
    await rig.later(2_000);
    expect(rings()).toBe(0);
    await rig.press('p');
    rig.dashboard.take({type: 'event', event: signerDown.at(-1)!});
    await rig.later(5_000);
    expect(rings()).toBe(1);
    rig.dashboard.take({type: 'away', at: rig.time.now(), reason: 'gone'});
    await rig.later(5_000);
    expect(rings()).toBe(1);
    expect(await rig.screen.text()).not.toContain('NOT RUNNING');
    await rig.press('p');
    expect(await rig.screen.text()).toContain('NOT RUNNING');
  });

  it('tells commands with the configuration that was named by hand, where there is room for them', async () => {
    await using rig = dashRig(after(retried), {
      columns: 120,
      next: (step) => renderNext(step, {config: '/etc/aos/node-1/config.yaml'}),
    });
    await rig.press('e');
    const [, verdict = '', ...page] = await rig.screen.lines();
    expect(verdict).toMatch(
      /^✗ FAIL {4}signer down for .* → aos signer check -c \/etc\/aos\/node-1\/config.yaml/,
    );
    expect(page.join('\n')).toMatch(/next +aos signer check -c \/etc/);
    rig.screen.resize(80, 24);
    rig.dashboard.redraw();
    expect(await rig.screen.text()).toMatch(/FAIL {4}signer down for .* → e explains \+1 more$/m);
    await rig.press('d');
    expect(await rig.screen.text()).toContain('copied: aos doctor -c /etc/aos');
  });

  it('copies by OSC 52, and saves and tells', async () => {
    await using rig = dashRig(after(events));
    await rig.press('j', 'y');
    const copied = /\x1b\]52;c;([^\x07]*)\x07/.exec(rig.screen.written())?.[1] ?? '';
    expect(Buffer.from(copied, 'base64').toString()).toBe(job(7).jobId);
    expect(await rig.screen.text()).toContain(`copied: ${job(7).jobId}`);
    await rig.press('s');
    expect(await rig.screen.text()).toMatch(/\d+ lines saved/);
    await rig.press('\x1a', 'q');
    expect(rig.done).toEqual(['suspend', 'quit']);
  });

  it('asks before it stops the operator of aos run', async () => {
    await using rig = dashRig(after(events), {ownsOperator: true});
    await rig.press('\x03');
    expect(await rig.screen.text()).toContain('Ctrl-C again within 3 s');
    await rig.later(3_500);
    await rig.press('\x03');
    expect(rig.done).toEqual([]);
    await rig.press('\x03', '\x03');
    expect(rig.done).toEqual(['interrupt', 'interrupt']);
  });
});
