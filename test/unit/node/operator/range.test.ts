import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import {createRangeKeeper} from '../../../../src/lib/node/operator/range.ts';
import {openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import type {SamplingRange} from '../../../../src/lib/protocol/vrf/sampling.ts';
import {inTempDir} from '../../../support/journal.ts';
import {settled, virtualTime} from '../../../support/virtual-time.ts';

const range = (end: bigint, block = 1n): SamplingRange => ({start: 0n, end, max: 600_000n, block});
const down = new AosError('CHAIN_UNREACHABLE', 'down');

async function stage(
  use: (at: Awaited<ReturnType<typeof make>>) => Promise<void>,
  dir: string,
): Promise<void> {
  const at = await make(dir);
  try {
    await use(at);
  } finally {
    at.stop.abort(new Error('over'));
    await at.running;
    await at.journal.close();
  }
}

async function make(dir: string) {
  const time = virtualTime();
  const events: OperatorEventBody[] = [];
  const emit = (event: OperatorEventBody): void => void events.push(event);
  const journal = await openJournal({dir, clockId: 1n});
  const chain = {answer: down as SamplingRange | Error, reads: 0};
  const keeper = createRangeKeeper({
    reader: {
      read: () => {
        chain.reads += 1;
        return chain.answer instanceof Error ? Promise.reject(chain.answer) : Promise.resolve(chain.answer);
      },
    },
    journal,
    refreshMs: 10_000,
    precision: 6,
    time,
    random: () => 0.5,
    emit,
    health: createHealth(emit, time),
  });
  const stop = new AbortController();
  return {time, events, journal, chain, keeper, stop, running: keeper.run(stop.signal)};
}

describe('the range keeper', () => {
  it('waits for the first answer of the chain, with growing waits, and keeps it in the journal', () =>
    inTempDir(async (dir) => {
      await stage(async ({time, events, chain, keeper, stop, journal}) => {
        const waiting = Promise.all([keeper.get(stop.signal), keeper.get(stop.signal)]);
        await time.advance(500 + 1_000);
        expect(chain.reads).toBe(3);
        chain.answer = range(5n);
        await time.advance(2_000);
        expect(await waiting).toEqual([range(5n), range(5n)]);
        expect(events.map(({type}) => type)).toEqual(['problem', 'recovered', 'range']);
        await settled(5);
        expect(journal.recall('sampling-range')).toBe('0 5 600000 1');
      }, dir);
      await stage(async ({events, keeper, stop, chain}) => {
        expect(await keeper.get(stop.signal)).toEqual(range(5n));
        await settled();
        expect(chain.reads).toBe(1);
        expect(events).toMatchObject([
          {type: 'range', end: '5', source: 'journal'},
          {type: 'problem', part: 'chain'},
        ]);
      }, dir);
    }));

  it('reads again on its timer and on demand, and tells only of a change', () =>
    inTempDir((dir) =>
      stage(async ({time, events, chain, keeper, stop}) => {
        chain.answer = range(5n);
        await time.advance(500);
        const first = chain.reads;
        await time.advance(10_000);
        expect(chain.reads).toBe(first + 1);
        chain.answer = range(7n, 9n);
        keeper.refresh();
        await settled();
        expect(chain.reads).toBe(first + 2);
        expect(await keeper.get(stop.signal)).toEqual(range(7n, 9n));
        chain.answer = down;
        keeper.refresh();
        await settled();
        expect(await keeper.get(stop.signal)).toEqual(range(7n, 9n));
        expect(events.flatMap((event) => (event.type === 'range' ? [event.end] : []))).toEqual(['5', '7']);
      }, dir),
    ));

  it('ends its waits with their signal', () =>
    inTempDir((dir) =>
      stage(async ({keeper}) => {
        const stop = new AbortController();
        const waiting = expect(keeper.get(stop.signal)).rejects.toThrow('enough');
        stop.abort(new Error('enough'));
        await waiting;
      }, dir),
    ));

  it('takes no notice of a note it cannot read', () =>
    inTempDir(async (dir) => {
      const journal = await openJournal({dir, clockId: 1n});
      await journal.remember('sampling-range', '0 5 -1 what');
      await journal.close();
      await stage(async ({events}) => {
        await settled();
        expect(events.map(({type}) => type)).toEqual(['problem']);
      }, dir);
    }));
});
