import {describe, expect, it} from 'vitest';
import {openJobReader} from '../../../../src/lib/node/journal/job-query.ts';
import type {MakeAnswer, NoAnswer} from '../../../../src/lib/node/journal/journal.ts';
import {PRUNED, type Conclusion} from '../../../../src/lib/node/journal/records.ts';
import {openJournal, type NodeJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {clocks, DELIVERY, inTempDir, loadableDrivers, newJob, VRF} from '../../../support/journal.ts';

const WORKER = {url: 'http://worker', nodeId: 'start-1'};
const content = (result: string, position = ''): string => JSON.stringify({result, reason: '', position});

/** Answers with the text that is known, else with what the worker said. */
const says =
  (said: string): MakeAnswer =>
  (_seq, read, text) => ({
    outcome: text?.outcome ?? 'answered',
    vrf: VRF,
    content: content(text?.result ?? said, read().key.position),
    at: 7_000,
  });
const saysNothing = (): Conclusion | NoAnswer => ({noAnswer: 'the answer is empty'});

for (const driver of loadableDrivers()) {
  const withJournal = (
    use: (journal: NodeJournal, dir: string, time: ReturnType<typeof clocks>) => Promise<void>,
  ): Promise<void> =>
    inTempDir(async (dir) => {
      const time = clocks();
      const journal = await openJournal({dir, clockId: 1n, driver, time});
      try {
        await use(journal, dir, time);
      } finally {
        await journal.close();
      }
    });
  const selected = async (journal: NodeJournal, jobId = 'a', position = '', receivedAt = 1_000) => {
    const key = {jobId, tag: 'malicious', position};
    const {record} = await journal.receive(newJob(jobId, {key, receivedAt}));
    await journal.select(record.seq, VRF);
    return record.seq;
  };
  const ask = (journal: NodeJournal, seq: number, requestId: string, attempt = 1): Promise<void> =>
    journal.ask({requestId, seq, kind: 'opml', attempt, askedAt: 2_000});

  describe(`answers in the journal on ${driver.name}`, () => {
    it('count a request as an attempt when a worker took it and it ended, until a retry', () =>
      withJournal(async (journal) => {
        const seq = await selected(journal);
        for (const [n, id] of ['q1', 'q2', 'q3', 'q4'].entries()) await ask(journal, seq, id, n + 1);
        await journal.taken('q1', WORKER, 3_000);
        expect(journal.failed(seq)).toBe(0);
        await journal.ended('q1', WORKER, 'timeout', 4_000);
        await journal.ended('q1', WORKER, 'lost', 5_000);
        await journal.ended('q2', {...WORKER, nodeId: null}, 'lost', 5_000);
        expect(await journal.answer('q3', 'empty', 6_000, saysNothing)).toEqual({
          state: 'invalid',
          seq,
          why: 'the answer is empty',
        });
        expect(journal.failed(seq)).toBe(3);
        expect(journal.requests(seq)).toMatchObject([
          {worker: WORKER, takenAt: 3_000, ended: 'timeout'},
          {worker: {url: 'http://worker', nodeId: null}, takenAt: 5_000, ended: 'lost'},
          {ended: 'invalid', answer: null},
          {worker: null, takenAt: null, ended: null},
        ]);
        expect(await journal.retry(seq)).toBe(true);
        expect(journal.failed(seq)).toBe(0);
        await journal.ended('q4', WORKER, 'timeout', 7_000);
        expect(journal.failed(seq)).toBe(1);
        // One that ended is valid all the same.
        expect(await journal.answer('q1', 'body', 8_000, says('late'))).toMatchObject({state: 'taken'});
        expect(await journal.retry(seq)).toBe(false);
      }));

    it('may still come for a job that was left without one', () =>
      withJournal(async (journal) => {
        const seq = await selected(journal);
        await ask(journal, seq, 'q');
        expect(await journal.leave(seq, 'no worker answered', 5_000)).toBe(true);
        expect(await journal.leave(seq, 'again', 6_000)).toBe(false);
        expect(journal.get(seq)).toMatchObject({state: 'unanswered', content: null});
        expect([journal.pending(), journal.counts().unanswered]).toEqual([0, 1]);
        await journal.answer('q', 'body', 7_000, says('late'));
        expect(journal.get(seq)).toMatchObject({state: 'concluded', content: content('late')});
        expect(await journal.leave(seq, 'too late', 8_000)).toBe(false);
        expect(journal.pending()).toBe(1);
      }));

    it('leave a job that is asked about again as it was selected', () =>
      withJournal(async (journal) => {
        const seq = await selected(journal);
        await journal.leave(seq, 'no worker answered', 5_000);
        expect(await journal.retry(seq)).toBe(true);
        expect(journal.get(seq)).toMatchObject({state: 'selected', vrf: VRF});
        expect(await journal.retry(999)).toBe(false);
      }));

    it('keep at most three other callbacks beside the one, cut to 64 KiB, and never the same again', () =>
      withJournal(async (journal, dir) => {
        const seq = await selected(journal);
        await ask(journal, seq, 'q1');
        await ask(journal, seq, 'q2', 2);
        await journal.answer('q1', 'first', 3_000, says('first'));
        expect(await journal.answer('q1', 'first', 4_000, says('x'))).toEqual({state: 'already'});
        for (const body of ['second', 'x'.repeat(100_000), 'fourth', 'fifth'])
          expect(await journal.answer('q2', body, 5_000, says('x'))).toEqual({state: 'already'});
        const reader = openJobReader({dir, driver});
        const {evidence} = reader.record(seq) ?? {};
        reader.close();
        expect(evidence?.map(({body, bytes, attempt}) => [body.length, bytes, attempt])).toEqual([
          [6, 6, 2],
          [65_536, 100_000, 2],
          [6, 6, 2],
        ]);
        expect(journal.get(seq)?.content).toBe(content('first'));
      }));

    it('are one text for a (job_id, tag): one callback concludes those that wait under other positions', () =>
      withJournal(async (journal) => {
        const first = await selected(journal, 'a', 'before');
        const second = await selected(journal, 'a', 'after');
        const left = await selected(journal, 'a', 'other');
        const stranger = await selected(journal, 'b', 'before');
        await ask(journal, first, 'q1');
        await journal.leave(left, 'no worker answered', 3_000);
        const seqOf = (seq: number) => ({seq, key: journal.get(seq)?.key ?? newJob('').key});
        expect(journal.others(seqOf(first))).toEqual({text: null, isAsked: false});
        expect(journal.others(seqOf(second))).toEqual({text: null, isAsked: true});
        expect(journal.others(seqOf(stranger))).toEqual({text: null, isAsked: false});
        const taken = await journal.answer('q1', 'body', 6_000, says('the text'));
        expect(taken).toEqual({state: 'taken', concluded: [first, second, left]});
        for (const [seq, position] of [
          [first, 'before'],
          [second, 'after'],
          [left, 'other'],
        ] as const)
          expect(journal.get(seq)).toMatchObject({
            state: 'concluded',
            content: content('the text', position),
          });
        expect(journal.get(stranger)?.state).toBe('selected');
        // One that comes later is answered with it too, whatever its own worker would say.
        const third = await selected(journal, 'a', 'third');
        expect(journal.others(seqOf(third))).toMatchObject({text: {result: 'the text'}});
        expect(await journal.concludeText(third, says('another text'))).toEqual([third]);
        expect(journal.get(third)?.content).toBe(content('the text', 'third'));
        expect(await journal.concludeText(third, says('another text'))).toEqual([]);
      }));

    it('of a position that was not selected are no text', () =>
      withJournal(async (journal) => {
        const {record} = await journal.receive(
          newJob('a', {key: {jobId: 'a', tag: 'malicious', position: ''}}),
        );
        const unselected = {
          outcome: 'unselected',
          vrf: {...VRF, selected: false},
          content: content(''),
        } as const;
        await journal.conclude(record.seq, {...unselected, at: 2_000});
        const seq = await selected(journal, 'a', 'after');
        await ask(journal, seq, 'q');
        await journal.answer('q', 'body', 6_000, says('the text'));
        expect(journal.get(seq)?.content).toBe(content('the text', 'after'));
      }));

    it('are never made again for a (job_id, tag) that was packed, or cleaned up', () =>
      withJournal(async (journal, _dir, time) => {
        const seq = await selected(journal);
        await ask(journal, seq, 'q');
        await journal.answer('q', 'one', 2_000, says('one'));
        await journal.answer('q', 'two', 2_000, says('two'));
        await journal.accepted(seq, 3_000, DELIVERY);
        const left = await selected(journal, 'left');
        await journal.leave(left, 'no worker answered', 3_000);
        const gone = await selected(journal, 'given up');
        await journal.conclude(gone, {outcome: 'answered', vrf: VRF, content: content('x'), at: 3_000});
        await journal.expire(gone, 3_000);
        const key = {jobId: 'a', tag: 'malicious', position: ''};
        for (const [periods, done] of [
          [
            {evidenceMs: 10, retentionMs: 20},
            {packed: 3, deleted: 0},
          ],
          [
            {evidenceMs: 10, retentionMs: 10},
            {packed: 0, deleted: 3},
          ],
        ] as const) {
          time.pass(11);
          expect(await journal.tidy(periods)).toEqual(done);
          expect(journal.knows(key)).toBe(true);
          expect(journal.knows({...key, tag: ''})).toBe(false);
          for (const again of [
            key,
            {...key, position: 'after'},
            {...key, jobId: 'left'},
            {...key, jobId: 'given up'},
          ])
            expect(await journal.receive(newJob('', {key: again}))).toMatchObject({
              known: true,
              record: {seq: PRUNED},
            });
          expect(await journal.retry(left)).toBe(false);
        }
        expect(journal.get(seq)).toBeUndefined();
        expect((await journal.receive(newJob('', {key: {...key, tag: ''}}))).known).toBe(false);
      }));

    it('stay whole while a job of the same (job_id, tag) is open: it has to say the same', () =>
      withJournal(async (journal, _dir, time) => {
        const seq = await selected(journal);
        await ask(journal, seq, 'q');
        await journal.answer('q', 'one', 2_000, says('one'));
        await journal.accepted(seq, 3_000, DELIVERY);
        const key = {jobId: 'a', tag: 'malicious', position: 'after'};
        const {record: late} = await journal.receive(newJob('a', {key}));
        time.pass(100);
        expect(await journal.tidy({evidenceMs: 10, retentionMs: 20})).toEqual({packed: 0, deleted: 0});
        expect(journal.others(late).text?.result).toBe('one');
        await journal.select(late.seq, VRF);
        expect(await journal.concludeText(late.seq, says('another'))).toEqual([late.seq]);
        expect(journal.get(late.seq)?.content).toBe(content('one', 'after'));
        await journal.accepted(late.seq, 5_000, DELIVERY);
        time.pass(100);
        expect(await journal.tidy({evidenceMs: 10, retentionMs: 20})).toEqual({packed: 2, deleted: 2});
      }));

    it('that are missing are counted by kind', () =>
      withJournal(async (journal) => {
        await selected(journal, 'a', '', 1_000);
        await selected(journal, 'b', '', 2_000);
        const left = await selected(journal, 'c', '', 500);
        await journal.leave(left, 'no worker answered', 4_000);
        const long = await selected(journal, 'd', '', 400);
        await journal.leave(long, 'no worker answered', 3_000);
        expect(journal.withoutAnswer(2_000, 3_500)).toEqual([
          {kind: 'opml', waiting: 1, unanswered: 1, oldestAt: 500},
        ]);
        expect(journal.withoutAnswer(1_000, 9_000)).toEqual([]);
      }));

    it('that are on their way are counted by state and kind, without those that are over', () =>
      withJournal(async (journal) => {
        await selected(journal, 'a', '', 1_000);
        await selected(journal, 'b', '', 2_000);
        await journal.leave(await selected(journal, 'c', '', 500), 'no worker answered', 4_000);
        await journal.receive(newJob('d', {kind: 'tee'}));
        const byName = [...journal.openByKind()].sort((one, two) => (one.state < two.state ? -1 : 1));
        expect(byName).toEqual([
          {state: 'received', kind: 'tee', count: 1},
          {state: 'selected', kind: 'opml', count: 2},
        ]);
      }));
  });
}
