import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {verifyReadings, type Reading} from '../../../../src/lib/protocol/clock/readings.ts';
import type {Time} from '../../../../src/lib/foundation/time/time.ts';
import {clocks, DELIVERY, answerOf, inTempDir, newJob, VRF} from '../../../support/journal.ts';
import type {InitialState, NewJob} from '../../../../src/lib/node/journal/records.ts';
import type {Journal} from '../../../../src/lib/node/journal/journal.ts';

/** Of a request that nothing is known of yet. */
const OPEN = {worker: null, takenAt: null, ended: null, answer: null} as const;

export type OpenStore = (
  dir: string,
  options?: {onClockProblem?: (error: AosError) => void; time?: Time},
) => Promise<Journal>;

/** What every store of the journal must do; run once per store. Our clock id is 1. */
export function journalContract(store: string, open: OpenStore): void {
  const withJournal = (
    use: (journal: Journal, reopen: () => Promise<Journal>, time: ReturnType<typeof clocks>) => Promise<void>,
  ): Promise<void> =>
    inTempDir(async (dir) => {
      const time = clocks();
      let journal = await open(dir, {time});
      const reopen = async (): Promise<Journal> => {
        await journal.close();
        journal = await open(dir, {time});
        return journal;
      };
      try {
        await use(journal, reopen, time);
      } finally {
        await journal.close();
      }
    });

  describe(`journal contract: ${store}`, () => {
    it('takes a job through all its states and keeps it over a restart', () =>
      withJournal(async (journal, reopen) => {
        const {known, record} = await journal.receive(newJob('a', {index: 2, signer: '0xabc'}));
        expect({known, state: record.state, index: record.index}).toEqual({
          known: false,
          state: 'received',
          index: 2,
        });
        expect(journal.get(record.seq)).toEqual(record);
        const range = {start: 1n, end: 9n, max: 100n, block: 7n};
        await journal.select(record.seq, VRF, undefined, range);
        expect(journal.get(record.seq)).toEqual({...record, state: 'selected', vrf: VRF, range});
        await journal.conclude(record.seq, answerOf('{"a":1}'));
        const concluded = {
          ...record,
          state: 'concluded',
          vrf: VRF,
          range,
          outcome: 'answered',
          content: '{"a":1}',
        } as const;
        expect(journal.get(record.seq)).toEqual(concluded);
        await journal.signed(record.seq, {envelopeId: 'e1', signature: 'ff', at: 3_000});
        await journal.signed(record.seq, {envelopeId: 'e2', signature: 'fe', at: 3_001});
        expect(journal.get(record.seq)).toEqual({...concluded, state: 'signed'});
        expect(await journal.accepted(record.seq, 4_000, DELIVERY)).toBe(true);
        expect(await journal.accepted(record.seq, 4_001, DELIVERY)).toBe(false);
        const again = await reopen();
        expect(again.get(record.seq)).toEqual({...concluded, state: 'accepted'});
        expect(again.counts()).toEqual({
          received: 0,
          selected: 0,
          unanswered: 0,
          concluded: 0,
          signed: 0,
          accepted: 1,
          expired: 0,
        });
      }));

    it('keeps the range of a job that is concluded without being selected, and none where none is given', () =>
      withJournal(async (journal) => {
        const range = {start: 0n, end: 9n, max: 100n, block: null};
        const drawn = await journal.receive(newJob('drawn'));
        await journal.conclude(drawn.record.seq, {...answerOf('{"a":1}'), range});
        expect(journal.get(drawn.record.seq)).toMatchObject({state: 'concluded', range});
        const bare = await journal.receive(newJob('bare'));
        await journal.conclude(bare.record.seq, answerOf('{"b":1}'));
        expect(journal.get(bare.record.seq)).toMatchObject({range: null});
      }));

    it('knows a job by (job_id, tag, position), also within one batch', () =>
      withJournal(async (journal) => {
        const key = (tag: string, position: string): NewJob =>
          newJob('x', {key: {jobId: 'x', tag, position}});
        const received = await Promise.all(
          [key('', ''), key('', ''), key('malicious', ''), key('malicious', 'before'), key('', '')].map(
            (job) => journal.receive(job),
          ),
        );
        expect(received.map(({known, record}) => [known, record.seq])).toEqual([
          [false, received[0]?.record.seq],
          [true, received[0]?.record.seq],
          [false, received[2]?.record.seq],
          [false, received[3]?.record.seq],
          [true, received[0]?.record.seq],
        ]);
        expect(journal.counts().received).toBe(3);
      }));

    it('tells apart texts that differ after a NUL, and gives them back whole', () =>
      withJournal(async (journal, reopen) => {
        const odd = ['a\0b', 'a\0c', 'a', '\0', "'; DROP TABLE jobs; --", '\u{1F600}é\\"', ''];
        const received = await Promise.all(
          odd.map((text) =>
            journal.receive(
              newJob(text, {key: {jobId: text, tag: text, position: text}, model: text, kind: text}),
            ),
          ),
        );
        expect(received.every(({known}) => !known)).toBe(true);
        const again = await reopen();
        const back = again.list({states: ['received'], after: 0, limit: 10});
        expect(back.map(({key, model, kind}) => [key.jobId, key.tag, key.position, model, kind])).toEqual(
          odd.map((t) => [t, t, t, t, t]),
        );
        expect(
          (await again.receive(newJob('', {key: {jobId: 'a\0b', tag: 'a\0b', position: 'a\0b'}}))).known,
        ).toBe(true);
      }));

    it('stores a job with how it begins, in one write, and only when it is new', () =>
      withJournal(async (journal, reopen) => {
        const begun: number[] = [];
        const range = {start: 1n, end: 9n, max: 100n, block: 7n};
        const first = {requestId: 'q', kind: 'opml', attempt: 1, askedAt: 5} as const;
        const receive = (id: string, as: (seq: number) => InitialState) =>
          journal.receive(newJob(id), (seq) => (begun.push(seq), as(seq)));
        const concluded = receive('a', () => ({state: 'concluded', answer: {...answerOf('one'), range}}));
        expect(journal.knows(newJob('a').key)).toBe(false);
        const [a, b, again] = await Promise.all([
          concluded,
          receive('b', (seq) => ({state: 'selected', vrf: VRF, range, first: {...first, seq}})),
          receive('a', () => ({state: 'concluded', answer: answerOf('another')})),
        ]);
        expect(begun).toEqual([a.record.seq, b.record.seq]);
        expect(again).toEqual({known: true, record: a.record});
        expect(a.record).toMatchObject({
          state: 'concluded',
          vrf: VRF,
          range,
          outcome: 'answered',
          content: 'one',
        });
        expect(b.record).toMatchObject({state: 'selected', vrf: VRF, range, content: null});
        expect(journal.knows(newJob('a').key)).toBe(true);
        expect(journal.knows({...newJob('a').key, tag: 'malicious'})).toBe(false);
        const later = await reopen();
        expect([later.get(a.record.seq), later.get(b.record.seq)]).toEqual([a.record, b.record]);
        expect(later.requests(b.record.seq)).toEqual([{...first, ...OPEN, seq: b.record.seq}]);
        // a received and concluded, b received
        expect(later.lastReading()).toMatchObject({n: 3, event: 'job_received', ref: 'b'});
      }));

    it('stores nothing of a job that cannot begin, and the others of the batch', () =>
      withJournal(async (journal) => {
        const refused = (): never => {
          throw new AosError('CLOCK_OVERFLOW', 'no answer can be made');
        };
        const [a, b, c] = await Promise.allSettled([
          journal.receive(newJob('a'), () => ({state: 'concluded', answer: answerOf('one')})),
          journal.receive(newJob('b'), refused),
          journal.receive(newJob('c')),
        ]);
        expect([a.status, b.status, c.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(journal.knows(newJob('b').key)).toBe(false);
        expect(journal.counts()).toMatchObject({received: 1, concluded: 1});
        expect(journal.lastReading()?.n).toBe(3);
      }));

    it('keeps the first answer: the same is a no-op, another is ANSWER_CONFLICT', () =>
      withJournal(async (journal) => {
        const {record} = await journal.receive(newJob('a'));
        await journal.conclude(record.seq, answerOf('one'));
        const readings = journal.lastReading()?.n;
        await journal.conclude(record.seq, answerOf('one', 9_999));
        expect(journal.lastReading()?.n).toBe(readings);
        await expect(journal.conclude(record.seq, answerOf('two'))).rejects.toMatchObject({
          code: 'ANSWER_CONFLICT',
        });
        expect(journal.get(record.seq)?.content).toBe('one');
      }));

    it('lets only the guilty one of a batch fail', () =>
      withJournal(async (journal) => {
        const {record} = await journal.receive(newJob('a'));
        const settled = await Promise.allSettled([
          journal.receive(newJob('b')),
          journal.conclude(record.seq, answerOf('one')),
          journal.conclude(record.seq, answerOf('two')),
          journal.signed(999, {envelopeId: 'e', signature: 'ff', at: 1}),
          journal.receive(newJob('c')),
        ]);
        expect(settled.map(({status}) => status)).toEqual([
          'fulfilled',
          'fulfilled',
          'rejected',
          'rejected',
          'fulfilled',
        ]);
        expect(journal.get(record.seq)?.content).toBe('one');
        // a, b received; a concluded; c received: the undone run of the batch left no reading behind
        expect(journal.lastReading()?.n).toBe(4);
      }));

    it('refuses a signature or an acceptance for a job without an answer', () =>
      withJournal(async (journal) => {
        const {record} = await journal.receive(newJob('a'));
        await expect(
          journal.signed(record.seq, {envelopeId: 'e', signature: 'ff', at: 1}),
        ).rejects.toMatchObject({code: 'BUG'});
        await expect(journal.accepted(record.seq, 1, DELIVERY)).rejects.toMatchObject({code: 'BUG'});
        expect(journal.get(record.seq)?.state).toBe('received');
      }));

    it('lists by state in order of arrival, page by page and by kind', () =>
      withJournal(async (journal) => {
        const ids = Array.from({length: 7}, (_, index) => `job-${index}`);
        const all = await Promise.all(
          ids.map((id, index) => journal.receive(newJob(id, {kind: index % 2 === 0 ? 'opml' : 'tee'}))),
        );
        const seqs = all.map(({record}) => record.seq);
        await journal.conclude(seqs[1]!, answerOf('1'));
        await journal.conclude(seqs[4]!, answerOf('4'));
        const list = (after: number, limit: number, kind?: string): string[] =>
          journal
            .list({states: ['concluded', 'received'], after, limit, ...(kind === undefined ? {} : {kind})})
            .map(({key}) => key.jobId);
        expect(list(0, 3)).toEqual(ids.slice(0, 3));
        expect(list(seqs[2]!, 10)).toEqual(ids.slice(3));
        expect(list(0, 10, 'tee')).toEqual(['job-1', 'job-3', 'job-5']);
        expect(journal.list({states: ['concluded'], after: 0, limit: 10}).map(({seq}) => seq)).toEqual([
          seqs[1],
          seqs[4],
        ]);
        expect(journal.list({states: [], after: 0, limit: 10})).toEqual([]);
      }));

    it('takes one answer to a job, whichever of its requests it comes for', () =>
      withJournal(async (journal, reopen) => {
        const {record} = await journal.receive(newJob('a'));
        const request = {requestId: 'q1', seq: record.seq, kind: 'opml', attempt: 1, askedAt: 5} as const;
        await journal.ask(request);
        await journal.ask({...request, requestId: 'q2', attempt: 2});
        const made = (): ReturnType<typeof answerOf> => answerOf('content', 6);
        expect(await journal.answer('q1\0', 'x', 6, made)).toEqual({state: 'unknown'});
        expect(
          await Promise.all([
            journal.answer('q1', '{"answer":"\\u0000\0"}', 6, made),
            journal.answer('q1', 'late', 7, made),
          ]),
        ).toEqual([{state: 'taken', concluded: [record.seq]}, {state: 'already'}]);
        const again = await reopen();
        expect(await again.answer('q2', 'later', 8, made)).toEqual({state: 'already'});
        expect(again.requests(record.seq)).toEqual([
          {...request, ...OPEN, answer: '{"answer":"\\u0000\0"}'},
          {...request, ...OPEN, requestId: 'q2', attempt: 2},
        ]);
      }));

    it('concludes a job with the callback in one write, or not at all', () =>
      withJournal(async (journal, reopen) => {
        const {record} = await journal.receive(newJob('a'));
        const {seq} = record;
        await journal.ask({requestId: 'q1', seq, kind: 'opml', attempt: 1, askedAt: 5});
        const failing = journal.answer('q1', 'x', 6, () => {
          throw new AosError('CLOCK_OVERFLOW', 'no answer can be made of it');
        });
        await expect(failing).rejects.toMatchObject({code: 'CLOCK_OVERFLOW'});
        expect(journal.requests(seq)).toMatchObject([{answer: null}]);
        const asked: number[] = [];
        const [taken, again] = await Promise.all([
          journal.answer('q1', 'body', 7, (of) => (asked.push(of), answerOf('content', 7))),
          journal.answer('q1', 'twice', 8, (of) => (asked.push(of), answerOf('another', 8))),
        ]);
        expect([taken, again]).toEqual([{state: 'taken', concluded: [seq]}, {state: 'already'}]);
        expect(asked).toEqual([seq]);
        const later = await reopen();
        expect(later.get(seq)).toMatchObject({state: 'concluded', content: 'content', outcome: 'answered'});
        expect(later.requests(seq)).toMatchObject([{answer: 'body'}]);
        expect(later.lastReading()).toMatchObject({event: 'result_concluded', at: 7});
        await expect(later.conclude(seq, answerOf('another'))).rejects.toMatchObject({
          code: 'ANSWER_CONFLICT',
        });
      }));

    it('takes no answer for a job that is concluded', () =>
      withJournal(async (journal) => {
        const {record} = await journal.receive(newJob('a'));
        await journal.ask({requestId: 'q1', seq: record.seq, kind: 'opml', attempt: 1, askedAt: 5});
        await journal.conclude(record.seq, answerOf('failed'));
        const made = (): ReturnType<typeof answerOf> => answerOf('another', 6);
        expect(await journal.answer('q1', 'x', 6, made)).toEqual({state: 'already'});
        expect(journal.get(record.seq)?.content).toBe('failed');
        expect(journal.requests(record.seq)).toMatchObject([{answer: null}]);
      }));

    it('keeps a chain of clock readings over restarts, merging the job’s clock', () =>
      withJournal(async (journal, reopen) => {
        const seen: (Reading | null)[] = [];
        expect(journal.lastReading()).toBeNull();
        const {record} = await journal.receive(newJob('a', {clock: new Map([[7n, 3]])}));
        seen.push(journal.lastReading());
        await journal.conclude(record.seq, answerOf('one'));
        seen.push(journal.lastReading());
        const again = await reopen();
        await again.accepted(record.seq, 3, DELIVERY);
        seen.push(again.lastReading());
        await again.read({event: 'probe_answered', ref: '', merge: null}, 4);
        seen.push(again.lastReading());
        expect(
          seen.map((reading) => [
            reading?.n,
            reading?.event,
            reading?.ref,
            reading?.clock.get(1n),
            reading?.clock.get(7n),
          ]),
        ).toEqual([
          [1, 'job_received', 'a', 1, 3],
          [2, 'result_concluded', 'a', 2, 3],
          [3, 'result_accepted', 'a', 3, 3],
          [4, 'probe_answered', '', 4, 3],
        ]);
        expect(verifyReadings(seen.filter((reading) => reading !== null))).toEqual({ok: true});
      }));

    it('stores a job whose clock is at its end, does not merge that clock, and says so', () =>
      inTempDir(async (dir) => {
        const problems: string[] = [];
        const journal = await open(dir, {onClockProblem: ({code}) => problems.push(code)});
        const hostile = await journal.receive(newJob('hostile', {clock: new Map([[1n, 2 ** 32 - 1]])}));
        expect(hostile.known).toBe(false);
        expect(journal.lastReading()).toMatchObject({n: 1, ref: 'hostile', clock: new Map([[1n, 1]])});
        await journal.receive(newJob('next'));
        expect(journal.lastReading()).toMatchObject({n: 2, ref: 'next'});
        expect(journal.counts().received).toBe(2);
        expect(problems).toEqual(['CLOCK_OVERFLOW']);
        await journal.close();
      }));

    it('remembers small facts', () =>
      withJournal(async (journal, reopen) => {
        expect(journal.recall('range')).toBeNull();
        await journal.remember('range', '1');
        await journal.remember('range', '2');
        expect((await reopen()).recall('range')).toBe('2');
      }));

    it('gives up on a job, still takes a late acceptance, and never goes back from accepted', () =>
      withJournal(async (journal) => {
        const {record} = await journal.receive(newJob('a'));
        await journal.expire(record.seq, 1);
        await journal.conclude(record.seq, answerOf('one'));
        expect(journal.get(record.seq)).toMatchObject({state: 'expired', content: 'one'});
        expect(await journal.accepted(record.seq, 2, DELIVERY)).toBe(true);
        await journal.expire(record.seq, 3);
        expect(journal.get(record.seq)?.state).toBe('accepted');
      }));

    it('packs what was over for the evidence period, deletes it after the retention, and gives no number again', () =>
      withJournal(async (journal, _reopen, time) => {
        const periods = {evidenceMs: 1_000, retentionMs: 2_000};
        const frame = Buffer.from('{"two jobs":1}');
        const [old, young, open] = await Promise.all([
          journal.receive(newJob('old', {frame})),
          journal.receive(newJob('young', {frame, index: 1})),
          journal.receive(newJob('open')),
        ]);
        await journal.ask({requestId: 'q', seq: old.record.seq, kind: 'opml', attempt: 1, askedAt: 1});
        await journal.conclude(old.record.seq, answerOf('1', 2_000));
        await journal.accepted(old.record.seq, 2_001, DELIVERY);
        const gone = await journal.receive(newJob('gone'));
        await journal.expire(gone.record.seq, 2_500);
        time.pass(500);
        await journal.conclude(young.record.seq, answerOf('2', 5_000));
        await journal.accepted(young.record.seq, 5_001, DELIVERY);
        time.pass(501);
        expect(await journal.tidy(periods)).toEqual({packed: 2, deleted: 0});
        const {seq} = old.record;
        const left = {...old.record, state: 'accepted', vrf: VRF, outcome: 'answered', content: '1'} as const;
        expect(journal.get(seq)).toEqual({...left, element: null, bornAge: 0, index: 0});
        expect(journal.frameOf(seq)).toBeNull();
        expect(journal.requests(seq)).toEqual([]);
        expect(journal.counts()).toMatchObject({accepted: 2, expired: 1, received: 1});
        expect(
          journal.list({states: ['accepted', 'expired'], after: 0, limit: 9}).map((job) => job.seq),
        ).toEqual([seq, young.record.seq, gone.record.seq]);
        expect(journal.get(young.record.seq)?.element).toBe(frame.toString());
        expect(Buffer.from(journal.frameOf(young.record.seq) ?? [])).toEqual(frame);
        time.pass(1_000);
        expect(await journal.tidy(periods)).toEqual({packed: 1, deleted: 2});
        expect([seq, gone.record.seq].map((one) => journal.get(one))).toEqual([undefined, undefined]);
        expect(journal.get(open.record.seq)?.state).toBe('received');
        expect(journal.lastReading()?.n).toBe(8);
        const after = await journal.receive(newJob('after', {frame}));
        expect(after.record.seq).toBeGreaterThan(gone.record.seq);
        expect(journal.get(after.record.seq)?.element).toBe(frame.toString());
      }));

    it('packs more jobs than fit one transaction', () =>
      withJournal(async (journal, _reopen, time) => {
        const received = await Promise.all(
          Array.from({length: 450}, (_, n) => journal.receive(newJob(`j${n}`))),
        );
        await Promise.all(received.map(({record}) => journal.expire(record.seq, 1_500)));
        time.pass(2);
        const periods = {evidenceMs: 1, retentionMs: 10};
        expect(await journal.tidy(periods)).toEqual({packed: 450, deleted: 0});
        expect(await journal.tidy(periods)).toEqual({packed: 0, deleted: 0});
        expect(journal.counts().expired).toBe(450);
        time.pass(10);
        expect(await journal.tidy(periods)).toEqual({packed: 0, deleted: 450});
        expect(journal.counts().expired).toBe(0);
      }));

    it('grows older by the time it lives, whatever the wall clock says', () =>
      withJournal(async (journal, reopen, time) => {
        time.pass(100);
        time.jump(400 * 86_400_000);
        expect(journal.age.now()).toBe(100);
        await journal.age.keep();
        time.pass(50);
        expect((await reopen()).age.now()).toBe(100);
      }));

    it('commits what waits when it is closed, then refuses', () =>
      inTempDir(async (dir) => {
        const journal = await open(dir);
        const received = journal.receive(newJob('a'));
        await journal.close();
        expect((await received).known).toBe(false);
        await expect(journal.receive(newJob('b'))).rejects.toMatchObject({code: 'JOURNAL_WRITE_FAILED'});
        await journal.close();
        const again = await open(dir);
        expect(again.counts().received).toBe(1);
        await again.close();
      }));
  });
}
