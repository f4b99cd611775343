import {run, say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';
import type {CheckState} from '../../../../src/lib/foundation/check/check.ts';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type StatusFacts} from '../../../../src/lib/features/status/facts.ts';
import {judge, LINK_IDS, type Link, type LinkId} from '../../../../src/lib/node/events/links.ts';
import {statusResult} from '../../../../src/lib/features/status/result.ts';
import {judgeLinks, statusExitCode} from '../../../../src/lib/features/status/verdict.ts';
import {
  chainFacts,
  challengeFacts,
  EARNING,
  journalFacts,
  NODE,
  NOW,
  RULES,
  stakeOf,
  statusFacts,
  viewOf,
} from '../../../support/status-facts.ts';
import {jobRef, STARTED} from '../../../support/event-log.ts';
import {known, unknown} from '../../../../src/lib/foundation/fact.ts';
import type {ChainFacts} from '../../../../src/lib/peers/chain/status/operator-facts.ts';

const HOUR = 3_600_000;
const chain = (changes: Partial<ChainFacts>): Partial<StatusFacts> => ({
  chain: known(chainFacts(changes), NOW),
});
const stake = (changes: Parameters<typeof stakeOf>[0]): Partial<StatusFacts> =>
  chain({avs: known({flow: 'bls', stake: stakeOf(changes)}, NOW)});
const running = (...[bodies, beforeMs]: Parameters<typeof viewOf>): Partial<StatusFacts> => ({
  operator: known({pid: 7, host: 'here', version: '0.1.0', view: viewOf(bodies, beforeMs)}, NOW),
});
const journal = (changes: Parameters<typeof journalFacts>[0]): Partial<StatusFacts> => ({
  journal: known(journalFacts(changes), NOW),
});
const penalties = (mine: {id: bigint; kind: number; amountWei: bigint; executed: boolean}[]) =>
  chain({
    penalties: known({ledger: NODE, penaltyWei: 1n, moratoriumUntil: 1n, looked: 9, total: 9n, mine}, NOW),
  });
const noProbes = EARNING.filter(({type}) => type !== 'probe_answered');
const of = (changes: Partial<StatusFacts>, id: LinkId): Link => {
  const link = judgeLinks(statusFacts(changes)).find((one) => one.id === id);
  if (link === undefined) throw new Error(id);
  return link;
};

describe('a range', () => {
  const row = (start: bigint, end: bigint): Partial<StatusFacts> => ({
    row: known({id: NODE, address: NODE, range: {start, end}, status: ''}, NOW),
  });
  it('that the dispatcher’s row has otherwise is said in words and in JSON', () => {
    expect(of(row(1800n, 2400n), 'vrf_range').found).toBe(
      '0–60000 of 600000: 10 % of all jobs, about 1 in 10; the row of the dispatcher says 1800–2400, the chain says 0–60000, and the chain decides',
    );
    const unset = chain({range: known({start: 0n, end: 0n, max: 600_000n, contract: NODE}, NOW)});
    expect(of({...row(1800n, 2400n), ...unset}, 'vrf_range').found).toMatch(
      /^no range is set, so no job is ever selected; the row of the dispatcher says 1800–2400, no range is set on chain/,
    );
    expect(statusResult(statusFacts(row(1800n, 2400n))).sampling).toMatchObject({
      start: 0n,
      dispatcherRow: {start: 1800n, end: 2400n},
    });
  });
});

describe('who asked /ping', () => {
  const asked = (from: string): (typeof EARNING)[number] => ({type: 'probe_answered', via: 'http', from});

  it('is said, since anyone may ask', () => {
    const {state, found} = of(running([...noProbes, asked('203.0.113.7')]), 'probed');
    expect([state, found]).toEqual([
      'ok',
      'last asked 1 s ago; 1 address asked in the last hour, 203.0.113.7 last',
    ]);
  });

  it('is known from the journal while no operator runs, and is in the JSON', () => {
    const facts = {...journal({sources: {count: 3, last: '198.51.100.1'}}), operator: known(null, NOW)};
    expect(of(facts, 'probed').found).toContain('; 3 addresses asked in the last hour, 198.51.100.1 last');
    expect(statusResult(statusFacts(facts)).liveness).toMatchObject({
      sources: {count: 3, last: '198.51.100.1'},
    });
    expect(statusResult(statusFacts(journal({}))).liveness).toMatchObject({sources: null});
  });

  it('through a crowded port is a warning with what to do', () => {
    const crowded = {
      type: 'problem',
      part: 'port',
      code: 'PORT_CROWDED',
      message: '900 connections were closed',
      next: say('Limit them.'),
    } as const;
    expect(of(running([...EARNING, crowded]), 'probed')).toMatchObject({
      state: 'warn',
      found: expect.stringContaining('900 connections were closed') as string,
      next: say('Limit them.'),
    });
  });
});

