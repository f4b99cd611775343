import {describe, expect, it} from 'vitest';
import {openJobReader} from '../../../src/lib/node/journal/job-query.ts';
import {openJournal} from '../../../src/lib/node/journal/sqlite.ts';
import {retryJobs, retryText} from '../../../src/lib/features/job/retry.ts';
import type {OpenedJobs} from '../../../src/lib/features/job/journal.ts';
import {answerOf, inTempDir, newJob, VRF} from '../../support/journal.ts';

/** The journal of a node whose operator does not run: two jobs unanswered, one selected, one accepted. */
const withJobs = (use: (opened: OpenedJobs) => Promise<void>): Promise<void> =>
  inTempDir(async (dir) => {
    const writer = await openJournal({dir, clockId: 1n});
    for (const id of ['left one', 'left two', 'waits', 'done']) {
      const {record} = await writer.receive(newJob(id));
      await writer.select(record.seq, VRF);
      if (id.startsWith('left')) await writer.leave(record.seq, 'no worker answered', 2_000);
      if (id === 'done') await writer.conclude(record.seq, answerOf('content'));
    }
    await writer.close();
    const journal = openJobReader({dir});
    try {
      await use({journal, dir, config: {network: 'custom', nodeId: null} as OpenedJobs['config']});
    } finally {
      journal.close();
    }
  });

describe('asking again about a job', () => {
  it('is noted in the journal while no operator runs', () =>
    withJobs(async (opened) => {
      const result = await retryJobs(opened, {id: 'left one'});
      expect(result).toMatchObject({by: 'journal', jobs: [{seq: 1, jobId: 'left one', kind: 'opml'}]});
      expect(retryText(result)).toBe('the operator, when it starts, asks about 1 job again: #1');
      expect(opened.journal.bySeq(1)).toMatchObject({state: 'selected', closedAt: null});
      expect(await retryJobs(opened, {id: '#3'})).toMatchObject({jobs: [{seq: 3}]});
    }));

  it('takes all that are unanswered, the oldest first, and says when none is', () =>
    withJobs(async (opened) => {
      expect((await retryJobs(opened, null)).jobs.map(({seq}) => seq)).toEqual([1, 2]);
      expect(retryText(await retryJobs(opened, null))).toBe('no job is unanswered');
    }));

  it('is refused for a job that has its answer', () =>
    withJobs(async (opened) => {
      await expect(retryJobs(opened, {id: 'done'})).rejects.toMatchObject({
        code: 'JOB_ANSWERED',
        message: 'job #4 is concluded: no worker is asked about it',
      });
      await expect(retryJobs(opened, {id: 'unknown'})).rejects.toMatchObject({code: 'JOB_UNKNOWN'});
    }));

  it('is refused while an operator that has no control socket works', () =>
    withJobs(async (opened) => {
      const operator = await openJournal({dir: opened.dir, clockId: 1n});
      await expect(retryJobs(opened, {id: 'left one'})).rejects.toMatchObject({code: 'JOURNAL_LOCKED'});
      await operator.close();
    }));
});
