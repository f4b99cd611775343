import fs from 'node:fs';
import {basename, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {type AosError, isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {SqliteDriver} from '../../../../src/lib/node/journal/driver.ts';
import {openJobReader} from '../../../../src/lib/node/journal/job-query.ts';
import {JOURNAL_FILE, openJournal, type JournalOptions} from '../../../../src/lib/node/journal/sqlite.ts';
import {openTxJournal} from '../../../../src/lib/node/journal/transactions.ts';
import {answerOf, inTempDir, loadableDrivers, newJob, VRF} from '../../../support/journal.ts';
import {flipped} from '../../../support/wal-log.ts';

const file = (dir: string, end = ''): string => join(dir, `${JOURNAL_FILE}${end}`);

const copyOf = (dir: string, name: string): string => {
  const copy = `${dir}-${name}`;
  fs.cpSync(dir, copy, {recursive: true});
  return copy;
};

/** What a process that was killed left behind: an answered job, one that was selected, one that was received. */
async function leftBehind(driver: SqliteDriver, temp: string): Promise<string> {
  const dir = join(temp, 'live');
  const journal = await openJournal({dir, clockId: 1n, driver});
  const answered = await journal.receive(newJob('answered'));
  await journal.conclude(answered.record.seq, answerOf('the answer'));
  const selected = await journal.receive(newJob('selected'));
  await journal.select(selected.record.seq, VRF);
  await journal.receive(newJob('received'));
  const left = copyOf(dir, 'left');
  await journal.close();
  return left;
}

/** A text of the error's details. */
function detail({details}: AosError, name: 'damage' | 'copy'): string {
  const value = details[name];
  return typeof value === 'string' ? value : '';
}

async function refusal(options: JournalOptions): Promise<AosError> {
  try {
    const journal = await openJournal(options);
    await journal.close();
  } catch (error) {
    if (isAosError(error)) return error;
    throw error;
  }
  throw new Error('it was opened');
}

const names = (dir: string): string[] => fs.readdirSync(dir).sort();
/** The files that hold something: SQLite makes its index anew whenever it reads. */
const contents = (dir: string): Record<string, string> =>
  Object.fromEntries(
    names(dir)
      .filter((name) => !name.endsWith('-shm') && !name.includes('lock') && !name.includes('damaged'))
      .map((name) => [name, fs.readFileSync(join(dir, name)).toString('base64')]),
  );

function flip(path: string, at: number): void {
  fs.writeFileSync(path, flipped(fs.readFileSync(path), at * 8));
}

for (const driver of loadableDrivers()) {
  describe(`a damaged journal on ${driver.name}`, () => {
    const options = (dir: string, more: Partial<JournalOptions> = {}): JournalOptions => ({
      dir,
      clockId: 1n,
      driver,
      ...more,
    });

    it('whose last commit has one bit changed is refused: nothing is changed, and the log is copied once', () =>
      inTempDir(async (temp) => {
        const dir = await leftBehind(driver, temp);
        flip(file(dir, '-wal'), fs.statSync(file(dir, '-wal')).size - 100);
        const before = contents(dir);
        const error = await refusal(options(dir));
        expect(error).toMatchObject({code: 'JOURNAL_DAMAGED', exitCode: 74});
        expect(error.next.run).toEqual({
          command: 'run',
          args: ['--accept-damaged-journal', error.details['damage']],
        });
        const copy = detail(error, 'copy');
        expect(fs.readFileSync(copy)).toEqual(fs.readFileSync(file(dir, '-wal')));
        expect(fs.statSync(copy).mode & 0o777).toBe(0o600);
        expect((await refusal(options(dir))).details).toEqual(error.details);
        expect(names(dir).filter((name) => name.includes('damaged'))).toEqual([basename(copy)]);
        expect(contents(dir)).toEqual(before);
      }));

    it('is refused to readers too, who copy nothing', () =>
      inTempDir(async (temp) => {
        const dir = await leftBehind(driver, temp);
        flip(file(dir, '-wal'), 5_000);
        const before = contents(dir);
        expect(await refusal(options(dir, {readOnly: true}))).toMatchObject({code: 'JOURNAL_DAMAGED'});
        expect(() => openJobReader({dir, driver})).toThrow(
          expect.objectContaining({code: 'JOURNAL_DAMAGED'}),
        );
        expect(contents(dir)).toEqual(before);
        expect(names(dir).filter((name) => name.includes('damaged'))).toEqual([]);
      }));

    it.each([
      ['the log removed', (dir: string) => fs.rmSync(file(dir, '-wal'))],
      ['the log emptied', (dir: string) => fs.truncateSync(file(dir, '-wal'), 0)],
      ['the log cut', (dir: string) => fs.truncateSync(file(dir, '-wal'), 9_000)],
      ['the beginning of the log changed', (dir: string) => flip(file(dir, '-wal'), 17)],
      ['the file removed', (dir: string) => fs.rmSync(file(dir))],
      ['the file emptied', (dir: string) => fs.truncateSync(file(dir), 0)],
      ['the beginning of the file changed', (dir: string) => flip(file(dir), 3)],
      [
        'file and log removed',
        (dir: string) => {
          fs.rmSync(file(dir));
          fs.rmSync(file(dir, '-wal'));
        },
      ],
    ])('with %s is refused, or reads as it was', (_what, damage) =>
      inTempDir(async (temp) => {
        const dir = await leftBehind(driver, temp);
        damage(dir);
        try {
          const journal = await openJournal(options(dir));
          expect(journal.counts()).toMatchObject({concluded: 1, selected: 1, received: 1});
          await journal.close();
        } catch (error) {
          expect(error).toMatchObject({code: 'JOURNAL_DAMAGED'});
        }
      }),
    );

    it.each(['removed', 'emptied', 'cut'])('of which the file is %s after a good end is refused', (how) =>
      inTempDir(async (temp) => {
        const dir = await leftBehind(driver, temp);
        await (await openJournal(options(dir))).close();
        const {size} = fs.statSync(file(dir));
        if (how === 'removed') fs.rmSync(file(dir));
        else fs.truncateSync(file(dir), how === 'cut' ? size - 8_192 : 0);
        const error = await refusal(options(dir));
        expect(['JOURNAL_DAMAGED', 'JOURNAL_UNREADABLE']).toContain(error.code);
        if (how !== 'cut') expect(error.next.say).toContain('mv ');
      }),
    );

    it('that is an older copy is refused: what was answered after it would be answered again', () =>
      inTempDir(async (temp) => {
        const dir = join(temp, 'state');
        const first = await openJournal(options(dir));
        const {record} = await first.receive(newJob('a'));
        await first.select(record.seq, VRF);
        await first.close();
        fs.copyFileSync(file(dir), join(temp, 'older'));
        const second = await openJournal(options(dir));
        await second.conclude(record.seq, answerOf('the answer'));
        await second.close();
        fs.copyFileSync(join(temp, 'older'), file(dir));
        const error = await refusal(options(dir));
        expect(error.code).toBe('JOURNAL_DAMAGED');
        const third = await openJournal(options(dir, {acceptDamage: detail(error, 'damage')}));
        expect(third.get(record.seq)).toMatchObject({state: 'expired', content: null});
        expect((await third.receive(newJob('a'))).known).toBe(true);
        await third.close();
      }));

    it('is opened for who accepts this damage: open jobs without an answer are given up, answered ones stay', () =>
      inTempDir(async (temp) => {
        const dir = await leftBehind(driver, temp);
        flip(file(dir, '-wal'), fs.statSync(file(dir, '-wal')).size - 100);
        const error = await refusal(options(dir));
        expect(await refusal(options(dir, {acceptDamage: 'another'}))).toMatchObject({
          code: 'JOURNAL_DAMAGED',
        });
        const damage = detail(error, 'damage');
        const journal = await openJournal(options(dir, {acceptDamage: damage}));
        expect(journal.acceptedDamage).toMatchObject({id: damage, givenUp: [2]});
        expect(journal.counts()).toMatchObject({concluded: 1, selected: 0, received: 0, expired: 1});
        await journal.close();
        // It is said once; the flag may stay in a unit file.
        const next = await openJournal(options(dir, {acceptDamage: damage}));
        expect(next.acceptedDamage).toBeNull();
        await next.close();
      }));

    it('is not seen where the log was emptied by another program, or is read at this moment', () =>
      inTempDir(async (temp) => {
        const dir = await leftBehind(driver, temp);
        const other = driver.open(file(dir), {readOnly: false});
        other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
        other.close();
        await (await openJournal(options(dir))).close();
        const read = await leftBehind(driver, join(temp, 'read'));
        const reader = driver.open(file(read), {readOnly: true});
        reader.exec('BEGIN');
        reader.prepare('SELECT count(*) FROM jobs').get();
        const beside = await openJournal(options(read));
        await beside.receive(newJob('later'));
        const left = copyOf(read, 'again');
        reader.exec('COMMIT');
        reader.close();
        await beside.close();
        const next = await openJournal(options(left));
        expect(next.counts()).toMatchObject({concluded: 1, selected: 1, received: 2});
        await next.close();
      }));

    it('is not what a power cut leaves: the end of the log that was not synced is missing, and the mark lags', () =>
      inTempDir(async (temp) => {
        const dir = join(temp, 'live');
        const journal = await openJournal(options(dir, {boot: 'before'}));
        await journal.receive(newJob('a'));
        const mark = fs.readFileSync(file(dir, '-mark'));
        const size = fs.statSync(file(dir, '-wal')).size;
        await journal.receive(newJob('b'));
        const left = copyOf(dir, 'left');
        await journal.close();
        fs.writeFileSync(file(left, '-mark'), mark);
        for (const cut of [size, size + 100, size + 5_000, fs.statSync(file(left, '-wal')).size]) {
          const torn = copyOf(left, `cut-${cut}`);
          fs.truncateSync(file(torn, '-wal'), cut);
          const after = await openJournal(options(torn, {boot: 'after'}));
          expect(after.counts().received).toBeGreaterThanOrEqual(1);
          await after.close();
        }
      }));

    it('of an older version, which left no mark, is refused where commits follow the damage', () =>
      inTempDir(async (temp) => {
        const dir = await leftBehind(driver, temp);
        fs.rmSync(file(dir, '-mark'));
        const whole = copyOf(dir, 'whole');
        await (await openJournal(options(whole))).close();
        flip(file(dir, '-wal'), 5_000);
        expect((await refusal(options(dir))).code).toBe('JOURNAL_DAMAGED');
      }));

    it('whose lock was overwritten is opened: a lock holds nothing', () =>
      inTempDir(async (temp) => {
        const dir = await leftBehind(driver, temp);
        fs.writeFileSync(join(dir, 'owner.lock.db'), 'x'.repeat(5_000));
        const journal = await openJournal(options(dir));
        await expect(openJournal(options(dir))).rejects.toMatchObject({code: 'JOURNAL_LOCKED'});
        await journal.close();
      }));
  });

  describe(`the journal of transactions on ${driver.name}`, () => {
    it('is refused with a log whose beginning is damaged, or whose file is gone', () =>
      inTempDir((temp) => {
        const dir = join(temp, 'live');
        const journal = openTxJournal({dir, driver});
        const left = copyOf(dir, 'left');
        const gone = copyOf(dir, 'gone');
        journal.close();
        flip(join(left, 'tx.db-wal'), 9);
        fs.rmSync(join(gone, 'tx.db'));
        for (const damaged of [left, gone])
          expect(() => openTxJournal({dir: damaged, driver})).toThrow(
            expect.objectContaining({code: 'JOURNAL_DAMAGED'}),
          );
        openTxJournal({dir, driver}).close();
        return Promise.resolve();
      }));
  });
}