describe('links', () => {
  it('are all there, in order, and hold when all is well', () => {
    const links = judgeLinks(statusFacts());
    expect(links.map(({id}) => id)).toEqual(LINK_IDS);
    expect(links.filter(({state}) => state !== 'ok')).toEqual([]);
    expect(links.every(({at}) => at !== undefined)).toBe(true);
    expect(judge(links)).toEqual({state: 'earning', brokenLink: null, next: null});
    expect(statusExitCode(links)).toBe(0);
  });

  const problem = (part: 'signer' | 'worker' | 'dispatcher' | 'jobs' | 'identity') =>
    ({type: 'problem', part, code: 'BUG', message: 'broken', next: say('repair it')}) as const;
  const failed = (seq: number) =>
    [
      {type: 'job_concluded', job: jobRef(seq), outcome: 'failed', reason: 'no worker'},
      {type: 'result_accepted', job: jobRef(seq), ms: 1, outcome: 'failed'},
    ] as const;
  const SIGNED = {
    type: 'signer_stats',
    p50Ms: 5,
    p95Ms: 9,
    signatures: 4,
    errors: 0,
    windowMs: 600_000,
  } as const;
  const signerFail = {
    state: 'fail',
    host: 'h',
    code: 'SIGNER_UNREACHABLE',
    message: 'down',
    next: say('up'),
  } as const;
  it.each<[string, Partial<StatusFacts>, LinkId, CheckState, string | null]>([
    ['signer that cannot sign', {signer: known(signerFail, NOW)}, 'signer', 'fail', 'up'],
    [
      'signer that is late here and signs for the operator',
      {...running([...EARNING, SIGNED]), signer: known({...signerFail, isLate: true}, NOW)},
      'signer',
      'warn',
      'up',
    ],
    [
      'signer that is late here and for the operator',
      {
        ...running([...EARNING, SIGNED, problem('signer')]),
        signer: known({...signerFail, isLate: true}, NOW),
      },
      'signer',
      'fail',
      'up',
    ],
    [
      'signer that is late, and has not signed lately',
      {...running(EARNING), signer: known({...signerFail, isLate: true}, NOW)},
      'signer',
      'fail',
      'up',
    ],
    [
      'signer that is away, though it signed just now',
      {...running([...EARNING, SIGNED]), signer: known(signerFail, NOW)},
      'signer',
      'fail',
      'up',
    ],
    [
      'signer that did not answer',
      {signer: unknown('no answer within 5 s')},
      'signer',
      'unknown',
      'aos doctor',
    ],
    [
      'signer the operator cannot use',
      running([...EARNING, problem('signer')]),
      'signer',
      'warn',
      'repair it',
    ],
    [
      'signer not asked, and the operator cannot use it',
      {...running([...EARNING, problem('signer')]), signer: unknown('offline')},
      'signer',
      'fail',
      'repair it',
    ],
    [
      'no EigenLayer operator',
      chain({isOperator: known(false, NOW)}),
      'eigenlayer_operator',
      'fail',
      'aos register --as-operator --metadata-url URL',
    ],
    ['chain down', {chain: unknown('no RPC')}, 'eigenlayer_operator', 'unknown', 'aos doctor'],
    ...(['eigenlayer_operator', 'avs_registered', 'challenges', 'slashed'] as const).map(
      (id): [string, Partial<StatusFacts>, LinkId, CheckState, string] => [
        `chain down, and what to do: ${id}`,
        {chain: unknown('no RPC', say('repair it'))},
        id,
        'unknown',
        'repair it',
      ],
    ),
    [
      'chain down and no operator that knows the range',
      {chain: unknown('no RPC', say('repair it')), operator: known(null, NOW)},
      'vrf_range',
      'unknown',
      'repair it',
    ],
    ['signer not asked', {signer: unknown('offline', run('status'))}, 'signer', 'unknown', 'aos status'],
    [
      'journal away',
      {journal: unknown('none', say('start')), operator: known(null, NOW)},
      'probed',
      'unknown',
      'start',
    ],
    ['not registered', stake({state: 'not_registered'}), 'avs_registered', 'fail', 'aos register'],
    [
      'deregistered',
      stake({state: 'deregistered'}),
      'avs_registered',
      'fail',
      'See whether it can come back: aos register --check',
    ],
    ['registry silent', stake({state: 'unknown'}), 'avs_registered', 'unknown', 'aos register --check'],
    [
      'registry not configured',
      chain({avs: unknown('chain.contracts.registry is not set')}),
      'avs_registered',
      'unknown',
      'aos doctor',
    ],
    [
      'another socket',
      stake({socket: {state: 'known', value: 'http://198.51.100.1:1'}}),
      'avs_registered',
      'warn',
      'Set it in the configuration, or send the new one: aos register',
    ],
    [
      'the same socket in other words',
      stake({socket: {state: 'known', value: '203.0.113.7:21001/'}}),
      'avs_registered',
      'ok',
      null,
    ],
    ['socket unknown', stake({socket: {state: 'unknown', why: 'no logs'}}), 'avs_registered', 'ok', null],
    [
      'socket of another’s node',
      {...stake({socket: {state: 'known', value: 'x'}}), rules: {...RULES, socket: null}},
      'avs_registered',
      'ok',
      null,
    ],
    [
      'range unset',
      chain({range: known({start: 0n, end: 0n, max: 600_000n, contract: NODE}, NOW)}),
      'vrf_range',
      'fail',
      'aos register',
    ],
    [
      'range empty',
      chain({range: known({start: 9n, end: 9n, max: 600_000n, contract: NODE}, NOW)}),
      'vrf_range',
      'fail',
      'aos register',
    ],
    [
      'range that is not the one in the dispatcher’s row',
      {row: known({id: NODE, address: NODE, range: {start: 1800n, end: 2400n}, status: ''}, NOW)},
      'vrf_range',
      'warn',
      'Nothing to do here, since sampling follows the chain; ask the operator of the dispatcher to correct its row.',
    ],
    ['range of a dispatcher without a row', {row: known(null, NOW)}, 'vrf_range', 'ok', null],
    ['range of a dispatcher that is away', {row: unknown('away')}, 'vrf_range', 'ok', null],
    ['range by the operator', {chain: unknown('no RPC')}, 'vrf_range', 'ok', null],
    [
      'range of an earlier run',
      {
        chain: unknown('no RPC'),
        ...running([{type: 'range', start: '0', end: '5', max: '9', block: null, source: 'journal'}]),
      },
      'vrf_range',
      'warn',
      'Check chain.chain_rpc_url.',
    ],
    [
      'range unknown',
      {chain: unknown('no RPC'), operator: known(null, NOW)},
      'vrf_range',
      'unknown',
      'aos doctor',
    ],
    ['no operator running', {operator: known(null, NOW)}, 'dispatcher', 'fail', 'aos run'],
    ['another machine', {operator: unknown('not this machine')}, 'dispatcher', 'unknown', 'aos doctor'],
    [
      'connecting',
      running([STARTED, {type: 'connecting', url: 'ws://d'}]),
      'dispatcher',
      'pending',
      'Wait a few seconds.',
    ],
    [
      'connecting for long',
      running([STARTED, {type: 'connecting', url: 'ws://d'}], 60_000),
      'dispatcher',
      'fail',
      'Check net.dispatcher_url.',
    ],
    [
      'disconnected',
      running([...EARNING, {type: 'disconnected', reason: 'gone', retryInMs: 5}, problem('dispatcher')]),
      'dispatcher',
      'fail',
      'repair it',
    ],
    [
      'refused',
      running([
        ...EARNING,
        {
          type: 'disconnected',
          reason: 'HTTP 403 instead of a WebSocket: not on the list',
          retryInMs: 5,
          refusal: {how: 'http', code: 403, words: 'not on the list'},
        },
        problem('dispatcher'),
      ]),
      'dispatcher',
      'fail',
      'repair it',
    ],
    ['no work', running([...EARNING, problem('jobs')]), 'jobs', 'warn', 'repair it'],
    [
      'stopping',
      running([...EARNING, {type: 'stopping', reason: 'SIGTERM', inProgress: 0, graceMs: 1}]),
      'dispatcher',
      'fail',
      'A start waits until it has ended: aos run',
    ],
    ['a second operator', running([...EARNING, problem('identity')]), 'dispatcher', 'fail', 'repair it'],
    [
      'silent for long',
      {
        ...journal({spans: [{kind: 'probed', start: 0, end: NOW - 600_000, count: 9}]}),
        ...running(noProbes, HOUR),
      },
      'probed',
      'fail',
      'Check from outside that the node is reachable: curl http://203.0.113.7:21001/ping',
    ],
    [
      'silent, not running',
      {
        operator: known(null, NOW),
        ...journal({spans: [{kind: 'probed', start: 0, end: NOW - 600_000, count: 9}]}),
      },
      'probed',
      'fail',
      'aos run',
    ],
    [
      'never probed',
      {...journal({spans: []}), ...running(noProbes, HOUR)},
      'probed',
      'fail',
      'Check from outside that the node is reachable: curl http://203.0.113.7:21001/ping',
    ],
    ['just started', {...journal({spans: []}), ...running(noProbes)}, 'probed', 'pending', 'Wait 30 s.'],
    ['probes in the journal alone', {operator: known(null, NOW)}, 'probed', 'ok', null],
    ['probes in the view alone', {journal: unknown('none')}, 'probed', 'ok', null],
    [
      'nothing known of probes',
      {journal: unknown('none'), operator: unknown('x')},
      'probed',
      'unknown',
      'aos doctor',
    ],
    [
      'no job for hours',
      {
        ...journal({lastReceivedAt: NOW - 5 * HOUR, lastAcceptedAt: NOW - 5 * HOUR}),
        operator: known(null, NOW),
      },
      'jobs',
      'ok',
      null,
    ],
    [
      'results that wait',
      {
        ...journal({pending: 3, lastReceivedAt: NOW - HOUR / 2, lastAcceptedAt: null}),
        operator: known(null, NOW),
      },
      'jobs',
      'warn',
      'aos run',
    ],
    [
      'results in hand',
      {
        ...journal({pending: 3, lastReceivedAt: NOW - 2_000, lastAcceptedAt: null}),
        operator: known(null, NOW),
      },
      'jobs',
      'ok',
      null,
    ],
    [
      'selected jobs without an answer',
      journal({missing: [{kind: 'opml', waiting: 2, unanswered: 0, oldestAt: NOW - HOUR}]}),
      'jobs',
      'warn',
      'aos job list --state selected,unanswered',
    ],
    ['a worker in problem', running([...EARNING, problem('worker')]), 'jobs', 'warn', 'repair it'],
    [
      'failed answers',
      running([...EARNING, ...failed(2), ...failed(3), ...failed(4)]),
      'jobs',
      'warn',
      'Check the worker’s log.',
    ],
    [
      'nothing known of jobs',
      {journal: unknown('none'), operator: unknown('x')},
      'jobs',
      'unknown',
      'aos doctor',
    ],
    [
      'no challenge manager',
      chain({challenges: known(null, NOW)}),
      'challenges',
      'unknown',
      'Set chain.contracts.challenge_manager.',
    ],
    [
      'open challenges',
      chain({
        challenges: known(
          challengeFacts({open: [{index: 2, createdBlock: 1n, deadlineBlock: 31n, blocksLeft: 4n}]}),
          NOW,
        ),
      }),
      'challenges',
      'pending',
      'aos challenge list',
    ],
    [
      'challenges of unknown age',
      chain({challenges: known(challengeFacts({windowKnown: false}), NOW)}),
      'challenges',
      'unknown',
      'aos challenge list',
    ],
    [
      'slashed stake',
      stake({strategies: stakeOf().strategies.map((one) => ({...one, maxMagnitude: 9n * 10n ** 17n}))}),
      'slashed',
      'fail',
      'aos slashing-history',
    ],
    [
      'executed penalty',
      penalties([{id: 1n, kind: 0, amountWei: 1n, executed: true}]),
      'slashed',
      'fail',
      'aos slashing-history',
    ],
    [
      'recorded penalty',
      penalties([{id: 1n, kind: 0, amountWei: 1n, executed: false}]),
      'slashed',
      'warn',
      'aos slashing-history',
    ],
    [
      'a whole ledger, but the stake could not be read',
      chain({avs: unknown('no registry', say('set it'))}),
      'slashed',
      'unknown',
      'set it',
    ],
    [
      'whole stake, but the ledger could not be read',
      chain({penalties: unknown('no ledger')}),
      'slashed',
      'unknown',
      'aos slashing-history',
    ],
    [
      'no slashing source',
      {...chain({avs: unknown('no registry'), penalties: known(null, NOW)})},
      'slashed',
      'unknown',
      'aos slashing-history',
    ],
  ])('%s', (_name, changes, id, state, next) => {
    const {next: todo, ...link} = of(changes, id);
    expect({...link, next: todo === null ? null : renderNext(todo)}).toMatchObject({state, next});
  });

  it('says how much was slashed', () => {
    const cut = stake({
      strategies: stakeOf().strategies.map((one) => ({...one, maxMagnitude: 875n * 10n ** 15n})),
    });
    expect(of(cut, 'slashed').found).toBe('lost 12.5 % of its stETH');
  });
});

