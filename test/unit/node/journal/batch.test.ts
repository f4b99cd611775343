import {describe, expect, it} from 'vitest';
import {createBatch, type Transaction} from '../../../../src/lib/node/journal/batch.ts';
import type {AosError} from '../../../../src/lib/foundation/errors/error.ts';

type Faults = {
  commit?: Error | undefined;
  begin?: Error | undefined;
  sync?: Error | undefined;
  resync?: Error | undefined;
};

/** A transaction on a list: `synced` is what a power cut would leave, `committed` a crash of the process. */
function listTransaction(fail: Faults = {}) {
  let committed: string[] = [];
  let synced: string[] = [];
  let open: string[] = [];
  const commits: number[] = [];
  const syncs: (() => void)[] = [];
  let held = false;
  const transaction: Transaction = {
    begin: () => {
      if (fail.begin !== undefined) throw fail.begin;
      open = [...committed];
    },
    commit: () => {
      if (fail.commit !== undefined) throw fail.commit;
      commits.push(open.length - committed.length);
      committed = open;
    },
    rollback: () => {
      open = [...committed];
    },
    sync: async () => {
      const upTo = committed;
      if (held) await new Promise<void>((resolve) => syncs.push(resolve));
      if (fail.sync !== undefined) throw fail.sync;
      synced = upTo;
    },
    resync: () => {
      if (fail.resync !== undefined) throw fail.resync;
      synced = committed;
    },
  };
  return {
    transaction,
    commits,
    fail,
    add: (text: string) => open.push(text),
    committed: () => committed,
    synced: () => synced,
    /** From now on a sync ends when `syncs` is told so. */
    hold: () => {
      held = true;
    },
    /** Those under way. */
    syncs,
  };
}

const diskFull = Object.assign(new Error('database or disk is full'), {errcode: 13});
const ioError = Object.assign(new Error('EIO: i/o error, fdatasync'), {code: 'EIO'});

