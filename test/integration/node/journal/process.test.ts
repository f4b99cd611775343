import {chmodSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {JOURNAL_FILE, openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {readingOf} from '../../../../src/lib/node/journal/rows.ts';
import {verifyReadings} from '../../../../src/lib/protocol/clock/readings.ts';
import {bundleLogThread} from '../../../support/bundle-thread.ts';
import {bundleChild, startChild} from '../../../support/child.ts';
import {inTempDir, loadableDrivers} from '../../../support/journal.ts';

const RUNS = 10;
const WITH_THREAD = 4;

let writer: string;
let folder: string;
let logThread: string;
beforeAll(async () => {
  writer = await bundleChild('journal-writer');
  folder = mkdtempSync(path.join(tmpdir(), 'aos-log-thread-'));
  logThread = fileURLToPath(bundleLogThread(folder));
});

afterAll(() => rmSync(folder, {recursive: true, force: true}));

for (const driver of loadableDrivers()) {
  describe(`journal between processes on ${driver.name}`, () => {
    it.each([
      [RUNS, false],
      [WITH_THREAD, true],
    ])(
      'keeps everything it acknowledged when its process is killed with SIGKILL, %i times over (with a thread that copies the log: %s)',
      (runs, isCopied) =>
        inTempDir(async (dir) => {
          const received: string[] = [];
          const concluded: string[] = [];
          for (let run = 0; run < runs; run += 1) {
            const child = startChild(writer, [dir, driver.name, 'write', ...(isCopied ? [logThread] : [])]);
            let said = 0;
            // Killed at another point every time; what it had written to the pipe by then still counts.
            for await (const line of child.lines) {
              said += 1;
              const [what, jobId] = line.split(' ');
              if (what === 'received') received.push(jobId!);
              if (what === 'concluded') concluded.push(jobId!);
              if (said === 2 + run * 29) child.process.kill('SIGKILL');
            }
            await child.ended;
          }
          expect(concluded.length).toBeGreaterThan(runs);

          const journal = await openJournal({dir, clockId: 1n, driver});
          const jobs = journal.list({states: ['received', 'concluded'], after: 0, limit: 1_000_000});
          const contents = new Map(jobs.map((job) => [job.key.jobId, job.content]));
          expect(contents.size).toBe(jobs.length);
          expect(received.filter((jobId) => !contents.has(jobId))).toEqual([]);
          expect(concluded.filter((jobId) => contents.get(jobId) !== `answer to ${jobId}`)).toEqual([]);
          await journal.close();

          const database = driver.open(path.join(dir, JOURNAL_FILE), {readOnly: true});
          expect(Object.values(database.prepare('PRAGMA integrity_check').get() ?? {})).toEqual(['ok']);
          const readings = database.prepare('SELECT * FROM readings ORDER BY n').all().map(readingOf);
          expect(verifyReadings(readings)).toEqual({ok: true});
          // one reading a job received, one an answer stored: both or neither, whenever it was killed
          expect(readings.length).toBe(jobs.length + jobs.filter(({content}) => content !== null).length);
          database.close();
        }),
    );

    it('JOURNAL_LOCKED for a second process, until the first is killed', () =>
      inTempDir(async (dir) => {
        const first = startChild(writer, [dir, driver.name, 'hold']);
        expect((await first.lines.next()).value).toBe('open');
        const second = startChild(writer, [dir, driver.name, 'hold']);
        expect((await second.lines.next()).value).toBe('JOURNAL_LOCKED');
        await expect(openJournal({dir, clockId: 1n, driver})).rejects.toMatchObject({code: 'JOURNAL_LOCKED'});
        await second.ended;
        first.process.kill('SIGKILL');
        await first.ended;
        await (await openJournal({dir, clockId: 1n, driver})).close();
      }));

    it('stays locked for other processes after a second try of our own was refused', () =>
      inTempDir(async (dir) => {
        const journal = await openJournal({dir, clockId: 1n, driver});
        await expect(openJournal({dir, clockId: 1n, driver})).rejects.toMatchObject({code: 'JOURNAL_LOCKED'});
        const other = startChild(writer, [dir, driver.name, 'hold']);
        expect((await other.lines.next()).value).toBe('JOURNAL_LOCKED');
        await other.ended;
        await journal.close();
      }));

    it('STATE_DIR_UNWRITABLE in a read-only directory', () =>
      inTempDir(async (temp) => {
        // For root nothing is read-only, so the process is somebody else then.
        const isRoot = process.getuid?.() === 0;
        const dir = path.join(temp, 'state');
        mkdirSync(dir);
        chmodSync(temp, 0o755);
        chmodSync(dir, 0o555);
        const args = [path.join(dir, 'node'), driver.name, 'hold'];
        const child = startChild(writer, args, isRoot ? {uid: 65534, gid: 65534} : {});
        expect((await child.lines.next()).value).toBe('STATE_DIR_UNWRITABLE');
        await child.ended;
        chmodSync(dir, 0o755);
      }));
  });
}
