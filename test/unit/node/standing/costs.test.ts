import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {run, say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import type {ChainCost, StandingFigures} from '../../../../src/lib/node/events/standing.ts';
import {costsAfter} from '../../../../src/lib/node/standing/costs.ts';
import {followedBy} from '../../../../src/lib/node/standing/followed.ts';
import {EMPTY_MEMORY, memoryOf, memoryText} from '../../../../src/lib/node/standing/memory.ts';
import type {StandingReading} from '../../../../src/lib/node/standing/reading.ts';
import {stakeLeft, standingFigures, standingReading} from '../../../support/standing.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** The costs after these readings, a minute apart; each is kept and read back, as over a restart. */
function after(...readings: StandingReading[]): readonly ChainCost[] {
  let memory = EMPTY_MEMORY;
  for (const [index, reading] of readings.entries())
    memory = memoryOf(memoryText(costsAfter(memory, reading, index * MINUTE)));
  return memory.costs;
}
const short = (costs: readonly ChainCost[]): string[] =>
  costs.map(({key, code, severity, step, since}) => `${key} ${code} ${severity} ${step} ${since / MINUTE}`);

const challenges = (block: number, open: number[], unanswered: number[] = [], total = 4) =>
  standingReading({
    block: String(block),
    challenges: {
      total,
      windowBlocks: '100',
      open: open.map((index) => ({index, createdBlock: '1000', deadlineBlock: '1100'})),
      unanswered,
    },
  });
const penalty = (id: number, executed = false) => ({id: String(id), kind: 0, amountWei: '100', executed});
const range = (start: string, end: string): Partial<StandingFigures> => ({
  range: {start, end, max: '600', share: 0},
});
const gone: Partial<StandingFigures> = {
  registration: {state: 'deregistered', flow: 'bls', group: 'quorum'},
  quorums: [],
};
const members = (...numbers: number[]): Partial<StandingFigures> => ({
  quorums: [0, 1].map((number) => ({
    number,
    member: numbers.includes(number),
    weight: null,
    recorded: null,
    minimum: null,
  })),
});
const gas = (registrations: number | null): Partial<StandingFigures> => ({
  gas: {balanceWei: '1', gasPriceWei: '1', registrations},
});
const stake = (state: 'fail' | 'ok' | 'unknown' | 'skipped' | 'pending') =>
  standingReading({}, [{id: 'stake', state, found: 'under its minimum', next: say('More.')}]);
const socket = (state: 'ok' | 'warn' | 'unknown') =>
  standingReading({}, [
    {id: 'avs_registered', state, found: 'registered, but its socket', next: run('register')},
  ]);
/** What slashing has left of two strategies; null: not read. */
const twoStrategies = (...left: (string | null)[]) =>
  standingReading({
    stake: left.map((part, index) => ({
      ...standingFigures().stake[0]!,
      strategy: `0x${String(index + 1).repeat(40)}`,
      symbol: `S${index}`,
      maxMagnitude: part === null ? null : String(Math.round(Number(part) * 10)) + '0'.repeat(17),
    })),
  });
const well = standingReading();

it('more challenges than are reported one by one are counted, and each is followed until it ends', () => {
  const many = Array.from({length: 25}, (_, index) => index);
  const costs = after(challenges(1001, many, [], 25));
  expect(costs).toHaveLength(21);
  expect(costs.at(-1)).toMatchObject({key: 'challenge:more', code: 'CHALLENGE_OPEN'});
  expect(costs.at(-1)?.message).toMatch(/^5 more challenges are open/);
  expect(followedBy({...EMPTY_MEMORY, challenges: 25, costs}, false).challenges).toEqual({
    open: many.slice(0, 20),
    from: 25,
  });
  // The others end first: what was reported stays until its own end, and the rest comes in its turn.
  const fewer = after(challenges(1001, many, [], 25), challenges(1002, many.slice(18), [], 25));
  expect(fewer.map(({key}) => key)).toEqual(many.slice(18).map((index) => `challenge:${index}`));
});

it('penalties that are not executed are followed by their numbers, however many come after them', () => {
  const memory = [
    standingReading({penalties: [penalty(3), penalty(4, true)]}),
    standingReading({penalties: [penalty(9)]}),
  ].reduce((before, reading) => memoryOf(memoryText(costsAfter(before, reading, MINUTE))), EMPTY_MEMORY);
  expect(followedBy(memory, false).penalties).toEqual({open: [3n, 9n], from: null});
  expect(followedBy(memory, true).penalties).toEqual({open: [3n, 9n], from: 10n});
  const later = costsAfter(memory, standingReading({penalties: [penalty(3, true), penalty(9)]}), MINUTE);
  expect(later.executed).toBe(2);
  expect(followedBy(later, false).penalties.open).toEqual([9n]);
});

it.each<[string, StandingReading[], string[]]>([
  ['all is well', [well, well], []],
  ['a challenge is opened', [well, challenges(1001, [3])], ['challenge:3 CHALLENGE_OPEN warning 1 1']],
  ['half of its time', [challenges(1050, [3])], ['challenge:3 CHALLENGE_OPEN warning 2 0']],
  ['not quite three quarters', [challenges(1074, [3])], ['challenge:3 CHALLENGE_OPEN warning 2 0']],
  ['three quarters', [challenges(1075, [3])], ['challenge:3 CHALLENGE_OPEN critical 3 0']],
  ['nine tenths', [challenges(1090, [3])], ['challenge:3 CHALLENGE_OPEN critical 4 0']],
  ['it is answered', [challenges(1001, [3]), well], []],
  [
    'it is not answered in time',
    [challenges(1001, [3]), challenges(1101, [], [3])],
    ['challenge:3 CHALLENGE_UNANSWERED critical 5 0'],
  ],
  [
    'it came and went while the operator was away',
    [challenges(900, [], [], 3), challenges(1200, [], [3])],
    ['challenge:3 CHALLENGE_UNANSWERED critical 5 1'],
  ],
  ['those before the first reading are no news', [challenges(1200, [], [1, 2, 3])], []],
  [
    'challenges are not known',
    [challenges(1090, [3]), standingReading({challenges: null})],
    ['challenge:3 CHALLENGE_OPEN critical 4 0'],
  ],
  ['slashed', [well, standingReading(stakeLeft(90n))], ['slashed STAKE_SLASHED critical 1 1']],
  [
    'slashed, with more delegated in the same minute: what slashing has left does not rise again',
    [
      well,
      standingReading({
        stake: stakeLeft(90n).stake!.map((one) => ({...one, amount: `9${one.amount ?? '0'}`})),
      }),
    ],
    ['slashed STAKE_SLASHED critical 1 1'],
  ],
  ['reached elsewhere than the registry says', [socket('warn')], ['socket SOCKET_DIFFERS warning 1 0']],
  [
    'the same, and the registry does not answer for a while',
    [socket('warn'), socket('unknown')],
    ['socket SOCKET_DIFFERS warning 1 0'],
  ],
  ['the new socket was sent', [socket('warn'), socket('ok')], []],
  [
    'slashed before the first reading',
    [standingReading(stakeLeft(90n))],
    ['slashed STAKE_SLASHED critical 1 0'],
  ],
  [
    'slashed twice',
    [well, standingReading(stakeLeft(90n)), standingReading(stakeLeft(90n)), standingReading(stakeLeft(80n))],
    ['slashed STAKE_SLASHED critical 2 1'],
  ],
  [
    'slashed, and then not read',
    [standingReading(stakeLeft(90n)), standingReading({stake: []})],
    ['slashed STAKE_SLASHED critical 1 0'],
  ],
  [
    'slashed, and one strategy of two is not read for a while',
    [twoStrategies('0.9', '1'), twoStrategies(null, '1'), twoStrategies('0.9', '1')],
    ['slashed STAKE_SLASHED critical 1 0'],
  ],
  [
    'the other one is slashed meanwhile',
    [twoStrategies('0.9', '1'), twoStrategies(null, '0.5')],
    ['slashed STAKE_SLASHED critical 2 0'],
  ],
  [
    'a penalty',
    [well, standingReading({penalties: [penalty(7)]})],
    ['penalty PENALTY_RECORDED critical 1 1'],
  ],
  [
    'it is executed',
    [standingReading({penalties: [penalty(7)]}), standingReading({penalties: [penalty(7, true)]})],
    ['penalty PENALTY_RECORDED critical 2 0'],
  ],
  [
    'another one',
    [standingReading({penalties: [penalty(7)]}), standingReading({penalties: [penalty(7), penalty(9)]})],
    ['penalty PENALTY_RECORDED critical 2 0'],
  ],
  [
    'a later one is executed when executed ones have left the newest ones',
    [
      standingReading({penalties: [penalty(1, true), penalty(2, true), penalty(3)]}),
      standingReading({penalties: [penalty(3), penalty(4)]}),
      standingReading({penalties: [penalty(3, true), penalty(4)]}),
    ],
    ['penalty PENALTY_RECORDED critical 7 0'],
  ],
  [
    'it left the newest ones',
    [standingReading({penalties: [penalty(7)]}), well],
    ['penalty PENALTY_RECORDED critical 1 0'],
  ],
  ['removed', [well, standingReading(gone)], ['removed OPERATOR_REMOVED critical 1 1']],
  ['never registered', [standingReading(gone), standingReading(gone)], []],
  ['it is back', [well, standingReading(gone), well], []],
  [
    'removed from one of two quorums',
    [standingReading(members(0, 1)), standingReading(members(0))],
    ['removed OPERATOR_REMOVED critical 1 1'],
  ],
  [
    'removed, and then not read',
    [
      well,
      standingReading(gone),
      standingReading({registration: {state: 'unknown', flow: null, group: 'quorum'}}),
    ],
    ['removed OPERATOR_REMOVED critical 1 1'],
  ],
  ['stake under the minimum', [stake('ok'), stake('fail')], ['stake STAKE_LOW critical 2 1']],
  ['stake not read', [stake('fail'), stake('unknown')], ['stake STAKE_LOW critical 2 0']],
  ['more stake, not recorded yet', [stake('fail'), stake('pending')], ['stake STAKE_LOW critical 2 0']],
  ['stake of one that is not registered', [stake('fail'), stake('skipped')], []],
  ['stake that counts again', [stake('fail'), stake('ok')], []],
  ['ten registrations', [standingReading(gas(10))], []],
  ['nine registrations', [standingReading(gas(9))], ['gas GAS_LOW warning 1 0']],
  [
    'eleven are not enough after that',
    [standingReading(gas(9)), standingReading(gas(11))],
    ['gas GAS_LOW warning 1 0'],
  ],
  ['twelve are', [standingReading(gas(9)), standingReading(gas(12))], []],
  ['none', [standingReading(gas(9)), standingReading(gas(0))], ['gas GAS_LOW critical 2 0']],
  ['price not known', [standingReading(gas(9)), standingReading(gas(null))], ['gas GAS_LOW warning 1 0']],
  [
    'another range',
    [standingReading(range('0', '6')), standingReading(range('3', '6'))],
    ['range RANGE_CHANGED warning 1 1'],
  ],
  [
    'an empty range',
    [standingReading(range('0', '6')), standingReading(range('0', '0'))],
    ['range RANGE_CHANGED critical 1 1'],
  ],
  ['a first range', [standingReading(range('0', '0')), standingReading(range('0', '6'))], []],
  ['a range not read', [standingReading(range('0', '6')), standingReading({range: null})], []],
])('%s', (_what, readings, expected) => {
  expect(short(after(...readings))).toEqual(expected);
});

describe('what only happened', () => {
  it.each<[string, StandingReading, StandingReading]>([
    ['a changed range', standingReading(range('0', '6')), standingReading(range('3', '6'))],
    ['a quorum that was left', standingReading(members(0, 1)), standingReading(members(0))],
  ])('%s is over after a day', (_what, first, then) => {
    const memory = costsAfter(costsAfter(EMPTY_MEMORY, first, 0), then, MINUTE);
    expect(costsAfter(memory, then, MINUTE + DAY - 1).costs).toHaveLength(1);
    expect(costsAfter(memory, then, MINUTE + DAY).costs).toEqual([]);
  });
});

it('the message of a slash names a strategy that was not read this time', () => {
  const [cost] = after(twoStrategies('0.9', '1'), twoStrategies(null, '0.5'));
  expect(cost?.message).toBe('the stake was slashed: 10 % of its S0, 50 % of its S1 is gone');
});

it('a note without the later fields is read, and executed penalties are not reported again', () => {
  const reading = standingReading({penalties: [penalty(1, true)]});
  const first = costsAfter(EMPTY_MEMORY, reading, 0);
  const {symbols: _symbols, executedIds: _executedIds, ...old} = first;
  const second = costsAfter(memoryOf(JSON.stringify(old)), reading, MINUTE);
  expect(second).toEqual(first);
  const third = costsAfter(second, standingReading({penalties: [penalty(1, true), penalty(2, true)]}), 0);
  expect(third).toMatchObject({executed: 2, executedIds: ['1', '2']});
});

it('a note that another version wrote is as good as none', () => {
  for (const note of [null, '', 'x', '{}', '[]', '{"costs": 1}'])
    expect(memoryOf(note)).toEqual(EMPTY_MEMORY);
});

it('what a reading does not say starts and ends nothing (property)', () => {
  const nothing = standingReading({
    registration: {state: 'unknown', flow: null, group: 'quorum'},
    quorums: [],
    stake: [],
    range: null,
    challenges: null,
    penalties: null,
    gas: {balanceWei: '1', gasPriceWei: null, registrations: null},
  });
  const readings = [
    well,
    challenges(1090, [3]),
    standingReading(stakeLeft(90n)),
    standingReading(gone),
    standingReading(gas(3)),
    standingReading(range('3', '6')),
    standingReading({penalties: [penalty(1)]}),
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...readings), {minLength: 1, maxLength: 6}), (seen) => {
      expect(after(...seen, {...nothing, links: []})).toEqual(after(...seen));
    }),
  );
});
