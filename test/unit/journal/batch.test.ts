import {describe, expect, it} from 'vitest';
import {createBatch, type Transaction} from '../../../src/lib/journal/batch.ts';

/** A transaction on a list: `committed` is what a crash would leave. */
function listTransaction(fail: {commit?: Error | undefined; begin?: Error | undefined} = {}) {
  let committed: string[] = [];
  let open: string[] = [];
  const commits: number[] = [];
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
  };
  return {transaction, commits, add: (text: string) => open.push(text), committed: () => committed, fail};
}

const diskFull = Object.assign(new Error('database or disk is full'), {errcode: 13});

describe('group commit', () => {
  it('commits the changes of one turn together, and tells nobody before', async () => {
    const {transaction, commits, add, committed} = listTransaction();
    const batch = createBatch(transaction);
    const seen: number[] = [];
    await Promise.all(
      ['a', 'b', 'c'].map((text) => batch.run(() => add(text)).then(() => seen.push(committed().length))),
    );
    expect({commits, seen}).toEqual({commits: [3], seen: [3, 3, 3]});
  });

  it('takes what is in no hurry along with the next change, in order, or commits it by itself soon', async () => {
    const {transaction, commits, add, committed} = listTransaction();
    const batch = createBatch(transaction);
    const later = batch.runLater(() => add('a'));
    const now = batch.run(() => add('b'));
    await Promise.all([later, now]);
    expect(commits).toEqual([2]);
    await batch.runLater(() => add('c'));
    expect(commits).toEqual([2, 1]);
    const last = batch.runLater(() => add('d'));
    batch.close();
    await last;
    expect(committed()).toEqual(['a', 'b', 'c', 'd']);
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
    const {transaction, commits, add, committed} = listTransaction();
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
    expect({commits, committed: committed()}).toEqual({commits: [1, 1], committed: ['a', 'c']});
  });

  it.each(['commit', 'begin'] as const)(
    'fails all when the disk refuses at %s, and works again afterwards',
    async (when) => {
      const {transaction, add, committed, fail} = listTransaction({[when]: diskFull});
      const batch = createBatch(transaction);
      const settled = await Promise.allSettled(['a', 'b'].map((text) => batch.run(() => add(text))));
      for (const result of settled)
        expect(result).toMatchObject({status: 'rejected', reason: {code: 'JOURNAL_WRITE_FAILED'}});
      fail[when] = undefined;
      await batch.run(() => add('c'));
      expect(committed()).toEqual(['c']);
    },
  );
});