describe('verdict', () => {
  const link = fc.record({
    state: fc.constantFrom<CheckState>('ok', 'warn', 'fail', 'unknown', 'pending'),
    next: fc.constantFrom(say('do it'), null),
  });
  const links = fc
    .tuple(...LINK_IDS.map(() => link))
    .map((states) =>
      states.map((one, i): Link => ({...one, id: LINK_IDS[i] ?? 'signer', found: 'e', at: NOW})),
    );
  const essential = new Set<LinkId>(['avs_registered', 'vrf_range', 'dispatcher', 'probed']);

  it('is earning only with the essential links and none that fails', () => {
    fc.assert(
      fc.property(links, (list) => {
        const {state, brokenLink: broken, next} = judge(list);
        const fails = list.some((one) => one.state === 'fail');
        const held = list.every(
          (one) => !essential.has(one.id) || one.state === 'ok' || one.state === 'warn',
        );
        expect(state === 'earning' || state === 'degraded').toBe(held && !fails);
        if (fails) expect(state).toBe('not_earning');
        if (state === 'earning') expect([broken, next]).toEqual([null, null]);
        else {
          const blamed = list.find((one) => one.id === broken);
          expect(blamed?.state).not.toBe('ok');
          expect(next).toBe(blamed?.next);
        }
        if (fails) expect(broken).toBe(list.find((one) => one.state === 'fail')?.id);
      }),
    );
  });

  it('has exit code 3 exactly when a link fails, and 0 exactly when all hold', () => {
    fc.assert(
      fc.property(links, (list) => {
        const code = statusExitCode(list);
        expect(code === 3).toBe(list.some((one) => one.state === 'fail'));
        expect(code === 0).toBe(list.every((one) => one.state === 'ok'));
        expect([0, 3, 4]).toContain(code);
      }),
    );
  });

  it('is unknown, not earning, for an operator of another machine', () => {
    const away = unknown('not this machine');
    const facts = statusFacts({signer: away, journal: away, operator: away});
    expect(statusResult(facts).verdict).toEqual({
      state: 'unknown',
      brokenLink: 'dispatcher',
      next: run('doctor'),
      idle: null,
    });
    expect(statusExitCode(judgeLinks(facts))).toBe(4);
  });

  it('tells no next step for an operator of another machine: they would act on this node', () => {
    const away = unknown('not this machine');
    const lost = {signer: away, journal: away, operator: away, ...stake({state: 'not_registered'})};
    const here = statusResult(statusFacts(lost));
    expect(here.verdict).toMatchObject({brokenLink: 'avs_registered', next: {run: {command: 'register'}}});
    const there = statusResult(statusFacts({...lost, isElsewhere: true}));
    expect(there.verdict).toEqual({...here.verdict, next: null});
    expect(there.links.map(({next}) => next)).toEqual(LINK_IDS.map(() => null));
  });

  it('is idle without a job for an hour', () => {
    const quiet = {
      ...journal({lastReceivedAt: NOW - HOUR - 1}),
      ...running(EARNING.filter(({type}) => !type.startsWith('job') && !type.startsWith('result'))),
    };
    expect(statusResult(statusFacts(quiet)).verdict).toMatchObject({state: 'earning', idle: true});
    expect(statusResult(statusFacts()).verdict).toMatchObject({state: 'earning', idle: false});
  });
});