/** The changes of this turn of the event loop have been committed. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('group commit', () => {
  it('commits the changes of one turn together, and tells nobody before they are on disk', async () => {
    const {transaction, commits, add, synced} = listTransaction();
    const batch = createBatch(transaction);
    const seen: number[] = [];
    await Promise.all(
      ['a', 'b', 'c'].map((text) => batch.run(() => add(text)).then(() => seen.push(synced().length))),
    );
    expect({commits, seen}).toEqual({commits: [3], seen: [3, 3, 3]});
  });

  it('lets what comes during a sync share the next transaction', async () => {
    const {transaction, commits, add, synced, hold, syncs} = listTransaction();
    const batch = createBatch(transaction);
    hold();
    const told: string[] = [];
    const change = (text: string): Promise<unknown> => batch.run(() => add(text)).then(() => told.push(text));
    const first = change('a');
    await turn();
    const others = [change('b'), batch.runLater(() => add('c'))];
    await turn();
    expect({told, commits, syncs: syncs.length}).toEqual({told: [], commits: [1], syncs: 1});
    syncs[0]?.();
    await first;
    expect({told, synced: synced()}).toEqual({told: ['a'], synced: ['a']});
    await turn();
    expect({commits, syncs: syncs.length}).toEqual({commits: [1, 2], syncs: 2});
    syncs[1]?.();
    await Promise.all(others);
    expect(synced()).toEqual(['a', 'b', 'c']);
  });

  it('takes what is in no hurry along with the next change, in order, or commits it by itself soon', async () => {
    const {transaction, commits, add, synced} = listTransaction();
    const batch = createBatch(transaction);
    const later = batch.runLater(() => add('a'));
    const now = batch.run(() => add('b'));
    await Promise.all([later, now]);
    expect(commits).toEqual([2]);
    await batch.runLater(() => add('c'));
    expect(commits).toEqual([2, 1]);
    const last = batch.runLater(() => add('d'));
    await batch.close();
    await last;
    expect(synced()).toEqual(['a', 'b', 'c', 'd']);
    await expect(batch.runLater(() => add('e'))).rejects.toMatchObject({code: 'JOURNAL_WRITE_FAILED'});
  });

  it('keeps a transaction to 256 changes, in order', async () => {
    const {transaction, commits, add, committed} = listTransaction();
    const batch = createBatch(transaction);
    const all = Array.from({length: 600}, (_, n) => String(n));
    await Promise.all(all.map((text) => batch.run(() => add(text))));
    expect(commits).toEqual([256, 256, 88]);
    expect(committed()).toEqual(all);
  });

  it('runs the others again when one throws, each in its own transaction', async () => {
    const {transaction, commits, add, synced} = listTransaction();
    const batch = createBatch(transaction);
    const guilty = batch.run(() => {
      add('half done');
      throw new RangeError('no');
    });
    const [a, b, c] = await Promise.allSettled([
      batch.run(() => add('a')),
      guilty,
      batch.run(() => add('c')),
    ]);
    expect([a.status, b.status, c.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(b).toMatchObject({reason: {code: 'BUG'}});
    expect({commits, synced: synced()}).toEqual({commits: [1, 1], synced: ['a', 'c']});
  });

  it.each(['commit', 'begin'] as const)(
    'fails all when the disk refuses at %s, and works again afterwards',
    async (when) => {
      const {transaction, add, synced, fail} = listTransaction({[when]: diskFull});
      const batch = createBatch(transaction);
      const settled = await Promise.allSettled(['a', 'b'].map((text) => batch.run(() => add(text))));
      for (const result of settled)
        expect(result).toMatchObject({status: 'rejected', reason: {code: 'JOURNAL_WRITE_FAILED'}});
      fail[when] = undefined;
      await batch.run(() => add('c'));
      expect(synced()).toEqual(['c']);
    },
  );

  it('waits at its end for what is on its way', async () => {
    const {transaction, add, synced, hold, syncs} = listTransaction();
    const batch = createBatch(transaction);
    hold();
    const first = batch.run(() => add('a'));
    await turn();
    const second = batch.run(() => add('b'));
    let closed = false;
    const closing = batch.close().then(() => {
      closed = true;
    });
    await turn();
    expect(closed).toBe(false);
    syncs[0]?.();
    await first;
    await turn();
    expect(closed).toBe(false);
    syncs[1]?.();
    await Promise.all([second, closing]);
    expect(synced()).toEqual(['a', 'b']);
  });
});

describe('a disk that does not keep what it took', () => {
  function stage() {
    const list = listTransaction({sync: ioError, resync: ioError});
    const disk: (AosError | null)[] = [];
    const batch = createBatch(list.transaction, {onDisk: (error) => disk.push(error), retryMs: 1});
    const told: string[] = [];
    const change = (text: string): Promise<unknown> =>
      batch.run(() => list.add(text)).then(() => told.push(text));
    return {...list, batch, disk, told, change};
  }

  it('is written to another way at once, and nobody hears of it when that works', async () => {
    const {fail, change, synced, disk} = stage();
    fail.resync = undefined;
    await change('a');
    expect({synced: synced(), disk}).toEqual({synced: ['a'], disk: []});
    fail.sync = undefined;
    await change('b');
    expect(synced()).toEqual(['a', 'b']);
  });

  it('keeps those waiting whose changes it has, refuses others, says so once, and tells all when it works again', async () => {
    const {fail, change, told, synced, committed, disk, commits} = stage();
    const waiting = change('a');
    await turn();
    await turn();
    await expect(change('refused')).rejects.toMatchObject({code: 'JOURNAL_WRITE_FAILED'});
    await expect(change('refused too')).rejects.toMatchObject({code: 'JOURNAL_WRITE_FAILED'});
    expect({told, committed: committed(), synced: synced(), commits}).toEqual({
      told: [],
      committed: ['a'],
      synced: [],
      commits: [1],
    });
    expect(disk).toMatchObject([
      {code: 'JOURNAL_WRITE_FAILED', message: expect.stringContaining('EIO') as string},
    ]);
    fail.sync = fail.resync = undefined;
    await Promise.all([waiting, change('b')]);
    expect({told, synced: synced()}).toEqual({told: ['a', 'b'], synced: ['a', 'b']});
    expect(disk).toMatchObject([{code: 'JOURNAL_WRITE_FAILED'}, null]);
  });

  it('is tried again when nobody else comes', async () => {
    const {fail, change, synced, disk} = stage();
    const waiting = change('a');
    await turn();
    await turn();
    expect(disk).toHaveLength(1);
    fail.resync = undefined;
    await waiting;
    expect({synced: synced(), last: disk.at(-1)}).toEqual({synced: ['a'], last: null});
  });

  it('at its end leaves those who wait with the failure, unless it works at last', async () => {
    const bad = stage();
    const lost = bad.change('a');
    await turn();
    await turn();
    await Promise.all([
      expect(lost).rejects.toMatchObject({code: 'JOURNAL_WRITE_FAILED'}),
      bad.batch.close(),
    ]);
    const good = stage();
    const saved = good.change('a');
    await turn();
    await turn();
    good.fail.resync = undefined;
    await Promise.all([saved, good.batch.close()]);
    expect(good.synced()).toEqual(['a']);
  });
});
