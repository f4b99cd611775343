import {describe, expect, it} from 'vitest';
import type {JobDetail} from '../../../src/lib/features/job/detail.ts';
import {jobDetailText} from '../../../src/lib/features/job/detail-text.ts';
import type {OpenedJobs} from '../../../src/lib/features/job/journal.ts';
import {jobTable} from '../../../src/lib/features/job/list-text.ts';
import {heldText, releaseText} from '../../../src/lib/features/job/release-text.ts';
import {releaseJob} from '../../../src/lib/features/job/release.ts';
import {jobRowJson} from '../../../src/lib/features/job/row.ts';
import {showJob} from '../../../src/lib/features/job/show.ts';
import {openJobReader} from '../../../src/lib/node/journal/job-query.ts';
import {openJournal} from '../../../src/lib/node/journal/sqlite.ts';
import type {Judgement} from '../../../src/lib/node/journal/verdicts.ts';
import {inTempDir, newJob, VRF} from '../../support/journal.ts';

const NODE = {
  nodeId: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73',
  clockId: null,
  penaltyWei: 10n ** 17n,
};
const HELD: Judgement = {
  ...{verdict: 'held', then: 'wait', code: 'WORKER_UNSOUND', message: 'the two differ'},
  results: [
    {
      ...{check: 'second', verdict: 'held', code: 'WORKER_UNSOUND', message: 'the two differ'},
      facts: {secondAnswer: 'no\u001b[2J'},
    },
  ],
};
const EVERY = {states: [], outcomes: [], kinds: [], tags: [], since: null, limit: null};

const frame = (id: string): string =>
  JSON.stringify({
    ...{id: 'e', method: 'dispatch_job', result: null, address: '', hash: '', signature: ''},
    params: [{user: 'u', job_id: id, clock: {1: '1'}, job: {tag: 'opml', model: 'tiny', prompt: 'p'}}],
  });

/** The journal of a node whose operator does not run: an answer that is held, one of a job that was left, one being checked. */
const withHeld = (use: (opened: OpenedJobs) => Promise<void>): Promise<void> =>
  inTempDir(async (dir) => {
    const writer = await openJournal({dir, clockId: 1n});
    for (const id of ['held', 'left', 'checking', 'open']) {
      const {record} = await writer.receive(newJob(id, {frame: frame(id)}));
      const {seq} = record;
      await writer.select(seq, VRF, {requestId: `ask-${id}`, seq, kind: 'opml', attempt: 1, askedAt: 1_500});
      if (id === 'open') continue;
      const body = JSON.stringify({req_id: `ask-${id}`, answer: `yes of ${id}`});
      await writer.answer(`ask-${id}`, body, 1_600, () => ({toCheck: true}));
      if (id !== 'checking')
        await writer.checks.judge(`ask-${id}`, HELD, 1_700, () => ({noAnswer: 'it is held'}));
      if (id === 'left') await writer.leave(seq, 'its answer is held', 2_000);
    }
    await writer.close();
    const journal = openJobReader({dir});
    const config = {network: 'custom', nodeId: null, dispatcherAddress: null, vrfSortPrecision: null};
    try {
      await use({journal, dir, config: config as OpenedJobs['config']});
    } finally {
      journal.close();
    }
  });

const shown: string[] = [];
const person = (answer: boolean | null) => ({
  ...{yes: answer === null, mayAsk: answer !== null, confirm: () => Promise.resolve(answer === true)},
  show: (...held: Parameters<typeof heldText>) => void shown.push(heldText(...held)),
});

