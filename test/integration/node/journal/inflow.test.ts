import {describe, expect, it} from 'vitest';
import type {RefusedRecord} from '../../../../src/lib/node/journal/inflow.ts';
import {openJobReader} from '../../../../src/lib/node/journal/job-query.ts';
import {openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {NODE_ID} from '../../../support/config-file.ts';
import {answerOf, DELIVERY, inTempDir, loadableDrivers, newJob, VRF} from '../../../support/journal.ts';

const message = (n: number, change: Partial<RefusedRecord> = {}): RefusedRecord => ({
  n,
  at: 1_000 * n,
  reason: 'bad-message',
  code: 'MESSAGE_INVALID',
  message: `job ${n} is not an object`,
  bytes: 4,
  frame: Uint8Array.of(0x7b, 0x00, 0xff, 0x7d),
  ...change,
});

describe.each(loadableDrivers())('what came from the dispatcher, with $name', (driver) => {
  const open = (dir: string, readOnly = false) => openJournal({dir, clockId: 1n, driver, readOnly});

  it('keeps refused messages byte for byte, the newest 1,000, and counts all', async () => {
    await inTempDir(async (dir) => {
      const journal = await open(dir);
      expect(journal.inflow.refused()).toBe(0);
      await Promise.all(Array.from({length: 1_005}, (_, index) => journal.inflow.keep(message(index + 1))));
      // A flood is not kept whole: its numbers have gaps.
      await journal.inflow.keep(message(2_000, {message: 'with \0 in it'}));
      expect(journal.inflow.refused()).toBe(2_000);
      await journal.close();

      const reader = openJobReader({dir, driver});
      expect(reader.refused.count()).toEqual({total: 2_000, kept: 6});
      expect(reader.refused.list(2).map(({n}) => n)).toEqual([2_000, 1_005]);
      expect(reader.refused.one(1_005)).toMatchObject(message(1_005));
      expect(Buffer.from(reader.refused.one(1_005)?.frame ?? [])).toEqual(Buffer.from(message(1).frame));
      expect(reader.refused.one(2_000)?.message).toBe('with \0 in it');
      expect(reader.refused.one(3)).toBeUndefined();
      reader.close();
    });
  });

  it('says when the newest jobs came, oldest first', async () => {
    await inTempDir(async (dir) => {
      const journal = await open(dir);
      for (const [index, at] of [10, 20, 30, 40].entries())
        await journal.receive(newJob(`job ${index}`, {receivedAt: at}));
      expect(journal.inflow.arrivals(20, 100)).toEqual([20, 30, 40]);
      expect(journal.inflow.arrivals(0, 2)).toEqual([30, 40]);
      expect(journal.inflow.arrivals(99, 2)).toEqual([]);
      await journal.close();
    });
  });

  it('counts the newest jobs by the minute in which they came, as the rates of a start need it', async () => {
    await inTempDir(async (dir) => {
      const journal = await open(dir);
      const MINUTE = 60_000;
      const came = [MINUTE, MINUTE + 1, 3 * MINUTE, 3 * MINUTE + 5, 3 * MINUTE + 9];
      const records = [];
      for (const [index, receivedAt] of came.entries())
        records.push((await journal.receive(newJob(`job ${index}`, {receivedAt}))).record);
      const [first, , third, fourth, fifth] = records.map(({seq}) => seq);
      for (const seq of [first, third, fourth]) await journal.select(seq ?? 0, VRF);
      for (const seq of [first, third]) await journal.conclude(seq ?? 0, answerOf('answer'));
      await journal.conclude(fifth ?? 0, {...answerOf('no'), outcome: 'unselected'});
      await journal.accepted(first ?? 0, MINUTE + 250, DELIVERY);
      expect(journal.inflow.minutes(0, 100)).toEqual([
        {
          minute: 1,
          firstSeq: first,
          received: 2,
          accepted: 1,
          selected: 1,
          answered: 1,
          durations: [[25, 1]],
        },
        {minute: 3, firstSeq: third, received: 3, accepted: 0, selected: 2, answered: 1, durations: []},
      ]);
      expect(journal.inflow.minutes(2 * MINUTE, 100).map(({minute}) => minute)).toEqual([3]);
      expect(journal.inflow.minutes(0, 2)).toMatchObject([{minute: 3, received: 2}]);
      await journal.close();
    });
  });

  it('knows who signed the newest job', async () => {
    await inTempDir(async (dir) => {
      const journal = await open(dir);
      expect(journal.inflow.newestSigner()).toBeNull();
      for (const [index, signer] of [null, NODE_ID, null].entries()) {
        await journal.receive(newJob(`job ${index}`, {signer}));
        expect(journal.inflow.newestSigner()).toEqual({signer});
      }
      await journal.close();
    });
  });

  it('keeps nothing in a journal that is only read', async () => {
    await inTempDir(async (dir) => {
      await (await open(dir)).close();
      const journal = await open(dir, true);
      await expect(journal.inflow.keep(message(1))).rejects.toMatchObject({code: 'JOURNAL_WRITE_FAILED'});
      await journal.close();
    });
  });
});
