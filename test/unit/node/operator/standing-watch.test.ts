import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {emptyView, reduceView} from '../../../../src/lib/node/events/view.ts';
import {watchStanding} from '../../../../src/lib/node/operator/standing-watch.ts';
import {STANDING_NOTE} from '../../../../src/lib/node/standing/memory.ts';
import type {StandingReading} from '../../../../src/lib/node/standing/reading.ts';
import {stakeLeft, standingReading} from '../../../support/standing.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const MINUTE = 60_000;

/** @param takesMs how long a reading takes; Infinity: it never ends by itself */
function stage({
  takesMs = 0,
  note = new Map<string, string>(),
  first = standingReading(),
}: {takesMs?: number; note?: Map<string, string>; first?: StandingReading | AosError} = {}) {
  const time = virtualTime();
  const events: OperatorEventBody[] = [];
  const chain = {
    now: first,
    reads: 0,
    open: 0,
    most: 0,
  };
  const end = new AbortController();
  const done = watchStanding({
    reader: {
      async read(signal) {
        chain.reads += 1;
        chain.open += 1;
        chain.most = Math.max(chain.most, chain.open);
        try {
          if (takesMs > 0) await time.sleep(takesMs, signal);
          if (chain.now instanceof AosError) throw chain.now;
          return chain.now;
        } finally {
          chain.open -= 1;
        }
      },
    },
    journal: {
      recall: (name) => note.get(name) ?? null,
      remember: (name, text) => Promise.resolve(void note.set(name, text)),
    },
    time,
    emit: (event) => void events.push(event),
    health: {failed: () => {}},
    signal: end.signal,
  });
  const stop = async (): Promise<void> => {
    end.abort();
    await done;
    expect(time.timers()).toBe(0);
  };
  const types = (): string[] => events.splice(0).map(({type}) => type);
  return {time, events, chain, stop, types, note};
}

const down = new AosError('CHAIN_UNREACHABLE', 'nothing listens');

describe('what the chain says', () => {
  it('is read at once and every minute, and reported whole only when it has changed', async () => {
    const {time, chain, stop, types} = stage();
    await time.advance(0);
    expect(types()).toEqual(['standing']);
    await time.advance(2 * MINUTE);
    expect([chain.reads, types()]).toEqual([3, ['standing_read', 'standing_read']]);
    chain.now = standingReading({block: '2000', blockAt: 5});
    await time.advance(MINUTE);
    expect(types()).toEqual(['standing_read']);
    chain.now = standingReading(stakeLeft(90n));
    await time.advance(MINUTE);
    expect(types()).toEqual(['chain_cost', 'standing']);
    await stop();
  });

  it('is read again only a minute after the end of a reading, however long that takes', async () => {
    const {time, chain, stop} = stage({takesMs: 20_000});
    await time.advance(10 * MINUTE);
    expect([chain.reads, chain.most]).toEqual([8, 1]);
    await stop();
  });

  it('is given up after half a minute: the failure has an age, and a reading that hangs holds nothing up', async () => {
    const {time, events, stop} = stage({takesMs: Infinity});
    await time.advance(2 * MINUTE);
    const failures = events.map((event) =>
      event.type === 'standing' || event.type === 'standing_read' ? event.failure : null,
    );
    expect(failures.length).toBeGreaterThan(1);
    expect(failures[0]).toMatchObject({code: 'CHAIN_UNREACHABLE'});
    expect(new Set(failures.map((failure) => failure?.since)).size).toBe(1);
    await stop();
  });

  it('stays as it was while no RPC answers, and says so', async () => {
    const {time, events, chain, stop} = stage();
    await time.advance(0);
    const at = time.now();
    chain.now = down;
    await time.advance(3 * MINUTE);
    const log = events.map((event, index) => ({seq: index + 1, at: time.now(), ...event}));
    const view = log.reduce(reduceView, emptyView);
    expect(view.standing).toMatchObject({
      readAt: at,
      failure: {code: 'CHAIN_UNREACHABLE', since: at + MINUTE},
      figures: {block: '1000'},
      costs: [],
    });
    chain.now = standingReading({block: '1005'});
    await time.advance(MINUTE);
    const last = {seq: 99, at: time.now(), ...events.at(-1)!};
    expect(reduceView(view, last).standing).toMatchObject({
      readAt: at + 4 * MINUTE,
      failure: null,
      figures: {block: '1005'},
    });
    await stop();
  });

  it('is given up although the reader does not notice the signal, and so is the end of the run', async () => {
    const time = virtualTime();
    const events: OperatorEventBody[] = [];
    const end = new AbortController();
    const done = watchStanding({
      reader: {read: () => new Promise(() => {})},
      journal: {
        recall: () => {
          throw new AosError('JOURNAL_UNREADABLE', 'damaged');
        },
        remember: () => Promise.resolve(),
      },
      time,
      emit: (event) => void events.push(event),
      health: {failed: () => {}},
      signal: end.signal,
    });
    await time.advance(MINUTE);
    expect(events[0]).toMatchObject({type: 'standing', failure: {code: 'CHAIN_UNREACHABLE'}, costs: []});
    end.abort();
    await done;
    expect(time.timers()).toBe(0);
  });

  it('is tried again every ten seconds until it was read once', async () => {
    const {time, chain, stop} = stage({first: down});
    await time.advance(30_000);
    expect(chain.reads).toBe(4);
    chain.now = standingReading();
    await time.advance(70_000);
    expect(chain.reads).toBe(6);
    await stop();
  });
});

describe('a cost on chain', () => {
  it('is reported once over restarts, again when it gets worse, and its end', async () => {
    const first = stage();
    await first.time.advance(0);
    first.chain.now = standingReading({
      gas: {balanceWei: '1', gasPriceWei: '1', registrations: 3},
      ...stakeLeft(90n),
    });
    await first.time.advance(MINUTE);
    expect(first.types()).toEqual(['standing', 'chain_cost', 'chain_cost', 'standing']);
    await first.stop();

    const second = stage({note: first.note, first: first.chain.now});
    await second.time.advance(0);
    expect(second.types()).toEqual(['standing']);
    second.chain.now = standingReading(stakeLeft(80n));
    await second.time.advance(MINUTE);
    expect(second.events).toMatchObject([
      {type: 'chain_cost', code: 'STAKE_SLASHED', step: 2},
      {type: 'chain_cost_ended', kind: 'gas'},
      {type: 'standing'},
    ]);
    await second.stop();
  });

  it('is neither begun nor ended by an RPC that does not answer', async () => {
    const {time, chain, types, stop, note} = stage({first: standingReading(stakeLeft(90n))});
    await time.advance(0);
    expect(types()).toEqual(['chain_cost', 'standing']);
    const kept = note.get(STANDING_NOTE);
    chain.now = down;
    await time.advance(5 * MINUTE);
    expect(types()).toEqual(['standing', 'standing_read', 'standing_read', 'standing_read', 'standing_read']);
    expect(note.get(STANDING_NOTE)).toBe(kept);
    await stop();
  });
});