describe('a held answer', () => {
  it('is marked in the list, and shown with what its check said', () =>
    withHeld(async ({journal, ...opened}) => {
      const rows = journal.list({...EVERY, held: true});
      expect([rows.map(({key}) => key.jobId), journal.count({...EVERY, held: true})]).toEqual([
        ['left', 'held'],
        2,
      ]);
      const table = jobTable(rows.map(jobRowJson), {total: 2, width: 200, now: 3_000, full: false});
      expect(table).toContain('selected, held');
      const detail = showJob({journal, ...opened}, {id: 'held'});
      expect(detail.checks).toMatchObject([
        {state: 'held', then: 'wait', code: 'WORKER_UNSOUND', answer: 'yes of held', results: HELD.results},
      ]);
      const text = jobDetailText(detail, {width: 100, full: false});
      expect(text).toContain('HELD, not delivered: the two differ (WORKER_UNSOUND)');
      expect(text).not.toContain('\u001b');
      // The id of its request lets anyone answer the job.
      expect(JSON.stringify(detail)).not.toContain('ask-held');
      await Promise.resolve();
    }));

  it.each(['held', 'left'])('of a job that is %s becomes its one answer, after a yes', (id) =>
    withHeld(async (opened) => {
      const choice = {id};
      expect(await releaseJob(opened, choice, NODE, person(false))).toMatchObject({
        ...{exitCode: 3, result: {released: false, by: null}},
      });
      expect(shown.at(-1)).toContain(
        `signs this text as the result of the job (${`yes of ${id}`.length} bytes)`,
      );
      expect(shown.at(-1)).toContain('0.1 ETH');
      await expect(releaseJob(opened, choice, NODE, {...person(null), yes: false})).rejects.toMatchObject({
        code: 'USAGE',
      });
      const {result, exitCode} = await releaseJob(opened, choice, NODE, person(true));
      expect([exitCode, result]).toMatchObject([0, {released: true, by: 'journal', answer: `yes of ${id}`}]);
      expect(releaseText(result)).toMatch(/^the operator, when it starts, delivers the released answer/);
      const detail: JobDetail = showJob(opened, choice);
      expect(detail).toMatchObject({
        ...{state: 'concluded', outcome: 'answered', answer: {result: `yes of ${id}`}},
        ...{checks: [{state: 'released', code: 'WORKER_UNSOUND'}], requests: [{answer: `yes of ${id}`}]},
        readings: {chainValid: true},
      });
      await expect(releaseJob(opened, choice, NODE, person(null))).rejects.toMatchObject({
        code: 'ANSWER_NOT_HELD',
      });
    }),
  );

  it('that takes the place of the one that was shown is not signed: the person has not seen it', () =>
    withHeld(async (opened) => {
      const asked = person(true);
      const anotherComes = async (): Promise<boolean> => {
        const writer = await openJournal({dir: opened.dir, clockId: 1n});
        await writer.ask({requestId: 'ask-2', seq: 1, kind: 'opml', attempt: 2, askedAt: 1_800});
        await writer.answer('ask-2', '{"req_id":"ask-2","answer":"no"}', 1_900, () => ({toCheck: true}));
        await writer.checks.judge('ask-2', HELD, 2_000, () => ({noAnswer: 'it is held'}));
        // The former request is over: to ask again makes a new one.
        expect(writer.requests(1).map(({ended}) => ended)).toEqual(['invalid', null]);
        await writer.close();
        return true;
      };
      await expect(
        releaseJob(opened, {id: 'held'}, NODE, {...asked, confirm: anotherComes}),
      ).rejects.toMatchObject({
        code: 'ANSWER_NOT_HELD',
        message: expect.stringContaining('another answer of job #1 is held now') as string,
      });
      expect(showJob(opened, {id: 'held'})).toMatchObject({state: 'selected', answer: null});
      expect((await releaseJob(opened, {id: 'held'}, NODE, asked)).result.answer).toBe('no');
      expect(shown.at(-1)).toContain('no');
    }));

  it.each(['checking', 'open'])('is none where the job is %s', (id) =>
    withHeld(async (opened) => {
      await expect(releaseJob(opened, {id}, NODE, person(null))).rejects.toMatchObject({
        ...{code: 'ANSWER_NOT_HELD', exitCode: 64},
      });
    }),
  );

  it('outlives its evidence period, and goes with the retention', () =>
    withHeld(async ({journal, dir}) => {
      const writer = await openJournal({dir, clockId: 1n});
      await writer.tidy({evidenceMs: -1_000, retentionMs: 1_000_000});
      expect(journal.list({...EVERY, held: true})).toHaveLength(2);
      await writer.tidy({evidenceMs: -1_000, retentionMs: -1_000});
      expect(journal.list({...EVERY, held: true}).map(({key}) => key.jobId)).toEqual(['held']);
      expect(await writer.checks.release(2, null, 1, () => ({noAnswer: 'none'}))).toEqual({state: 'none'});
      await writer.close();
    }));
});
