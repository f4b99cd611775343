import {run} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {existsSync, readdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {SqliteDriver} from '../../../../src/lib/node/journal/driver.ts';
import {inspectJournal} from '../../../../src/lib/node/journal/inspect.ts';
import {copiesOf} from '../../../../src/lib/node/journal/migration-copy.ts';
import {JOURNAL_FILE, openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {openJobReader} from '../../../../src/lib/node/journal/job-query.ts';
import {answerOf, clocks, inTempDir, loadableDrivers, newJob, VRF} from '../../../support/journal.ts';
import {journalContract} from './contract.ts';

for (const driver of loadableDrivers()) {
  journalContract(driver.name, (dir, options) => openJournal({dir, clockId: 1n, driver, ...options}));

  describe(`journal file on ${driver.name}`, () => {
    it('is private: directory 0700, files 0600', () =>
      inTempDir(async (temp) => {
        const dir = join(temp, 'state', 'node');
        const journal = await openJournal({dir, clockId: 1n, driver});
        await journal.receive(newJob('a'));
        expect(statSync(dir).mode & 0o777).toBe(0o700);
        const modes = readdirSync(dir).map((name) => [
          name,
          (statSync(join(dir, name)).mode & 0o777).toString(8),
        ]);
        expect(modes.length).toBeGreaterThan(2);
        expect(modes.filter(([, mode]) => mode !== '600')).toEqual([]);
        await journal.close();
      }));

    it('has everything in one file when it is closed: the WAL is empty', () =>
      inTempDir(async (dir) => {
        const journal = await openJournal({dir, clockId: 1n, driver});
        await journal.receive(newJob('a'));
        await journal.close();
        const wal = join(dir, `${JOURNAL_FILE}-wal`);
        expect(existsSync(wal) ? statSync(wal).size : 0).toBe(0);
      }));

    it('writes a log that it syncs itself: WAL, synchronous=NORMAL', () =>
      inTempDir(async (dir) => {
        const pragmas: unknown[] = [];
        const spy = observing(driver, (database) => {
          pragmas.push(
            Object.values(database.prepare('PRAGMA synchronous').get() ?? {}),
            Object.values(database.prepare('PRAGMA journal_mode').get() ?? {}),
          );
        });
        const journal = await openJournal({dir, clockId: 1n, driver: spy});
        expect(pragmas).toEqual([[1], ['wal']]);
        await journal.close();
      }));

    it('refuses in SQL itself to change an answer or to delete that of an open job', () =>
      inTempDir(async (dir) => {
        const journal = await openJournal({dir, clockId: 1n, driver});
        const {record} = await journal.receive(newJob('a'));
        await journal.conclude(record.seq, answerOf('one'));
        await journal.close();
        const database = driver.open(join(dir, JOURNAL_FILE), {readOnly: false});
        for (const sql of [
          `UPDATE answers SET content = 'two'`,
          'DELETE FROM answers',
          `UPDATE readings SET at = 1`,
          `INSERT OR REPLACE INTO answers VALUES (1, 'answered', '{}', 'two', 1)`,
        ]) {
          expect(() => database.exec(`PRAGMA recursive_triggers = ON; ${sql}`), sql).toThrow();
        }
        expect(database.prepare('SELECT content FROM answers').get()).toMatchObject({content: 'one'});
        database.close();
      }));

    it('stores a frame of many jobs once', () =>
      inTempDir(async (dir) => {
        const journal = await openJournal({dir, clockId: 1n, driver});
        const frame = Buffer.from('x'.repeat(100_000));
        await Promise.all(
          Array.from({length: 200}, (_, index) => journal.receive(newJob(`j${index}`, {frame, index}))),
        );
        expect(
          journal
            .list({states: ['received'], after: 0, limit: 200})
            .every(({seq}) => frame.equals(journal.frameOf(seq) ?? Buffer.alloc(0))),
        ).toBe(true);
        await journal.close();
        expect(statSync(join(dir, JOURNAL_FILE)).size).toBeLessThan(1_000_000);
      }));

    it('says JOURNAL_WRITE_FAILED on a full disk, loses nothing acknowledged and continues when there is room', () =>
      inTempDir(async (dir) => {
        let grow = (_pages: number): void => {};
        const small = observing(driver, (database, path) => {
          if (!path.endsWith(JOURNAL_FILE)) return;
          grow = (pages) => database.exec(`PRAGMA max_page_count = ${pages}`);
        });
        const journal = await openJournal({dir, clockId: 1n, driver: small});
        grow(60);
        const stored: string[] = [];
        let failure: unknown;
        for (let n = 0; failure === undefined && n < 1_000; n += 1) {
          // Two a batch: the disk fails both of them.
          const results = await Promise.allSettled(
            [0, 1].map((half) =>
              journal.receive(newJob(`${n}/${half}`, {frame: `${n}/${half}`.repeat(400)})),
            ),
          );
          for (const result of results)
            if (result.status === 'fulfilled') stored.push(result.value.record.key.jobId);
          failure = results.find((result) => result.status === 'rejected')?.reason;
        }
        expect(failure).toMatchObject({code: 'JOURNAL_WRITE_FAILED'});
        expect(stored.length).toBeGreaterThan(2);
        const ids = (): string[] =>
          journal.list({states: ['received'], after: 0, limit: 2_000}).map(({key}) => key.jobId);
        expect(ids()).toEqual(stored);
        expect(journal.lastReading()?.n).toBe(stored.length);
        grow(100_000);
        await journal.receive(newJob('room again'));
        expect(ids()).toEqual([...stored, 'room again']);
        expect(journal.lastReading()).toMatchObject({n: stored.length + 1, ref: 'room again'});
        await journal.close();
      }));

    it('locks out a second owner in this process, lets readers in, and releases on close', () =>
      inTempDir(async (dir) => {
        const journal = await openJournal({dir, clockId: 1n, driver});
        await journal.receive(newJob('a'));
        await expect(openJournal({dir, clockId: 1n, driver})).rejects.toMatchObject({
          code: 'JOURNAL_LOCKED',
          exitCode: 77,
        });
        // the refused attempt must not have dropped the lock
        await expect(openJournal({dir, clockId: 1n, driver})).rejects.toMatchObject({code: 'JOURNAL_LOCKED'});
        const reader = await openJournal({dir, clockId: 1n, driver, readOnly: true});
        expect(reader.counts().received).toBe(1);
        await journal.receive(newJob('b'));
        expect(reader.counts().received).toBe(2);
        expect(reader.lastReading()).toEqual(journal.lastReading());
        await expect(reader.receive(newJob('c'))).rejects.toMatchObject({code: 'JOURNAL_WRITE_FAILED'});
        await reader.close();
        await journal.close();
        await (await openJournal({dir, clockId: 1n, driver})).close();
      }));

    it('refuses a damaged, a foreign and a newer file and frees the lock again', () =>
      inTempDir(async (temp) => {
        const damaged = join(temp, 'damaged');
        const foreign = join(temp, 'foreign');
        const newer = join(temp, 'newer');
        for (const dir of [damaged, foreign, newer])
          await (await openJournal({dir, clockId: 1n, driver})).close();
        writeFileSync(join(damaged, JOURNAL_FILE), 'this is no database'.repeat(1_000));
        edit(driver, foreign, 'PRAGMA application_id = 0');
        edit(driver, newer, 'PRAGMA user_version = 99');
        for (const dir of [damaged, foreign, newer]) {
          for (const readOnly of [false, true]) {
            await expect(
              openJournal({dir, clockId: 1n, driver, readOnly}),
              `${dir} ${readOnly}`,
            ).rejects.toMatchObject({code: dir === damaged ? 'JOURNAL_DAMAGED' : 'JOURNAL_UNREADABLE'});
          }
        }
        await expect(openJournal({dir: newer, clockId: 1n, driver})).rejects.toThrow('made by a newer aos');
      }));

    it('keeps what counts once, and for whom, over a restart', () =>
      inTempDir(async (dir) => {
        const first = await openJournal({dir, clockId: 1n, driver});
        expect(await first.claim('tee:1', 'a', 1)).toBe('a');
        expect(await first.claim('tee:1', 'b', 2)).toBe('a');
        await first.close();
        const again = await openJournal({dir, clockId: 1n, driver});
        expect(await Promise.all([again.claim('tee:1', 'b', 3), again.claim('tee:1', 'a', 3)])).toEqual([
          'a',
          'a',
        ]);
        await again.close();
      }));

    it('forgets what counts once when no request can be answered by it any more, and not before', () =>
      inTempDir(async (dir) => {
        const MINUTE = 60_000;
        const time = clocks();
        const periods = {evidenceMs: 10 * MINUTE, retentionMs: 20 * MINUTE};
        const journal = await openJournal({dir, clockId: 1n, driver, time});
        const at = 1_000 * MINUTE;
        /** A job with a request, whose document is taken a minute later. */
        const taken = async (jobId: string, receivedAt: number) => {
          const {record} = await journal.receive(newJob(jobId, {receivedAt, kind: 'tee'}));
          const request = {
            requestId: jobId,
            seq: record.seq,
            kind: 'tee',
            attempt: 1,
            askedAt: receivedAt,
          } as const;
          await journal.select(record.seq, VRF, request);
          await journal.claim(`tee:${jobId}`, jobId, receivedAt + MINUTE);
          return record.seq;
        };
        /** The documents that another request could be answered with. */
        const forgotten = async (...jobIds: string[]) => {
          const owners = await Promise.all(jobIds.map((jobId) => journal.claim(`tee:${jobId}`, 'other', at)));
          return jobIds.filter((_, index) => owners[index] === 'other');
        };
        const first = await taken('first', at);
        // Its request was put while the first document was still young enough.
        const second = await taken('second', at + 4 * MINUTE);
        await journal.expire(first, at);
        time.pass(11 * MINUTE);
        expect(await journal.tidy(periods)).toMatchObject({packed: 1});
        expect(await forgotten('first', 'second')).toEqual([]);
        await journal.expire(second, at);
        time.pass(11 * MINUTE);
        expect(await journal.tidy(periods)).toMatchObject({packed: 1});
        // No job is whole: nothing says what comes next.
        expect(await forgotten('first', 'second')).toEqual([]);
        await journal.receive(newJob('third', {receivedAt: at + 9 * MINUTE}));
        await journal.tidy(periods);
        // That of the second job was taken four minutes before the third came: the clocks may differ by that.
        expect(await forgotten('first', 'second')).toEqual(['first']);
        await journal.close();
      }));

    it('looks at all that counts once, some of it each time', () =>
      inTempDir(async (dir) => {
        const journal = await openJournal({dir, clockId: 1n, driver});
        const marks = Array.from({length: 4_500}, (_, index) => `tee:${index}`);
        await Promise.all(marks.map((mark) => journal.claim(mark, 'a', 1)));
        await journal.receive(newJob('later', {receivedAt: 1_000_000}));
        for (let times = 0; times < 3; times += 1) await journal.tidy({evidenceMs: 10, retentionMs: 20});
        const owners = await Promise.all(marks.map((mark) => journal.claim(mark, 'b', 2)));
        expect(owners.filter((owner) => owner === 'a')).toEqual([]);
        await journal.close();
      }));

    it('brings the journal of an older aos up to date; a reader says who does', () =>
      inTempDir(async (dir) => {
        const first = await openJournal({dir, clockId: 1n, driver});
        const {record} = await first.receive(newJob('old'));
        await first.select(record.seq, VRF);
        const done = await first.receive(newJob('done'));
        const request = {requestId: 'q', seq: done.record.seq, kind: 'opml', attempt: 1, askedAt: 1} as const;
        await first.select(done.record.seq, VRF, request);
        await first.answer('q', 'body', 2, () => answerOf('content'));
        const gone = await first.receive(newJob('gone'));
        await first.expire(gone.record.seq, 1);
        await first.close();
        edit(
          driver,
          dir,
          `UPDATE frames SET text = (SELECT CAST(bytes AS TEXT) FROM pieces WHERE pieces.id = frames.id * 65536);
           DELETE FROM jobs WHERE job_id = 'gone';
           DROP TABLE evidence; DROP TABLE checks; DROP TABLE seen; DROP TABLE tombstones; DROP TABLE refused; DROP TABLE pieces; DROP TABLE past; DROP TABLE marks;
           DROP TABLE proofs; DROP INDEX readings_by_job; DROP INDEX readings_without_job; ALTER TABLE readings DROP COLUMN seq;
           DROP INDEX frames_partial; ALTER TABLE frames DROP COLUMN whole;
           ${['span_start', 'span_end', 'born', 'over'].map((column) => `ALTER TABLE jobs DROP COLUMN ${column};`).join('')}
           ${['worker_url', 'worker_node', 'taken_at', 'ended', 'ended_at'].map((column) => `ALTER TABLE questions DROP COLUMN ${column};`).join('')}
           ${['why', 'forgiven', 'range'].map((column) => `ALTER TABLE jobs DROP COLUMN ${column};`).join('')}
           PRAGMA user_version = 2`,
        );

        const reading = {
          code: 'JOURNAL_UNREADABLE',
          next: run(
            'run',
            [],
            'Start or restart the operator with this version, which brings the journal up to date',
          ),
        };
        await expect(openJournal({dir, clockId: 1n, driver, readOnly: true})).rejects.toMatchObject(reading);
        expect(() => openJobReader({dir, driver})).toThrow(expect.objectContaining(reading));
        expect(() => inspectJournal(dir, driver)).toThrow(expect.objectContaining(reading));

        const journal = await openJournal({dir, clockId: 1n, driver});
        // What it was, in case the update was a mistake.
        expect(copiesOf(join(dir, JOURNAL_FILE))).toMatchObject([{schema: 2}]);
        expect(journal.get(record.seq)).toMatchObject({
          state: 'selected',
          vrf: VRF,
          range: null,
          element: '{"job":"old"}',
          bornAge: 0,
        });
        expect(journal.get(done.record.seq)).toMatchObject({state: 'concluded', content: 'content'});
        expect(journal.requests(done.record.seq)).toMatchObject([
          {answer: 'body', worker: null, ended: null},
        ]);
        expect(await journal.leave(record.seq, 'no worker answered', 3)).toBe(true);
        expect((await journal.receive(newJob('next'))).record.seq).toBeGreaterThan(gone.record.seq);
        await journal.conclude(record.seq, answerOf('{}'));
        expect(journal.get(record.seq)).toMatchObject({state: 'concluded', range: null});
        const range = {start: 0n, end: 5n, max: 9n, block: 3n};
        const later = await journal.receive(newJob('new'));
        await journal.select(later.record.seq, VRF, undefined, range);
        await journal.close();
        const tasks = openJobReader({dir, driver});
        expect(tasks.record(record.seq)?.range).toBeNull();
        expect(tasks.record(later.record.seq)?.range).toEqual(range);
        tasks.close();
      }));

    it('a reader makes nothing: without a journal it is JOURNAL_UNREADABLE', () =>
      inTempDir(async (dir) => {
        await expect(openJournal({dir, clockId: 1n, driver, readOnly: true})).rejects.toMatchObject({
          code: 'JOURNAL_UNREADABLE',
        });
        expect(existsSync(join(dir, JOURNAL_FILE))).toBe(false);
      }));

    it('a state directory that cannot be made is STATE_DIR_UNWRITABLE', () =>
      inTempDir(async (temp) => {
        writeFileSync(join(temp, 'file'), '');
        await expect(
          openJournal({dir: join(temp, 'file', 'state'), clockId: 1n, driver}),
        ).rejects.toMatchObject({code: 'STATE_DIR_UNWRITABLE'});
      }));
  });
}

type Opened = ReturnType<SqliteDriver['open']>;

/** The same driver, showing every database to `see` once its pragmas are set. */
function observing(driver: SqliteDriver, see: (database: Opened, path: string) => void): SqliteDriver {
  return {
    name: driver.name,
    open: (path, options) => {
      const database = driver.open(path, options);
      return {
        ...database,
        exec: (sql) => {
          database.exec(sql);
          if (sql === 'BEGIN IMMEDIATE') see(database, path); // the schema of a new file is made
        },
      };
    },
  };
}

function edit(driver: SqliteDriver, dir: string, sql: string): void {
  const database = driver.open(join(dir, JOURNAL_FILE), {readOnly: false});
  database.exec(sql);
  database.close();
}
