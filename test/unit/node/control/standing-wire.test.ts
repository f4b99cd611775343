import {describe, expect, it} from 'vitest';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';
import {run, say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {readControlLine, snapshotLine} from '../../../../src/lib/node/control/wire.ts';
import {describe as words} from '../../../../src/lib/node/events/describe.ts';
import type {OperatorEvent, OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {eventLine} from '../../../../src/lib/node/events/lines.ts';
import type {ChainCost, StandingFailure} from '../../../../src/lib/node/events/standing.ts';
import {emptyView, reduceEvents, reduceView} from '../../../../src/lib/node/events/view.ts';
import {standingFigures} from '../../../support/standing.ts';
import {jobRef} from '../../../support/event-log.ts';

const T0 = Date.UTC(2030, 0, 1);
const failure: StandingFailure = {
  code: 'CHAIN_UNREACHABLE',
  message: 'nothing listens',
  next: say('Start it.'),
  since: T0,
};
const cost: ChainCost = {
  key: 'challenge:3',
  kind: 'challenge',
  code: 'CHALLENGE_OPEN',
  severity: 'warning',
  message: 'challenge 3 is open',
  next: run('challenge list', ['--open']),
  since: T0,
  step: 2,
};
const rate = {received: 3, accepted: 2, selected: 1, answered: 1, p95Ms: 105};
const figures = standingFigures({
  blockAt: T0,
  allocations: [
    {set: 0, strategy: '0x1', symbol: null, magnitude: '5', pendingDiff: '-2', effectBlock: '9'},
    {set: 1, strategy: '0x2', symbol: 'stETH', magnitude: '5', pendingDiff: '0', effectBlock: null},
  ],
  challenges: {
    total: 4,
    windowBlocks: '30',
    open: [{index: 3, createdBlock: '1', deadlineBlock: '31'}],
    unanswered: [1],
  },
  penalties: [{id: '1', kind: 0, amountWei: '7', executed: true}],
  rewards: {claimer: '0x3', claimed: [{token: '0x4', symbol: null, decimals: null, amount: '9'}]},
});
const link = {
  id: 'avs_registered',
  state: 'fail',
  found: 'not registered (bls)',
  next: run('register'),
  at: T0,
} as const;

const EVENTS: readonly OperatorEventBody[] = [
  {type: 'standing', readAt: T0, failure: null, links: [link], figures, costs: [cost]},
  {type: 'standing', readAt: null, failure, links: [], figures: null, costs: []},
  {type: 'standing_read', readAt: T0, block: {number: '8', blockAt: T0}, failure: null},
  {type: 'standing_read', readAt: null, block: null, failure},
  {type: 'chain_cost', ...cost},
  {
    type: 'chain_cost_ended',
    key: 'challenge:3',
    kind: 'challenge',
    code: 'CHALLENGE_OPEN',
    text: 'challenge 3 is answered',
    afterMs: 60_000,
  },
  {
    type: 'workers',
    kinds: [
      {
        kind: 'opml',
        workers: 2,
        well: 1,
        open: 1,
        places: 2,
        problem: {code: 'X', message: 'away', next: say('Go.')},
      },
      {kind: 'tee', workers: 1, well: 1, open: 0, places: 1, problem: null},
    ],
  },
  {type: 'job_answered', job: jobRef(1), request: '0a1b2c3d', ms: 1_500},
  {
    type: 'work',
    lastJobAt: T0,
    usualGapMs: null,
    noJobAfterMs: 1_800_000,
    open: 0,
    oldestOpenAt: null,
    cameForWorkers: 0,
    answeredByWorkers: 0,
    windowMs: 1,
    refused: 0,
    rates: {hour: rate, day: rate},
  },
  {
    type: 'verdict',
    state: 'not_earning',
    brokenLink: 'avs_registered',
    found: 'not registered (bls)',
    next: run('register'),
  },
  {type: 'verdict', state: 'earning', brokenLink: null, found: null, next: null},
];
const LOG: readonly OperatorEvent[] = EVENTS.map((body, index) => ({
  seq: index + 1,
  at: T0 + index,
  ...body,
}));
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('what the chain says of the operator, on the control socket', () => {
  it('comes there and back in every event, and in the view after each', () => {
    for (const [index, event] of LOG.entries()) {
      expect(plain(readControlLine(eventLine(event)))).toEqual(plain({type: 'event', event}));
      const view = LOG.slice(0, index + 1).reduce(reduceView, emptyView);
      expect(plain(readControlLine(snapshotLine(view)))).toEqual(plain({type: 'snapshot', view}));
      expect(reduceEvents(emptyView, LOG.slice(0, index + 1))).toEqual(view);
    }
  });

  it('has next steps as text in the lines of aos run --json', () => {
    const texts = LOG.map((event) => eventLine(event, renderNext));
    expect(texts.join('\n')).not.toContain('"say"');
    expect(JSON.parse(texts[0] ?? '')).toMatchObject({
      readAt: '2030-01-01T00:00:00.000Z',
      links: [{next: 'aos register', at: '2030-01-01T00:00:00.000Z'}],
      costs: [{next: 'aos challenge list --open', since: '2030-01-01T00:00:00.000Z'}],
    });
  });

  it('leaves out the links, costs and codes that a newer operator has', () => {
    const line = JSON.parse(eventLine(LOG[0]!)) as {links: object[]; costs: object[]};
    line.links.push({...line.links[0], id: 'moon_phase'});
    line.costs.push({...line.costs[0], kind: 'tides'}, {...line.costs[0], key: 'b', code: 'TIDE_HIGH'});
    expect(readControlLine(JSON.stringify(line))).toMatchObject({
      event: {links: [{id: 'avs_registered'}], costs: [{code: 'CHALLENGE_OPEN'}, {key: 'b', code: 'BUG'}]},
    });
  });
});

it('each is one sentence of the log', () => {
  const said = EVENTS.map((event) => words(event, renderNext)).map(({level, text}) => `${level} ${text}`);
  expect(said.join('\n')).toMatchInlineSnapshot(`
    "debug on chain, block 1000: avs registered: not registered (bls); 1 cost open
    warn what the chain says of this operator is not known: nothing listens (CHAIN_UNREACHABLE)
    debug on chain: no change, block 8
    debug what the chain says of this operator is not known: nothing listens (CHAIN_UNREACHABLE)
    warn challenge 3 is open (CHALLENGE_OPEN) → aos challenge list --open
    info challenge 3 is answered, after 60.0 s (CHALLENGE_OPEN)
    debug workers: opml: 1 of 2 well, 1 of 2 places in use, away (X); tee: 1 of 1 well, 0 of 1 places in use
    debug job job-1 answered by the worker after 1.5 s
    debug jobs come; 0 jobs open; without a job for 30 min it is a problem
    warn this node does not earn: avs registered: not registered (bls) → aos register
    info this node earns"
  `);
});
