import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {claimNode} from '../../../../src/lib/node/identity-lock/claim.ts';
import type {Holder} from '../../../../src/lib/node/identity-lock/holder.ts';
import type {IdentityLock} from '../../../../src/lib/node/identity-lock/lock.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const NODE = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
const works: Holder = {
  pid: 7,
  version: '0.1.0',
  network: 'mainnet',
  store: '/data/one',
  startedAt: Date.UTC(2030, 0, 1),
  stoppingMs: null,
};
const stops: Holder = {...works, stoppingMs: 30_000};
const unknown: Holder = {...works, pid: null, startedAt: null, store: '', version: ''};

/** What is in the way from a time on, ms: the lock of a holder (null: not known), a socket, or the journal. */
type Way = {from: number; lock?: Holder | null; socket?: Holder; journal?: true; owner?: Holder};

function stage(way: readonly Way[]) {
  const time = virtualTime();
  const stop = new AbortController();
  const waits: string[] = [];
  let held = 0;
  const now = (): Way | undefined => way.findLast(({from}) => from <= time.monotonic());
  const lock: IdentityLock = {
    dirs: ['/l'],
    unusable: [],
    stopping: () => {},
    release: () => {
      held -= 1;
    },
  };
  const claim = claimNode({
    nodeId: NODE,
    take: () => {
      const inTheWay = now()?.lock;
      if (inTheWay !== undefined) return {holder: inTheWay};
      held += 1;
      return {lock};
    },
    running: () => Promise.resolve(now()?.socket ?? null),
    open: () =>
      now()?.journal === true
        ? Promise.reject(new AosError('JOURNAL_LOCKED', 'the journal in /data is in use'))
        : Promise.resolve('journal'),
    journalHolder: () => now()?.owner ?? null,
    time,
    stop: stop.signal,
    onWait: ({pid}, ms) => waits.push(`${pid ?? '?'} ${ms}`),
  });
  const end = claim.then(
    () => `taken at ${time.monotonic()}`,
    (error: unknown) =>
      error instanceof AosError ? `${error.code} ${error.exitCode} at ${time.monotonic()}` : String(error),
  );
  return {time, stop, waits, end, claim, held: () => held};
}

async function endOf(way: readonly Way[], ms = 60_000): Promise<string> {
  const {time, end, held} = stage(way);
  await time.advance(ms);
  const text = await end;
  expect(held()).toBe(text.startsWith('taken') ? 1 : 0);
  expect(time.timers()).toBe(0);
  return text;
}

describe('becoming the only operator of a node', () => {
  it.each([
    ['nothing is in the way', [], 'taken at 0'],
    ['an operator works', [{from: 0, lock: works}], 'NODE_LOCKED 77 at 600'],
    ['a process that is not known has the lock', [{from: 0, lock: null}], 'NODE_LOCKED 77 at 600'],
    ['an operator of an earlier version works', [{from: 0, socket: works}], 'NODE_LOCKED 77 at 600'],
    ['something on the socket says nothing', [{from: 0, socket: unknown}], 'NODE_LOCKED 77 at 600'],
    ['another process has the journal', [{from: 0, journal: true}], 'JOURNAL_LOCKED 77 at 600'],
    ['another process has the journal for a moment', [{from: 0, journal: true}, {from: 300}], 'taken at 400'],
    [
      'the operator is asked to stop in this moment',
      [{from: 0, lock: works}, {from: 300, lock: stops}, {from: 4_000}],
      'taken at 4000',
    ],
    [
      'another container has the journal, and works',
      [{from: 0, journal: true, owner: works}],
      'JOURNAL_LOCKED 77 at 600',
    ],
    [
      'another container has the journal, and stops',
      [{from: 0, journal: true, owner: stops}, {from: 7_000}],
      'taken at 7000',
    ],
    ['it stops and ends', [{from: 0, lock: stops}, {from: 9_000}], 'taken at 9000'],
    [
      'an earlier version stops, and its journal is closed last',
      [{from: 0, socket: stops}, {from: 5_000, socket: unknown}, {from: 5_300, journal: true}, {from: 6_000}],
      'taken at 6000',
    ],
    ['it stops and never ends', [{from: 0, lock: stops}], 'NODE_STOPPING 75 at 35000'],
    [
      'it stops, and its words are lost',
      [
        {from: 0, lock: stops},
        {from: 1_000, lock: null},
      ],
      'NODE_STOPPING 75 at 35000',
    ],
    [
      'it stops, and a third one takes its place',
      [
        {from: 0, lock: stops},
        {from: 2_000, lock: {...works, pid: 8}},
      ],
      'NODE_LOCKED 77 at 2000',
    ],
    ['it stops at once', [{from: 0, lock: {...stops, stoppingMs: 0}}], 'NODE_STOPPING 75 at 5000'],
  ] as const)('%s', async (_name, way, end) => {
    expect(await endOf(way)).toBe(end);
  });

  it('says once for whom it waits, and how long', async () => {
    const {time, waits, end} = stage([{from: 0, lock: stops}, {from: 3_000}]);
    await time.advance(10_000);
    await end;
    expect(waits).toEqual(['7 35000']);
  });

  it('names the other one, and what to do', async () => {
    const {time, claim} = stage([{from: 0, lock: {...works, store: '/data/\u001b[2J'}}]);
    const failed = claim.catch((error: unknown) => error);
    await time.advance(1_000);
    const error = await failed;
    expect(error).toMatchObject({
      message: expect.stringContaining(
        `an operator works for ${NODE} on mainnet already: pid 7, aos 0.1.0, since 2030-01-01T00:00:00.000Z, its journal is in /data/`,
      ) as string,
      next: {say: 'Stop that one first, if this one is to take over: kill -TERM 7'},
      details: {pid: 7},
    });
    expect(String(error)).not.toContain('\u001b');
  });

  it.each([
    ['SIGINT', 'INTERRUPTED 130 at 1000'],
    ['SIGTERM', 'TERMINATED 143 at 1000'],
    ['for', 'NODE_STOPPING 75 at 1000'],
  ])('ends at once with %s while it waits', async (reason, text) => {
    const {time, stop, end} = stage([{from: 0, lock: stops}]);
    await time.advance(1_000);
    stop.abort(reason);
    await time.advance(0);
    expect(await end).toBe(text);
    expect(time.timers()).toBe(0);
  });
});

it('an operator of another container is not named by a number, and not to be killed by one', async () => {
  const {time, claim} = stage([{from: 0, lock: {...works, pid: null, elsewhere: true}}]);
  const failed = claim.catch((error: unknown) => error);
  await time.advance(60_000);
  const error = await failed;
  expect(error).toMatchObject({
    code: 'NODE_LOCKED',
    message: expect.stringContaining('already: in another container, aos 0.1.0') as string,
    details: {pid: null},
    next: {say: 'Stop that one in its container first, if this one is to take over.'},
  });
});
