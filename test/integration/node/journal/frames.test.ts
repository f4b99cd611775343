import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {SqliteDriver} from '../../../../src/lib/node/journal/driver.ts';
import {PIECE_BYTES} from '../../../../src/lib/node/journal/frames.ts';
import {openJobReader} from '../../../../src/lib/node/journal/job-query.ts';
import {JOURNAL_FILE, openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {codePoint} from '../../../support/any-text.ts';
import {dispatchFrame, elementOf} from '../../../support/evidence.ts';
import {clocks, inTempDir, loadableDrivers, newJob} from '../../../support/journal.ts';

/** The same driver; `read` counts the bytes of frames that statements return. */
function counting(driver: SqliteDriver): SqliteDriver & {read: () => number} {
  let bytes = 0;
  return {
    name: driver.name,
    read: () => bytes,
    open: (path, options) => {
      const database = driver.open(path, options);
      return {
        ...database,
        prepare: (sql) => {
          const statement = database.prepare(sql);
          if (!sql.includes('FROM pieces')) return statement;
          return {
            ...statement,
            all: (...values) => {
              const rows = statement.all(...values);
              for (const row of rows) if (row['bytes'] instanceof Uint8Array) bytes += row['bytes'].length;
              return rows;
            },
          };
        },
      };
    },
  };
}

describe.each(loadableDrivers())('frames by $name', (driver) => {
  it('give each job its own part, byte for byte, wherever it is in the frame', () =>
    inTempDir(async (dir) => {
      const journal = await openJournal({dir, clockId: 1n, driver});
      const text = fc.string({unit: codePoint, maxLength: 40});
      const size = fc.integer({min: 1, max: 3 * PIECE_BYTES});
      let n = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(text, size), {minLength: 1, maxLength: 6}), async (parts) => {
          const elements = parts.map(([some, most]) => `{${some.repeat(1 + most / (1 + some.length))}}`);
          const frame = Buffer.from(`[${elements.join(',')}]`);
          const release = frame.length > 4 * PIECE_BYTES ? await journal.keepFrame(frame) : (): void => {};
          let at = 1;
          const seqs: number[] = [];
          for (const element of elements) {
            const span = {start: at, end: at + Buffer.byteLength(element)};
            at = span.end + 1;
            n += 1;
            const {record} = await journal.receive(newJob(`job ${n}`, {frame, span, index: seqs.length}));
            expect(record.element).toBe(element);
            seqs.push(record.seq);
          }
          release();
          expect(seqs.map((seq) => journal.get(seq)?.element)).toEqual(elements);
          expect(Buffer.from(journal.frameOf(seqs[0] ?? 0) ?? []).equals(frame)).toBe(true);
        }),
        {numRuns: 30},
      );
      await journal.close();
    }));

  it('are not read whole for one job', () =>
    inTempDir(async (dir) => {
      const counted = counting(driver);
      const journal = await openJournal({dir, clockId: 1n, driver: counted});
      const frame = Buffer.alloc(8 * 1024 * 1024, 'x');
      const release = await journal.keepFrame(frame);
      const spans = Array.from({length: 20}, (_, n) => ({start: n * 400_000, end: n * 400_000 + 300}));
      for (const [index, span] of spans.entries())
        await journal.receive(newJob(`${index}`, {frame, span, index}));
      release();
      expect(journal.queued('received', 0, 100)).toHaveLength(20);
      expect(counted.read()).toBe(0);
      for (let seq = 1; seq <= 20; seq += 1) expect(journal.get(seq)?.element).toHaveLength(300);
      expect(counted.read()).toBeLessThanOrEqual(20 * 2 * PIECE_BYTES);
      await journal.close();
    }));

  it('that no job came of are deleted, also when the process died while it was written', () =>
    inTempDir(async (dir) => {
      const open = () => openJournal({dir, clockId: 1n, driver, time: clocks()});
      const pieces = (): unknown => {
        const database = driver.open(join(dir, JOURNAL_FILE), {readOnly: true});
        const rows = database
          .prepare('SELECT (SELECT count(*) FROM pieces) AS p, (SELECT count(*) FROM frames) AS f')
          .get();
        database.close();
        return {...rows};
      };
      const first = await open();
      const frame = randomBytes(5_000_000);
      const release = await first.keepFrame(frame);
      const periods = {evidenceMs: 1_000, retentionMs: 2_000};
      await first.tidy(periods);
      expect(pieces()).toEqual({p: Math.ceil(frame.length / PIECE_BYTES), f: 1});
      release();
      await first.tidy(periods);
      expect(pieces()).toEqual({p: 0, f: 0});
      await first.keepFrame(randomBytes(100_000));
      await first.close();
      const second = await open();
      await second.tidy(periods);
      expect(pieces()).toEqual({p: 0, f: 0});
      await second.close();
    }));

  it('go with the last of their jobs, large ones too', () =>
    inTempDir(async (dir) => {
      const time = clocks();
      const journal = await openJournal({dir, clockId: 1n, driver, time});
      const frame = randomBytes(5_000_000);
      const release = await journal.keepFrame(frame);
      const [a, b] = await Promise.all(
        ['a', 'b'].map((id) => journal.receive(newJob(id, {frame, span: {start: 0, end: 10}}))),
      );
      release();
      await journal.expire(a!.record.seq, 1);
      time.pass(1_001);
      const periods = {evidenceMs: 1_000, retentionMs: 9_000};
      expect(await journal.tidy(periods)).toEqual({packed: 1, deleted: 0});
      expect(Buffer.from(journal.frameOf(b!.record.seq) ?? []).equals(frame)).toBe(true);
      await journal.expire(b!.record.seq, 1);
      time.pass(1_001);
      expect(await journal.tidy(periods)).toEqual({packed: 1, deleted: 0});
      await journal.close();
      const database = driver.open(join(dir, JOURNAL_FILE), {readOnly: true});
      expect(database.prepare('SELECT count(*) AS n FROM pieces').get()).toEqual({n: 0});
      database.close();
    }));

  it('of an older aos give their jobs by their number', () =>
    inTempDir(async (dir) => {
      const writer = await openJournal({dir, clockId: 1n, driver});
      const frame = dispatchFrame([
        {jobId: 'a', clock: {'1': '5'}},
        {jobId: 'b', clock: {}},
      ]);
      await writer.receive(newJob('b', {frame, index: 1}));
      await writer.close();
      const database = driver.open(join(dir, JOURNAL_FILE), {readOnly: false});
      database.prepare('UPDATE frames SET text = ?').run(frame);
      database.exec('DELETE FROM pieces');
      database.close();
      const journal = await openJournal({dir, clockId: 1n, driver});
      expect(journal.get(1)?.element).toBe(elementOf('b', {}));
      expect(Buffer.from(journal.frameOf(1) ?? []).toString()).toBe(frame);
      await journal.close();
      const reader = openJobReader({dir, driver});
      expect(reader.record(1)).toMatchObject({frame, element: elementOf('b', {})});
      reader.close();
    }));
});
