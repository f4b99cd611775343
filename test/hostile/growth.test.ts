import {expect, it} from 'vitest';
import {openJobReader} from '../../src/lib/node/journal/job-query.ts';
import {openJournal} from '../../src/lib/node/journal/sqlite.ts';
import {fileBytes, liveJob} from '../support/growth.ts';
import {hostileSize} from '../support/hostile-size.ts';
import {clocks, inTempDir, loadableDrivers} from '../support/journal.ts';

const DAY = 86_400_000;
const PERIODS = {evidenceMs: 3 * DAY + 1_800_000, retentionMs: 4 * DAY};

it.each(loadableDrivers().slice(0, hostileSize({full: 2, bounded: 1})))(
  'a job takes at most 1 KB of the file after its evidence period, and 100 bytes after the retention ($name)',
  async (driver) => {
    const jobs = hostileSize({full: 100_000, bounded: 4_000});
    await inTempDir(async (dir) => {
      const time = clocks();
      let journal = await openJournal({dir, clockId: 1n, driver, time});
      const sizes: Record<string, number> = {};
      /** Of the file as it is on the disk once its log is in it. */
      const measure = async (when: string): Promise<void> => {
        await journal.age.keep();
        await journal.close();
        sizes[when] = Math.round(fileBytes(dir) / jobs);
        journal = await openJournal({dir, clockId: 1n, driver, time});
      };
      for (let from = 0; from < jobs; from += 500)
        await Promise.all(
          Array.from({length: Math.min(500, jobs - from)}, (_, n) => liveJob(journal, from + n, time.now())),
        );
      await measure('whole');
      time.pass(PERIODS.evidenceMs + 1);
      expect(await journal.tidy(PERIODS)).toEqual({packed: jobs, deleted: 0});
      await measure('packed');
      const reader = openJobReader({dir, driver});
      const [row] = reader.list({states: [], outcomes: [], kinds: [], tags: [], since: null, limit: 1});
      expect(row).toMatchObject({seq: jobs, state: 'accepted', outcome: 'answered', isPacked: true});
      const record = reader.record(jobs);
      expect(record?.content).toContain(`The answer to question`);
      expect(record?.delivery?.signature).toHaveLength(130);
      reader.close();
      time.pass(DAY);
      expect(await journal.tidy(PERIODS)).toEqual({packed: 0, deleted: jobs});
      await measure('gone');
      await journal.close();
      process.stdout.write(`${driver.name}: bytes a job of ${jobs}: ${JSON.stringify(sizes)}\n`);
      expect(sizes['packed']).toBeLessThanOrEqual(1_000);
      expect(sizes['gone']).toBeLessThanOrEqual(100 + 1_000_000 / jobs);
    });
  },
);
