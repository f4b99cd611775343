import {describe, expect, it} from 'vitest';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import type {FinalAnswer} from '../../../../src/lib/node/operator/job/answer.ts';
import {refOf} from '../../../../src/lib/node/operator/job/record.ts';
import {createListeners, type Listener} from '../../../../src/lib/node/operator/job/listeners.ts';
import {createWorkerRequests} from '../../../../src/lib/node/operator/job/worker-requests.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {inTempDir, newJob, VRF} from '../../../support/journal.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const callback = (id: string, answer = 'a'): Uint8Array => Buffer.from(JSON.stringify({req_id: id, answer}));

const frame = JSON.stringify({
  id: 'e',
  method: 'dispatch_job',
  params: [{job_id: 'j', clock: {1: '1'}, job: {tag: 'opml', model: 'tiny', prompt: 'p'}}],
  result: null,
  address: '',
  hash: '',
  signature: '',
});

async function stage(dir: string) {
  const journal = await openJournal({dir, clockId: 1n});
  const events: OperatorEventBody[] = [];
  const emit = (event: OperatorEventBody): void => void events.push(event);
  const late: number[] = [];
  const requests = createWorkerRequests({
    journal,
    retryJournalWrite: (write) => write(),
    time: virtualTime(),
    emit,
    newSecretId: () => 'f'.repeat(32),
    kinds: ['opml', 'zkml'],
    node: {nodeId: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73', clockId: null},
    roots: {see: () => undefined},
    listeners: createListeners({emit, onAnswered: (seq) => late.push(seq)}),
    checking: {has: () => false, wants: () => false, takesUnattested: () => false, add: () => undefined},
  });
  const {record} = await journal.receive(newJob('j', {frame}));
  await journal.select(record.seq, VRF);
  const ask = (requestId: string, attempt = 1) =>
    journal.ask({requestId, seq: record.seq, kind: 'opml', attempt, askedAt: 1});
  const heard: (FinalAnswer | [string, string])[] = [];
  const listener: Listener = {
    ref: refOf(record),
    make: ({answer: said}) =>
      said === ''
        ? {noAnswer: 'it is empty'}
        : {
            outcome: 'answered',
            result: said,
            reason: '',
            vrf: VRF,
            content: JSON.stringify({result: said, reason: ''}),
            at: 2,
          },
    answered: (answer) => heard.push(answer),
    checking: () => undefined,
    invalid: (...what) => heard.push(what),
  };
  return {journal, events, late, requests, ask, listener, heard, seq: record.seq};
}

const resultOf = (content: string | null | undefined): unknown =>
  (JSON.parse(content ?? '{}') as {result?: unknown}).result;

describe('requests', () => {
  it('hand the answer to the step that listens, once it is stored and the job concluded with it', () =>
    inTempDir(async (dir) => {
      const {journal, requests, ask, listener, heard, late, seq} = await stage(dir);
      await ask('q1');
      const unlisten = requests.listen(seq, listener);
      expect(await requests.take('opml', callback('q1'))).toMatchObject({status: 200, code: 200});
      expect(heard).toMatchObject([{result: 'a'}]);
      expect(journal.get(seq)).toMatchObject({state: 'concluded', outcome: 'answered'});
      expect(late).toEqual([]);
      unlisten();
      await journal.close();
    }));

  it('take an answer to any attempt of the job, one for all, and thank for every other', () =>
    inTempDir(async (dir) => {
      const {journal, events, requests, ask, listener, heard, seq} = await stage(dir);
      await ask('q1');
      await ask('q2', 2);
      requests.listen(seq, listener);
      expect((await requests.take('opml', callback('q1', 'late'))).status).toBe(200);
      expect(heard).toMatchObject([{result: 'late'}]);
      expect((await requests.take('opml', callback('q1', 'other'))).status).toBe(200);
      expect((await requests.take('opml', callback('q2'))).status).toBe(200);
      expect(resultOf(journal.get(seq)?.content)).toBe('late');
      expect(events).toEqual([]);
      expect((await requests.take('opml', callback('of another job'))).status).toBe(404);
      expect(events).toMatchObject([{type: 'callback_refused', why: 'unknown', count: 1}]);
      await journal.close();
    }));

  it.each(['selected', 'unanswered'])('conclude a job that is %s and that no step works on', (state) =>
    inTempDir(async (dir) => {
      const {journal, requests, ask, late, events, seq} = await stage(dir);
      await ask('q1');
      if (state === 'unanswered') await journal.leave(seq, 'no worker answered', 5);
      expect((await requests.take('opml', callback('q1', 'late'))).status).toBe(200);
      expect(late).toEqual([seq]);
      expect(resultOf(journal.get(seq)?.content)).toBe('late');
      expect(events).toMatchObject([{type: 'job_concluded', job: {seq}, outcome: 'answered'}]);
      await journal.close();
    }),
  );

  it('say of a reply that is not stored that it is not taken', () =>
    inTempDir(async (dir) => {
      const {journal, requests} = await stage(dir);
      const reply = {body: '{"req_id":"q1","code":200,"result":"true"}', doubt: null};
      await expect(requests.replied('zkml', 'q1', reply)).rejects.toMatchObject({code: 'WORKER_BAD_ANSWER'});
      Object.assign(journal, {answer: () => Promise.reject(new AosError('JOURNAL_WRITE_FAILED', 'full'))});
      await expect(requests.replied('zkml', 'q1', reply)).rejects.toMatchObject({
        code: 'JOURNAL_WRITE_FAILED',
      });
      await journal.close();
    }));

  it('keep an answer for the step that is about to listen', () =>
    inTempDir(async (dir) => {
      const {journal, requests, ask, listener, heard, late, seq} = await stage(dir);
      await ask('q1');
      requests.expect(seq);
      expect((await requests.take('opml', callback('q1', 'early'))).status).toBe(200);
      expect([late, heard]).toEqual([[], []]);
      requests.listen(seq, listener);
      expect(heard).toMatchObject([{result: 'early'}]);
      await journal.close();
    }));

  it.each([true, false])('refuse what is no answer, and say why; a step listens: %s', (listens) =>
    inTempDir(async (dir) => {
      const {journal, requests, ask, listener, heard, events, seq} = await stage(dir);
      await ask('q1');
      if (listens) requests.listen(seq, listener);
      const reply = await requests.take('opml', callback('q1', ''));
      expect(reply).toMatchObject({status: 422, message: expect.stringContaining('empty') as string});
      expect(heard).toEqual(listens ? [['q1', 'it is empty']] : []);
      expect(events).toMatchObject([{type: 'callback_refused', why: 'invalid'}]);
      expect(journal.get(seq)).toMatchObject({state: 'selected', content: null});
      expect(journal.failed(seq)).toBe(1);
      expect((await requests.take('opml', callback('q1', 'better'))).status).toBe(200);
      expect(resultOf(journal.get(seq)?.content)).toBe('better');
      await journal.close();
    }),
  );

  it('refuse what is no callback', () =>
    inTempDir(async (dir) => {
      const {journal, requests} = await stage(dir);
      for (const body of [
        '',
        'null',
        '{}',
        '{"req_id":"q1"}',
        '{"req_id":7,"answer":"a"}',
        '{"req_id":"","answer":"a"}',
      ]) {
        expect((await requests.take('opml', Buffer.from(body))).status, body).toBe(400);
      }
      expect((await requests.take('opml', Uint8Array.of(0xff, 0xfe))).status).toBe(400);
      expect((await requests.take('tee', callback('q1'))).status).toBe(404);
      await journal.close();
    }));
});
