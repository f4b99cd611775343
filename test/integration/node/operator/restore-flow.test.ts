import {copyFileSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it, onTestFinished} from 'vitest';
import {applyRestored, type RestoredWish} from '../../../../src/lib/features/run/restored.ts';
import {checkCopy, copyJournal} from '../../../../src/lib/node/journal/copy-journal.ts';
import {JOURNAL_FILE, openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {createDispatcherRest} from '../../../../src/lib/peers/dispatcher/rest.ts';
import {createRig, type Rig} from '../../../support/operator-rig.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const WISH: RestoredWish = {acceptAll: false, oldHostIsOff: false};
const RETENTION = 3_600_000_000;
const silent = () => Promise.resolve(null);

/** Copies the journal of the rig's node as `aos backup create` does, beside the operator. */
async function copy(rig: Rig): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'aos-copy-'));
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
  const path = join(dir, 'copy.db');
  await copyJournal(rig.dir, path, {id: '00112233445566aa', at: rig.time.now()});
  return path;
}

/** The machine is another one now: of its journal only the copy is left. */
function moveTo(rig: Rig, path: string): void {
  for (const name of readdirSync(rig.dir)) rmSync(join(rig.dir, name), {recursive: true});
  copyFileSync(path, join(rig.dir, JOURNAL_FILE));
}

/** What `aos run` does first with a restored journal. */
async function begin(rig: Rig, wish = WISH, ping: () => Promise<string | null> = silent) {
  const journal = await openJournal({dir: rig.dir, clockId: 1n, time: rig.time});
  try {
    const rules = await applyRestored(journal, wish, {retentionMs: RETENTION, time: rig.time, ping});
    return {restored: rules.isRestored(), events: rules.events, counts: journal.counts()};
  } finally {
    await journal.close();
  }
}

const reader = (rig: Rig) => {
  const rest = createDispatcherRest(rig.dispatcher.httpUrl);
  return {kept: (jobId: string, signal: AbortSignal) => rest.jobResults(jobId, signal)};
};

/** Every answer of the worker is another text: a job that is answered twice shows. */
function answerDifferently(rig: Rig): {answers: () => boolean; hold: (isHeld: boolean) => void} {
  let count = 0;
  let isHeld = false;
  rig.worker.onQuestion = (question) => {
    if (!isHeld) void rig.worker.answer(question, {answer: `answer ${(count += 1)}`});
    return 200;
  };
  return {answers: () => !isHeld, hold: (held) => (isHeld = held)};
}

describe('a node that is restored from a backup while jobs flow', () => {
  it('answers no job twice, and works on the jobs that come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          before: fc.integer({min: 0, max: 4}),
          open: fc.integer({min: 0, max: 3}),
          after: fc.integer({min: 0, max: 4}),
          unanswered: fc.integer({min: 0, max: 2}),
          later: fc.integer({min: 1, max: 3}),
        }),
        async ({before, open, after, unanswered, later}) => {
          const closers: (() => void | Promise<void>)[] = [];
          const rig = await createRig({
            atEnd: (close) => closers.push(close),
          });
          try {
            const worker = answerDifferently(rig);
            const old = await rig.start();
            rig.submit(before);
            await rig.answered(before);
            await rig.time.until(() => expect(old.journal.counts().accepted).toBe(before));
            worker.hold(true);
            rig.submit(open, before);
            await rig.time.until(() => expect(old.journal.counts().selected).toBe(open));
            const path = await copy(rig);
            worker.hold(false);
            rig.submit(after, before + open);
            await rig.answered(before + after);
            worker.hold(true);
            rig.submit(unanswered, before + open + after);
            await rig.time.until(() => expect(old.journal.counts().selected).toBe(open + unanswered));
            await old.crash();

            moveTo(rig, path);
            worker.hold(false);
            checkCopy(join(rig.dir, JOURNAL_FILE), rig.time.now());
            const begun = await begin(rig);
            expect(begun.restored).toBe(true);
            expect(begun.counts).toMatchObject({accepted: before, expired: open, selected: 0});
            const next = await rig.start({isRestored: () => true, resultReader: reader(rig)});
            rig.submit(later, before + open + after + unanswered);
            // Those that came to the old node alone and were not answered come again, and are.
            await rig.answered(before + after + unanswered + later);
            await rig.time.until(() => expect(next.journal.counts().received).toBe(0));
            const summary = await next.stop();
            expect(rig.dispatcher.stats().conflicts).toBe(0);
            expect(summary.accepted).toBe(unanswered + later);
            for (const {key} of rig.dispatcher.jobs())
              expect(new Set(rig.dispatcher.results(key.jobId).map(({result}) => result)).size).toBeLessThan(
                2,
              );
          } finally {
            for (const close of closers.reverse()) await close();
          }
        },
      ),
      {numRuns: 2},
    );
  }, 120_000);

  it('is refused at its first start while the former operator may work', async () => {
    const rig = await createRig();
    const run = await rig.start();
    await run.event('connected');
    const path = await copy(rig);
    await run.stop();
    moveTo(rig, path);
    // Put in place by hand: none said that the old host is off.
    await expect(begin(rig)).rejects.toMatchObject({code: 'RESTORE_UNSAFE'});
    const off = {acceptAll: false, oldHostIsOff: true};
    await expect(begin(rig, off, () => Promise.resolve('it answers'))).rejects.toMatchObject({
      code: 'RESTORE_UNSAFE',
    });
    expect((await begin(rig, off)).restored).toBe(true);
    // It is asked once: from then on what answers at the public URL is this node.
    expect((await begin(rig, WISH, () => Promise.resolve('it answers'))).restored).toBe(true);
  });

  it('delivers what was open when that is asked for', async () => {
    const rig = await createRig();
    const worker = answerDifferently(rig);
    worker.hold(true);
    const old = await rig.start();
    rig.submit(2);
    await rig.time.until(() => expect(old.journal.counts().selected).toBe(2));
    const path = await copy(rig);
    await old.crash();
    moveTo(rig, path);
    expect((await begin(rig, {acceptAll: false, oldHostIsOff: true})).counts).toMatchObject({expired: 2});
    const lifted = await begin(rig, {acceptAll: true, oldHostIsOff: false});
    expect(lifted).toMatchObject({restored: false, counts: {expired: 0, selected: 2}});
    worker.hold(false);
    const next = await rig.start();
    await rig.answered(2);
    expect(await next.stop()).toMatchObject({accepted: 2, pending: 0});
    expect((await begin(rig)).restored).toBe(false);
  });

  it('keeps the rules until the retention of all that was open is over', async () => {
    const rig = await createRig();
    const run = await rig.start();
    await run.event('connected');
    const path = await copy(rig);
    await run.stop();
    moveTo(rig, path);
    checkCopy(join(rig.dir, JOURNAL_FILE), 1);
    const time = virtualTime();
    const journal = await openJournal({dir: rig.dir, clockId: 1n, time});
    const rules = await applyRestored(journal, WISH, {retentionMs: 1_000, time, ping: silent});
    expect(rules.isRestored()).toBe(true);
    const age = journal.copy.mark()?.age ?? 0;
    await time.advance(age + 1_001 - journal.age.now());
    expect(rules.isRestored()).toBe(false);
    const closing = journal.close();
    await time.advance(1_000);
    await closing;
    expect((await begin(rig)).restored).toBe(false);
  });
});
