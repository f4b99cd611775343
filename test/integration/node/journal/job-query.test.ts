import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {run} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {openJobReader, type JobReader} from '../../../../src/lib/node/journal/job-query.ts';
import {jobQuery, type JobFilterFlags} from '../../../../src/lib/features/job/query.ts';
import {thrown} from '../../../support/config-file.ts';
import {answerOf, inTempDir, loadableDrivers, newJob, VRF} from '../../../support/journal.ts';

const NOW = 1_000_000;
const ids = (journal: JobReader, flags: JobFilterFlags): string[] =>
  journal.list(jobQuery(flags, NOW)).map(({key}) => key.jobId);

describe.each(loadableDrivers())('jobs by $name', (driver) => {
  it('are found by state, outcome, kind, tag and age, beside the one that writes', () =>
    inTempDir(async (dir) => {
      const writer = await openJournal({dir, clockId: 1n, driver});
      const add = async (id: string, over: Parameters<typeof newJob>[1] = {}): Promise<number> =>
        (await writer.receive(newJob(id, over))).record.seq;
      await add('a-received', {receivedAt: 100});
      const selected = await add('b-selected', {receivedAt: 200, kind: 'tee'});
      await writer.select(selected, VRF);
      const failed = await add('c-failed', {
        receivedAt: 300,
        key: {jobId: 'c-failed', tag: 'suspicion', position: ''},
      });
      await writer.conclude(failed, {...answerOf('{}', 350), outcome: 'failed'});
      const done = await add('d-accepted', {receivedAt: 400});
      await writer.conclude(done, answerOf('{"result":"x"}', 450));
      await writer.signed(done, {envelopeId: 'e', signature: 'ff', at: 460});
      await writer.accepted(done, 470, {envelopeId: 'e', signature: 'ff', at: 460});

      const journal = openJobReader({dir, driver});
      expect(ids(journal, {})).toEqual(['d-accepted', 'c-failed', 'b-selected', 'a-received']);
      expect(ids(journal, {limit: 2})).toEqual(['d-accepted', 'c-failed']);
      expect(ids(journal, {state: ['received,accepted']})).toEqual(['d-accepted', 'a-received']);
      expect(ids(journal, {state: ['failed', 'received']})).toEqual(['c-failed', 'a-received']);
      expect(ids(journal, {kind: ['tee']})).toEqual(['b-selected']);
      expect(ids(journal, {tag: ['suspicion']})).toEqual(['c-failed']);
      expect(ids(journal, {tag: ['']})).toHaveLength(3);
      expect(ids(journal, {since: NOW - 300})).toEqual(['d-accepted', 'c-failed']);
      expect(ids(journal, {state: ['accepted'], kind: ['tee']})).toEqual([]);
      expect(journal.count(jobQuery({limit: 1, state: ['accepted,failed']}, NOW))).toBe(2);
      expect(journal.list(jobQuery({state: ['accepted']}, NOW))).toMatchObject([
        {outcome: 'answered', concludedAt: 450, delivery: {at: 460}, closedAt: 470, vrf: {selected: true}},
      ]);

      // What comes in later is seen at once.
      await add('e-new', {receivedAt: 500});
      expect(ids(journal, {limit: 1})).toEqual(['e-new']);
      expect([...journal.records(jobQuery({limit: 3}, NOW))].map(({key}) => key.jobId)).toEqual([
        'c-failed',
        'd-accepted',
        'e-new',
      ]);
      journal.close();
      await writer.close();
    }));

  it('are found by id, by its beginning, and by number', () =>
    inTempDir(async (dir) => {
      const writer = await openJournal({dir, clockId: 1n, driver});
      for (const id of ['abc', 'abcd', 'abd', 'x%', 'é\u{1f600}z', 'a\0b']) await writer.receive(newJob(id));
      for (const tag of ['', 'suspicion'])
        await writer.receive(newJob('twice', {key: {jobId: 'twice', tag, position: ''}}));
      const journal = openJobReader({dir, driver});
      const find = (id: string) => journal.find(id, 10).map(({key}) => key.jobId);
      expect(find('abc')).toEqual(['abc']);
      expect(find('ab')).toEqual(['abc', 'abcd', 'abd']);
      expect(find('abcd')).toEqual(['abcd']);
      expect(find('%')).toEqual([]);
      expect(find('x')).toEqual(['x%']);
      expect(find('é')).toEqual(['é\u{1f600}z']);
      expect(find('a\0b')).toEqual(['a\0b']);
      expect(find('twice')).toEqual(['twice', 'twice']);
      expect(journal.bySeq(1)?.key.jobId).toBe('abc');
      expect(journal.bySeq(99)).toBeUndefined();
      expect(journal.record(99)).toBeUndefined();
      journal.close();
      await writer.close();
    }));

  it('come with their frame, requests and readings', () =>
    inTempDir(async (dir) => {
      const writer = await openJournal({dir, clockId: 1n, driver});
      const {record} = await writer.receive(newJob('one'));
      const request = {requestId: 'r1', seq: record.seq, kind: 'opml', attempt: 1, askedAt: 1_100} as const;
      await writer.select(record.seq, VRF, request);
      await writer.answer('r1', '{"answer":"x"}', 1_200, () => answerOf('{"result":"x"}', 1_300));
      await writer.close();
      const journal = openJobReader({dir, driver});
      expect(journal.record(record.seq)).toMatchObject({
        frame: '{"job":"one"}',
        content: '{"result":"x"}',
        requests: [{attempt: 1, askedAt: 1_100, answer: '{"answer":"x"}', answeredAt: 1_200, ended: null}],
        evidence: [],
        why: null,
        readings: [{event: 'job_received'}, {event: 'answer_taken'}, {event: 'result_concluded'}],
      });
      journal.close();
    }));
});

describe('a journal that is not there', () => {
  it('is said, with the next step', () => {
    const error = thrown(() => openJobReader({dir: join('/nowhere', 'at all')}));
    expect(isAosError(error, 'JOURNAL_MISSING') && [error.exitCode, error.next]).toEqual([
      74,
      run('run', [], 'Name the node’s configuration with -c FILE; on a new node start the operator once'),
    ]);
  });
});