describe('policy', () => {
  const moratorium = (networkStart: number | null) =>
    statusResult(statusFacts({rules: {...RULES, networkStart}, ...chain({penalties: known(null, NOW)})}))
      .policy.moratorium;

  it('counts the moratorium from the network’s start alone', () => {
    expect(moratorium(null)).toMatchObject({state: 'unknown', until: null});
    expect(moratorium(Date.UTC(2025, 0, 2))).toMatchObject({
      state: 'over',
      until: '2026-01-02T00:00:00.000Z',
    });
    expect(moratorium(Date.UTC(2025, 0, 3))).toMatchObject({
      state: 'in_force',
      source: 'policy.network_start',
    });
  });

  it('has the last time there is for a moratorium without an end', () => {
    const ledger = {
      ledger: NODE,
      penaltyWei: 1n,
      moratoriumUntil: 2n ** 256n - 1n,
      looked: 0,
      total: 0n,
      mine: [],
    };
    const {policy} = statusResult(statusFacts(chain({penalties: known(ledger, NOW)})));
    expect(policy.moratorium.ledgerUntil).toBe('9999-12-31T23:59:59.000Z');
  });

  it('takes the penalty of the ledger before that of the configuration', () => {
    const {policy} = statusResult(statusFacts());
    expect(policy).toMatchObject({penaltyWei: 10n ** 17n, penaltySource: `penalty ledger ${NODE}`});
    const none = statusResult(statusFacts({chain: unknown('down'), rules: {...RULES, penaltyWei: 5n}}));
    expect(none.policy).toMatchObject({penaltyWei: 5n, penaltySource: 'configuration'});
  });
});

