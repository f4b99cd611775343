import {describe, expect, it} from 'vitest';
import {chainRows, rateRows} from '../../../../src/lib/features/status/earning-text.ts';
import {statusResult} from '../../../../src/lib/features/status/result.ts';
import {standingOf} from '../../../../src/lib/features/status/standing.ts';
import {judgeLinks} from '../../../../src/lib/features/status/verdict.ts';
import {viewLinks} from '../../../../src/lib/features/status/view-links.ts';
import {run, say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {known, unknown} from '../../../../src/lib/foundation/fact.ts';
import {judge, type Link, type LinkId} from '../../../../src/lib/node/events/links.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {partRows, type PartRow} from '../../../../src/lib/node/events/part-rows.ts';
import type {Allocation} from '../../../../src/lib/peers/chain/allocations.ts';
import type {ChainFacts} from '../../../../src/lib/peers/chain/status/operator-facts.ts';
import {
  chainFacts,
  EARNING,
  NODE,
  NOW,
  RULES,
  stakeOf,
  statusFacts,
  viewOf,
} from '../../../support/status-facts.ts';

const MINUTE = 60_000;
const WHOLE = 10n ** 18n;

/** What a reading of this chain makes of the event. */
function standing(changes: Partial<ChainFacts> = {}, readAt = NOW): OperatorEventBody {
  const about = {nodeId: NODE, network: 'devnet', rules: RULES, now: readAt};
  return {type: 'standing', readAt, failure: null, ...standingOf(chainFacts(changes), about), costs: []};
}
const SIGNED: OperatorEventBody = {
  type: 'signer_stats',
  p50Ms: 5,
  p95Ms: 9,
  signatures: 40,
  errors: 12,
  windowMs: 600_000,
};
const DOWN: OperatorEventBody = {
  type: 'problem',
  part: 'signer',
  code: 'SIGNER_UNREACHABLE',
  message: 'down',
  next: run('signer check'),
};
const links = (...bodies: OperatorEventBody[]): Link[] => viewLinks(viewOf([...EARNING, ...bodies]), NOW);
const link = (all: readonly Link[], id: LinkId): Link | undefined => all.find((one) => one.id === id);
const notRegistered: Partial<ChainFacts> = {
  avs: known({flow: 'bls', stake: stakeOf({state: 'not_registered'})}, NOW),
};

describe('the links of a running operator', () => {
  it('hold when all is well, and are those of status', () => {
    const all = links(SIGNED, standing());
    expect(all.filter(({state}) => state !== 'ok')).toEqual([]);
    expect(judge(all)).toEqual({state: 'earning', brokenLink: null, next: null});
    const ofStatus = judgeLinks(statusFacts());
    for (const id of ['avs_registered', 'stake', 'challenges', 'slashed', 'gas'] as const)
      expect(link(all, id)?.found).toBe(link(ofStatus, id)?.found);
  });

  it('are no verdict before the chain was read, nor when its last reading is old', () => {
    expect(judge(links(SIGNED))).toMatchObject({state: 'unknown', brokenLink: 'avs_registered'});
    const old = links(SIGNED, standing({}, NOW - 6 * MINUTE));
    expect(judge(old)).toMatchObject({state: 'unknown', brokenLink: 'avs_registered'});
    expect(link(old, 'avs_registered')?.found).toMatch(
      /^unknown \(the chain was last read 6 min ago: registered/,
    );
    const failure = {
      code: 'CHAIN_UNREACHABLE',
      message: 'nothing listens',
      next: say('Start it.'),
      since: NOW,
    } as const;
    const failed = links({type: 'standing_read', readAt: null, block: null, failure});
    expect(link(failed, 'avs_registered')).toMatchObject({
      state: 'unknown',
      found: 'unknown (the chain was not read yet: nothing listens)',
      next: say('Start it.'),
    });
  });

  it('never call an operator that is not registered well', () => {
    expect(judge(links(SIGNED, standing(notRegistered)))).toEqual({
      state: 'not_earning',
      brokenLink: 'avs_registered',
      next: run('register'),
    });
  });

  it('have the signer well again at its first good signature, whatever failed before', () => {
    expect(link(links(SIGNED, DOWN), 'signer')?.state).toBe('fail');
    const after = links(SIGNED, DOWN, {type: 'recovered', part: 'signer', afterMs: 1});
    expect(link(after, 'signer')).toMatchObject({state: 'ok', found: 'signs, 95 % within 9 ms'});
    expect(link(links(), 'signer')?.state).toBe('unknown');
  });

  it('stand in for a chain that status cannot read', () => {
    const view = viewOf([...EARNING, standing({}, NOW - MINUTE)]);
    const facts = statusFacts({
      chain: unknown('down'),
      operator: known({pid: 1, host: 'h', version: '1', view}, NOW),
    });
    expect(link(judgeLinks(facts), 'avs_registered')).toMatchObject({
      state: 'ok',
      found: 'registered (bls, quorum 0), as the operator read it 1 min ago',
    });
  });
});

describe('the stake', () => {
  const quorum = stakeOf().quorums[0]!;
  const of = (changes: Partial<(typeof stakeOf extends () => infer S ? S : never)['quorums'][number]>) =>
    known({flow: 'bls' as const, stake: stakeOf({quorums: [{...quorum, ...changes}]})}, NOW);
  const allocation: Allocation = {
    set: 0,
    strategy: stakeOf().strategies[0]!.strategy,
    magnitude: 0n,
    pendingDiff: 0n,
    effectBlock: null,
  };
  const second = (changes: Partial<typeof quorum>) =>
    known(
      {flow: 'bls' as const, stake: stakeOf({quorums: [quorum, {...quorum, number: 1, ...changes}]})},
      NOW,
    );
  const sets = (changes: Partial<Allocation>): Partial<ChainFacts> => ({
    avs: of({weight: null, recorded: null, minimum: null}),
    allocations: known([{...allocation, ...changes}], NOW),
  });

  it.each<[string, Partial<ChainFacts>, string, string]>([
    ['counts', {}, 'ok', 'weight 132 in quorum 0'],
    ['of one that is not registered', notRegistered, 'skipped', 'not registered'],
    [
      'is recorded under the minimum',
      {avs: of({recorded: 0n})},
      'fail',
      'the recorded weight 0 of quorum 0 is under its minimum 1',
    ],
    [
      'fell under the minimum',
      {avs: of({weight: WHOLE / 2n})},
      'fail',
      'the weight fell to 0.5, under the minimum 1 of quorum 0: the next update of the registry removes this operator',
    ],
    [
      'was raised, and is not recorded',
      {avs: of({weight: 200n * WHOLE})},
      'pending',
      'weight 200 in quorum 0, of which 132 is recorded and counts',
    ],
    [
      'grew by what staking gains',
      {avs: of({weight: (1329n * WHOLE) / 10n})},
      'ok',
      'weight 132 in quorum 0',
    ],
    [
      'fell, and the registry counts more',
      {avs: of({weight: 100n * WHOLE})},
      'ok',
      'weight 132 in quorum 0, 100 from its next update on',
    ],
    [
      'is nothing, which a minimum of 0 allows',
      {avs: of({weight: 0n, recorded: 0n, minimum: 0n})},
      'warn',
      'registered with weight 0 in quorum 0: there it counts for nothing',
    ],
    [
      'is delegated, and nothing of it is recorded',
      {avs: of({weight: WHOLE, recorded: 0n, minimum: 0n})},
      'pending',
      'weight 1 in quorum 0, of which 0 is recorded and counts',
    ],
    ...(
      [
        ['its weight', {weight: null, recorded: null}],
        ['its membership', {member: null}],
      ] as const
    ).map(([what, unread]): [string, Partial<ChainFacts>, string, string] => [
      `is not known of one quorum of two: ${what}`,
      {avs: second(unread)},
      'unknown',
      'unknown (the registry did not say how much counts in quorum 1)',
    ]),
    ['is allocated', sets({magnitude: WHOLE / 2n}), 'ok', '50 % of its stETH allocated to operator set 0'],
    [
      'is allocated later',
      sets({pendingDiff: WHOLE, effectBlock: 77n}),
      'pending',
      '+100 % of its stETH in operator set 0 from block 77 on',
    ],
    [
      'is taken back later',
      sets({magnitude: WHOLE, pendingDiff: -WHOLE / 4n, effectBlock: 77n}),
      'ok',
      '100 % of its stETH allocated to operator set 0; −25 % of its stETH in operator set 0 from block 77 on',
    ],
    [
      'is not allocated',
      {avs: of({weight: null, recorded: null}), allocations: known([], NOW)},
      'warn',
      'no stake is allocated to its operator sets',
    ],
    [
      'is not known',
      {avs: of({weight: null, recorded: null}), allocations: known(null, NOW)},
      'unknown',
      'unknown (neither the registry nor the AllocationManager said how much counts)',
    ],
  ])('%s', (_what, changes, state, found) => {
    expect(link(links(standing(changes)), 'stake')).toMatchObject({state, found});
  });
});

it.each<[bigint, bigint | null, string, string]>([
  [WHOLE, 10n ** 9n, 'ok', '1 ETH, pays for about 1428 registrations'],
  [7n * 10n ** 15n, 10n ** 9n, 'ok', '0.007 ETH, pays for about 10 registrations'],
  [69n * 10n ** 14n, 10n ** 9n, 'warn', '0.0069 ETH, pays for about 9 registrations'],
  [WHOLE, null, 'unknown', 'unknown (1 ETH; the RPC does not say the price of gas)'],
])('gas: %s wei at %s is %s', (balanceWei, gasPriceWei, state, found) => {
  expect(link(links(standing({balanceWei, gasPriceWei})), 'gas')).toMatchObject({state, found});
});

describe('the parts', () => {
  const rows = (...bodies: OperatorEventBody[]): Map<string, PartRow> =>
    new Map(partRows(viewOf([...EARNING, ...bodies]), NOW).map((row) => [row.id, row]));
  const facts = {kind: 'opml', workers: 2, well: 2, open: 1, places: 4, problem: null};
  const away = {code: 'WORKER_UNREACHABLE', message: 'away', next: say('Start it.')};

  it('are signer, chain, dispatcher and each kind of worker, unknown until they were seen', () => {
    expect([...rows()].map(([id, {state}]) => [id, state])).toEqual([
      ['signer', 'unknown'],
      ['chain', 'unknown'],
      ['dispatcher', 'ok'],
      ['worker opml', 'unknown'],
    ]);
  });

  it('have a state, a figure and its age', () => {
    const seen = rows(
      SIGNED,
      {type: 'block', number: '7', blockAt: NOW - 1_000, rpcMs: 20},
      {type: 'workers', kinds: [facts]},
    );
    expect(seen.get('signer')).toMatchObject({state: 'ok', figure: 'p95 9 ms, 12 of 52 failed in 10 min'});
    expect(seen.get('chain')).toMatchObject({state: 'ok', figure: 'block 7, 20 ms'});
    expect(seen.get('worker opml')).toMatchObject({state: 'ok', figure: '2 of 2 well, 1 of 4 busy'});
    expect([...seen.values()].every(({at}) => at !== null && at <= NOW)).toBe(true);
  });

  it('are as bad as what is known to be wrong with them', () => {
    const one = rows({type: 'workers', kinds: [{...facts, well: 1, problem: away}]});
    expect(one.get('worker opml')).toMatchObject({state: 'warn', next: say('Start it.')});
    const all = rows({type: 'workers', kinds: [{...facts, well: 0, problem: away}]});
    expect(all.get('worker opml')?.state).toBe('fail');
    expect(rows(DOWN).get('signer')).toMatchObject({state: 'fail', next: run('signer check')});
    const behind = rows({type: 'block', number: '7', blockAt: NOW - 10 * MINUTE, rpcMs: 20});
    expect(behind.get('chain')).toMatchObject({state: 'warn', figure: 'block 7, 20 ms, 10 min old'});
  });
});

describe('the status', () => {
  const strategy = stakeOf().strategies[0]!;
  const facts = statusFacts({
    chain: known(
      chainFacts({
        allocations: known(
          [
            {
              set: 0,
              strategy: strategy.strategy,
              magnitude: WHOLE / 2n,
              pendingDiff: -WHOLE / 4n,
              effectBlock: 77n,
            },
          ],
          NOW,
        ),
        rewards: known({claimer: NODE, claimed: [{token: strategy.token!, amount: 15n * 10n ** 17n}]}, NOW),
      }),
      NOW,
    ),
    operator: known(
      {
        pid: 1,
        host: 'h',
        version: '1',
        view: viewOf([
          ...EARNING,
          {
            type: 'work',
            lastJobAt: NOW,
            usualGapMs: null,
            noJobAfterMs: 1,
            open: 0,
            oldestOpenAt: null,
            cameForWorkers: 0,
            answeredByWorkers: 0,
            windowMs: 1,
            refused: 0,
            rates: {
              hour: {received: 20, accepted: 19, selected: 5, answered: 4, p95Ms: 2_500},
              day: {received: 0, accepted: 0, selected: 0, answered: 0, p95Ms: null},
            },
          },
          {
            ...standing(),
            ...{
              costs: [
                {
                  key: 'challenge:3',
                  kind: 'challenge',
                  code: 'CHALLENGE_OPEN',
                  severity: 'warning',
                  message: 'challenge 3 is open',
                  next: say('Look.'),
                  since: NOW,
                  step: 1,
                },
              ],
            },
          },
        ]),
      },
      NOW,
    ),
  });

  it('has allocations, rewards, costs and the rates of jobs in JSON', () => {
    expect(statusResult(facts)).toMatchObject({
      allocations: {state: 'known', value: [{symbol: 'stETH', pendingDiff: -WHOLE / 4n, effectBlock: 77n}]},
      rewards: {state: 'known', value: {claimer: NODE, claimable: null, claimed: [{symbol: 'stETH'}]}},
      costs: [{key: 'challenge:3', code: 'CHALLENGE_OPEN'}],
      jobs: {rates: {hour: {received: 20, p95Ms: 2_500}}},
    });
    const dark = statusResult(statusFacts({chain: unknown('down'), operator: known(null, NOW)}));
    expect(dark).toMatchObject({
      allocations: {state: 'unknown', reason: 'down'},
      rewards: {state: 'unknown', reason: 'down'},
      costs: [],
      jobs: {rates: null},
    });
  });

  it('says them in words', () => {
    const result = statusResult(facts);
    expect([...chainRows(result), ...rateRows(result)].map(({name, text}) => `${name}: ${text}`)).toEqual([
      'costs: challenge 3 is open (CHALLENGE_OPEN, since 2026-01-02T00:00Z)',
      'allocated: 50 % of its stETH to operator set 0, −25 % from block 77 on',
      `rewards: 1.5 stETH claimed; claimer: ${NODE}; claimable: not known, needs EigenLayer’s sidecar`,
      'last hour: 19 of 20 accepted, 95 % within 2.5 s; 4 of 5 selected answered',
      'last day: no job came',
    ]);
  });
});
