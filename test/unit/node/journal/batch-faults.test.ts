import fc from 'fast-check';
import {expect, it} from 'vitest';
import {isAosError, type AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {createBatch, type Transaction} from '../../../../src/lib/node/journal/batch.ts';
import {anyRuns} from '../../../support/any-runs.ts';
import {settled} from '../../../support/virtual-time.ts';

/** Changes and what the disk says to the first, second … of each call; after the last one all is well. */
type Plan = {
  changes: {hurried: boolean; throws: boolean; /** Of the event loop, before the next. */ turns: number}[];
  /** Whether the batch is closed when all have been told, or with some on their way. */
  closed: 'at rest' | 'at once';
  refused: Record<'begin' | 'commit' | 'resync', boolean[]>;
  sync: {fails: boolean; turns: number}[];
};

const plan: fc.Arbitrary<Plan> = fc.record({
  changes: fc.array(
    fc.record({
      hurried: fc.boolean(),
      throws: fc.integer({min: 0, max: 9}).map((n) => n === 9),
      turns: fc.oneof(fc.constant(0), fc.nat({max: 5})),
    }),
    {minLength: 1, maxLength: 40, size: 'max'},
  ),
  closed: fc.constantFrom('at rest', 'at once'),
  refused: fc.record({begin: refusals(10), commit: refusals(10), resync: refusals(2)}),
  sync: fc.array(
    fc.record({fails: fc.integer({min: 0, max: 3}).map((n) => n === 3), turns: fc.nat({max: 4})}),
    {
      maxLength: 40,
      size: 'max',
    },
  ),
});

/** Of which one in so many is true. */
function refusals(one: number): fc.Arbitrary<boolean[]> {
  return fc.array(
    fc.integer({min: 1, max: one}).map((n) => n === one),
    {maxLength: 20, size: 'max'},
  );
}

const {params, timeout} = anyRuns(500);

it(
  'whatever the disk refuses and whenever: who is told so is right, in order, once, and nobody is forgotten',
  () => fc.assert(fc.asyncProperty(plan, follow), params),
  timeout,
);

async function follow({changes, closed, refused, sync}: Plan): Promise<void> {
  const disk = listDisk(refused, sync);
  const troubles: (AosError | null)[] = [];
  const batch = createBatch(disk.transaction, {onDisk: (error) => troubles.push(error), retryMs: 1});
  const told: Promise<void>[] = [];
  /** Changes whose callers were told that they are not in the file. */
  const rejected: number[] = [];
  let closing = false;

  for (const [n, {hurried, throws, turns}] of changes.entries()) {
    const change = (): string => {
      disk.add(n);
      if (throws) throw new RangeError('no');
      return `result ${n}`;
    };
    told.push(
      (hurried ? batch.run(change) : batch.runLater(change)).then(
        (result) => {
          expect(result).toBe(`result ${n}`);
          expect(disk.synced()).toContain(n);
        },
        (error: unknown) => {
          expect(isAosError(error, ...(throws ? (['BUG'] as const) : []), 'JOURNAL_WRITE_FAILED')).toBe(true);
          // At the end, who waits for a disk that does not keep what it took cannot be told more.
          if (!closing || !disk.committed().includes(n)) rejected.push(n);
        },
      ),
    );
    await settled(turns);
  }
  if (closed === 'at rest') await Promise.all(told);
  closing = true;
  await batch.close();
  await Promise.all(told);

  expect(disk.misused).toEqual([]);
  const all = changes.map((_, n) => n);
  const committed = disk.committed();
  expect(committed).toEqual(all.filter((n) => committed.includes(n)));
  expect([...committed, ...rejected].sort((a, b) => a - b)).toEqual(all);
  expect(troubles.map((error) => error === null)).toEqual(troubles.map((_, n) => n % 2 === 1));
}

/** A file that is a list, on a disk that refuses what it is told to; `misused` says what was called in a wrong order. */
function listDisk(refused: Plan['refused'], sync: Plan['sync']) {
  let committed: number[] = [];
  let synced: number[] = [];
  let open: number[] | null = null;
  let syncing = false;
  const misused: string[] = [];
  const calls = {begin: 0, commit: 0, resync: 0, sync: 0};
  const mayRefuse = (call: 'begin' | 'commit' | 'resync'): void => {
    if (refused[call][calls[call]++] !== true) return;
    throw Object.assign(new Error('database or disk is full'), {errcode: 13});
  };
  const transaction: Transaction = {
    begin: () => {
      mayRefuse('begin');
      if (open !== null) misused.push('a transaction in a transaction');
      open = [...committed];
    },
    commit: () => {
      mayRefuse('commit');
      committed = open ?? [];
      open = null;
    },
    rollback: () => {
      open = null;
    },
    sync: async () => {
      if (syncing) misused.push('a sync beside a sync');
      syncing = true;
      const upTo = committed;
      const {fails, turns} = sync[calls.sync++] ?? {fails: false, turns: 0};
      await settled(turns);
      syncing = false;
      if (fails) throw Object.assign(new Error('EIO: i/o error, fdatasync'), {code: 'EIO'});
      synced = upTo;
    },
    resync: () => {
      mayRefuse('resync');
      synced = committed;
    },
  };
  return {
    transaction,
    misused,
    add: (change: number): void => {
      if (open === null) misused.push('a change outside a transaction');
      open?.push(change);
    },
    committed: () => committed,
    synced: () => synced,
  };
}
