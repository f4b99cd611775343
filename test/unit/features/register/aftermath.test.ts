import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {known, unknown, type Fact} from '../../../../src/lib/foundation/fact.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {judgeAftermath} from '../../../../src/lib/features/register/aftermath.ts';
import {rangeStep} from '../../../../src/lib/features/register/range.ts';
import type {RangeState} from '../../../../src/lib/peers/chain/plans/range.ts';
import type {SetRange} from '../../../../src/lib/peers/dispatcher/row-range.ts';

type Aftermath = Parameters<typeof judgeAftermath>[0];

const ID = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
const FIRST = {start: 0n, end: 600n};
const SECOND = {start: 1200n, end: 1800n};
const is = (range: SetRange): Fact<SetRange> => known(range, 0);
const late = new AosError('DISPATCHER_TIMEOUT', 'd:80 gave no answer within 5 min');
const closed = new AosError('DISPATCHER_FAILED', 'd:80 closed the connection without an answer', {
  next: say('its account'),
});

const aftermath = (over: Partial<Aftermath>): Aftermath => ({
  host: 'd:80',
  error: late,
  row: known(null, 0),
  before: is(null),
  after: is(null),
  ...over,
});

describe('what became of a registration that was not confirmed', () => {
  it.each<[string, Partial<Aftermath>, string, string | null]>([
    [
      'a row',
      {error: closed, row: known({id: ID, address: ID, range: FIRST, status: ''}, 0), after: is(FIRST)},
      'registered: d:80 has a row of this operator, although d:80 closed the connection without an answer',
      null,
    ],
    [
      'neither row nor range, late',
      {},
      'd:80 gave no answer within 5 min (DISPATCHER_TIMEOUT); it has no row of this operator; no range is set on chain so far',
      'Run the command again later: it then waits in the queue of the dispatcher once more.',
    ],
    [
      'a range without a row',
      {after: is(FIRST)},
      'd:80 gave no answer within 5 min (DISPATCHER_TIMEOUT); it has no row of this operator; the range 0–600 was set on chain',
      'Run the command again: it registers once more for the row, which moves the range.',
    ],
    [
      'a range that moved, and no row',
      {before: is(FIRST), after: is(SECOND), error: closed},
      'd:80 closed the connection without an answer (DISPATCHER_FAILED); it has no row of this operator; the range on chain moved from 0–600 to 1200–1800',
      'its account',
    ],
    [
      'the range as before, and a silent dispatcher',
      {before: is(FIRST), after: is(FIRST), row: unknown('no answer within 15 s')},
      'd:80 gave no answer within 5 min (DISPATCHER_TIMEOUT); whether it has a row is not known (no answer within 15 s); the range on chain is 0–600, as before',
      'Wait a few minutes and run the command again: it asks for the row before it registers.',
    ],
    [
      'a chain that does not answer',
      {after: unknown('rpc is away')},
      'd:80 gave no answer within 5 min (DISPATCHER_TIMEOUT); it has no row of this operator; the range on chain could not be read (rpc is away)',
      'Run the command again later: it then waits in the queue of the dispatcher once more.',
    ],
    [
      'a chain that did not answer before',
      {before: unknown('rpc is away'), after: is(FIRST)},
      'd:80 gave no answer within 5 min (DISPATCHER_TIMEOUT); it has no row of this operator; the range on chain is 0–600',
      'Run the command again later: it then waits in the queue of the dispatcher once more.',
    ],
  ])('%s', (_name, over, found, next) => {
    const report = judgeAftermath(aftermath(over));
    expect(report).toMatchObject({
      outcome: next === null ? 'done' : 'failed',
      found,
      next: next === null ? null : {say: next},
    });
  });
});

describe('the step of the range', () => {
  const state = (range: SetRange): RangeState => ({
    contract: '0x0000000000000000000000000000000000000001',
    range,
    max: 600_000n,
    owner: '0x0000000000000000000000000000000000000002',
    request: {
      to: '0x0000000000000000000000000000000000000001',
      data: '0x12',
      functionName: 'registerOperator',
    },
  });

  it.each([
    ['already', FIRST, is(FIRST), 'already', '0 to 600 of 600000: 0.1 % of all jobs, about 1 in 1,000'],
    [
      'done',
      FIRST,
      is(null),
      'done',
      '0 to 600 of 600000: 0.1 % of all jobs, about 1 in 1,000, set by the dispatcher',
    ],
    [
      'failed',
      SECOND,
      is(FIRST),
      'done',
      '1200 to 1800 of 600000: 0.1 % of all jobs, about 1 in 1,000, set by the dispatcher; it was 0–600',
    ],
    ['done', FIRST, unknown('away'), 'already', '0 to 600 of 600000: 0.1 % of all jobs, about 1 in 1,000'],
  ] as const)('after %s', (dispatcher, range, before, outcome, found) => {
    expect(rangeStep(state(range), {dispatcher, before, precision: 6})).toMatchObject({
      outcome,
      found,
      call: null,
    });
  });

  it.each(['planned', 'failed'] as const)(
    'that is not set, after %s, waits for the dispatcher',
    (dispatcher) => {
      const report = rangeStep(state(null), {dispatcher, before: is(null), precision: 6});
      expect(report.outcome).toBe('waiting');
      expect(report.found).toMatch(/^not set; the dispatcher sets it when it registers this operator/);
      // A dispatcher that stays away leaves the owner of the contract.
      expect(report.call?.title ?? null).toBe(dispatcher === 'failed' ? 'registerOperator' : null);
    },
  );

  it('that is not set although the dispatcher is done has the call for the owner', () => {
    const report = rangeStep(state(null), {dispatcher: 'done', before: is(null), precision: 6});
    expect(report).toMatchObject({outcome: 'waiting', call: {title: 'registerOperator', data: '0x12'}});
    expect(report.found).toMatch(/the owner of its contract, 0x0+2,/);
  });
});