describe('the workers of a node', () => {
  const bad = (kind: string, code: string, {workers = 1, well = 0} = {}) => ({
    kind,
    workers,
    well,
    open: 0,
    places: workers,
    problem: {code, message: `${kind} worker w has ${code}`, next: say('Restart it.')},
  });
  const fine = (kind: string) => ({kind, workers: 1, well: 1, open: 0, places: 1, problem: null});
  const problem = (code: 'WORKER_STUCK' | 'WORKER_REFUSED') =>
    ({type: 'problem', part: 'worker', code, message: 'the worker is w', next: say('Restart it.')}) as const;
  type Kinds = readonly (ReturnType<typeof bad> | ReturnType<typeof fine>)[];
  it.each<[string, CheckState, Kinds | null, 'WORKER_STUCK' | 'WORKER_REFUSED' | null]>([
    ['an only one that is stuck', 'fail', null, 'WORKER_STUCK'],
    ['an only one that refused a request', 'warn', null, 'WORKER_REFUSED'],
    ['an only one, as it was last seen', 'fail', [bad('tee', 'WORKER_STUCK')], 'WORKER_STUCK'],
    ['one of two', 'warn', [bad('tee', 'WORKER_STUCK', {workers: 2, well: 1})], 'WORKER_STUCK'],
    ['all of two kinds', 'fail', [bad('tee', 'WORKER_STUCK'), bad('zkml', 'WORKER_UNSOUND')], 'WORKER_STUCK'],
    ['those of one kind of two', 'warn', [bad('tee', 'WORKER_STUCK'), fine('zkml')], 'WORKER_STUCK'],
    ['an only one that has recovered since', 'ok', [bad('tee', 'WORKER_STUCK')], null],
  ])('with a problem of %s: the jobs are %s', (_name, state, kinds, code) => {
    const events = [...EARNING, ...(kinds === null ? [] : [{type: 'workers', kinds} as const])];
    const found = of(running(code === null ? events : [...events, problem(code)]), 'jobs');
    expect(found.state).toBe(state);
    if (state !== 'fail') return;
    expect(found.found).toContain('worker: the worker is w');
    expect(found.next).toEqual(say('Restart it.'));
    const links = judgeLinks(statusFacts(running([...events, problem('WORKER_STUCK')])));
    expect(judge(links)).toMatchObject({state: 'not_earning', brokenLink: 'jobs'});
  });
});
