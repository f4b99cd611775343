import {expect, it} from 'vitest';
import type {LogCopy} from '../../../../src/lib/node/journal/log-copier.ts';
import {createLogEmptying} from '../../../../src/lib/node/journal/log-emptying.ts';

/** A log of so many frames, whose copies end when the test says so. */
function bench() {
  const log = {frames: 0, givenBack: 0};
  const copies: ((copy: LogCopy | null) => void)[] = [];
  const empties: boolean[] = [];
  const emptying = createLogEmptying({
    frames: () => log.frames,
    copy: (isLast) => {
      empties.push(isLast);
      return new Promise((resolve) => copies.push(resolve));
    },
    giveBack: () => {
      log.givenBack += 1;
    },
  });
  const end = async (copy: Omit<LogCopy, 'isEmptied'> | null): Promise<void> => {
    const isEmptied = empties.at(-1) === true && copy?.copied === copy?.frames;
    copies.shift()?.(copy === null ? null : {...copy, isEmptied});
    await emptying.idle();
  };
  return {log, copies, empties, emptying, end};
}

it('copies nearly all beside the transactions, and lets one wait for the rest', async () => {
  const {log, copies, empties, emptying, end} = bench();
  log.frames = 999;
  expect(emptying.between()).toBeNull();
  expect(copies).toHaveLength(0);
  log.frames = 1_005;
  expect(emptying.between()).toBeNull(); // the transactions continue
  expect(copies).toHaveLength(1);
  log.frames = 1_100;
  expect(emptying.between()).toBeNull(); // one copy at a time
  expect(copies).toHaveLength(1);
  await end({frames: 1_005, copied: 1_005});
  const rest = emptying.between();
  expect(rest).not.toBeNull();
  await end({frames: 1_100, copied: 1_100});
  await rest;
  expect(empties).toEqual([false, true]);
  expect([emptying.takeEmptied(), emptying.takeEmptied()]).toEqual([true, false]);
  // The next transaction begins it anew.
  log.frames = 3;
  expect(emptying.between()).toBeNull();
  log.frames = 1_000;
  expect(emptying.between()).toBeNull();
  expect(copies).toHaveLength(1);
});

it.each([
  ['reader keeps the log', {frames: 1_000, copied: 400}],
  ['disk refuses', {frames: 1, copied: 0}],
])('tries again after as much has come when a %s, and no transaction waits', async (_, copy) => {
  const {log, copies, emptying, end} = bench();
  log.frames = 1_000;
  expect(emptying.between()).toBeNull();
  await end(copy);
  log.frames = 1_999;
  expect(emptying.between()).toBeNull();
  expect(copies).toHaveLength(0);
  log.frames = 2_000;
  expect(emptying.between()).toBeNull();
  expect(copies).toHaveLength(1);
});

it('tries again later when a reader came between the two copies', async () => {
  const {log, copies, emptying, end} = bench();
  log.frames = 1_000;
  expect(emptying.between()).toBeNull();
  await end({frames: 1_000, copied: 1_000});
  log.frames = 1_010;
  const rest = emptying.between();
  await end({frames: 1_010, copied: 1_000});
  await rest;
  expect(emptying.takeEmptied()).toBe(false);
  expect(emptying.between()).toBeNull();
  expect(copies).toHaveLength(0);
});

it('of a log that has begun anew by itself copies nearly all beside the transactions again', async () => {
  const {log, copies, emptying, end} = bench();
  log.frames = 1_000;
  expect(emptying.between()).toBeNull();
  await end({frames: 1_000, copied: 1_000});
  log.frames = 5;
  expect(emptying.between()).toBeNull();
  log.frames = 1_500;
  expect(emptying.between()).toBeNull();
  expect(copies).toHaveLength(1);
});

it('gives the work back once when nothing copies any more', async () => {
  const {log, copies, emptying, end} = bench();
  log.frames = 1_000;
  expect(emptying.between()).toBeNull();
  await end(null);
  log.frames = 9_000;
  expect(emptying.between()).toBeNull();
  expect({copies: copies.length, givenBack: log.givenBack}).toEqual({copies: 0, givenBack: 1});
});
