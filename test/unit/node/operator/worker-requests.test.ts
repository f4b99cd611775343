import {describe, expect, it} from 'vitest';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createWorkerRequests} from '../../../../src/lib/node/operator/job/worker-requests.ts';
import {openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {answerOf, inTempDir, newJob, VRF} from '../../../support/journal.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const never = new AbortController().signal;
const callback = (id: string, answer = 'a'): Uint8Array => Buffer.from(JSON.stringify({req_id: id, answer}));

/** How a request is waited for here: the callback's body becomes the content. */
const waitFor = (timeoutMs: number, signal: AbortSignal) => ({
  timeoutMs,
  signal,
  answerOf: (body: string) => answerOf(body),
});

async function stage(dir: string) {
  const journal = await openJournal({dir, clockId: 1n});
  const time = virtualTime();
  const events: OperatorEventBody[] = [];
  const requests = createWorkerRequests({
    journal,
    time,
    emit: (event) => events.push(event),
    newSecretId: () => 'f'.repeat(32),
  });
  const {record} = await journal.receive(newJob('j'));
  await journal.select(record.seq, VRF);
  const ask = (requestId: string, attempt = 1) =>
    journal.ask({requestId, seq: record.seq, kind: 'opml', attempt, askedAt: 1});
  return {journal, time, events, requests, ask, seq: record.seq};
}

describe('requests', () => {
  it('wake who waits with the answer, once it is stored and the job concluded with it', () =>
    inTempDir(async (dir) => {
      const {journal, time, requests, ask, seq} = await stage(dir);
      await ask('q1');
      const waiting = requests.await(seq, waitFor(1_000, never));
      expect(await requests.take('opml', callback('q1'))).toMatchObject({status: 200, code: 200});
      const {content} = await waiting;
      expect(JSON.parse(content)).toEqual({req_id: 'q1', answer: 'a'});
      expect(journal.requests(seq)[0]?.answer).toBe(content);
      expect(journal.get(seq)).toMatchObject({state: 'concluded', outcome: 'answered', content});
      expect(time.timers()).toBe(0);
      await journal.close();
    }));

  it('take an answer to any attempt of the job, each once', () =>
    inTempDir(async (dir) => {
      const {journal, events, requests, ask, seq} = await stage(dir);
      await ask('q1');
      await ask('q2', 2);
      const waiting = requests.await(seq, waitFor(1_000, never));
      expect((await requests.take('opml', callback('q1', 'late'))).status).toBe(200);
      expect((await waiting).content).toContain('late');
      expect((await requests.take('opml', callback('q1'))).status).toBe(404);
      expect((await requests.take('opml', callback('q2'))).status).toBe(404);
      expect((await requests.take('opml', callback('nobody asked'))).status).toBe(404);
      expect(events).toMatchObject([
        {type: 'callback_refused', why: 'already', count: 1},
        {why: 'unknown', count: 2},
        {why: 'unknown', count: 3},
      ]);
      await journal.close();
    }));

  it('store an answer that nobody waits for, and leave the job open', () =>
    inTempDir(async (dir) => {
      const {journal, requests, ask, seq} = await stage(dir);
      await ask('q1');
      expect((await requests.take('opml', callback('q1'))).status).toBe(200);
      expect(journal.requests(seq)[0]?.answer).not.toBeNull();
      expect(journal.get(seq)).toMatchObject({state: 'selected', content: null});
      await journal.close();
    }));

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

  it('stop waiting at the time limit and with the signal', () =>
    inTempDir(async (dir) => {
      const {journal, time, requests, seq} = await stage(dir);
      const late = expect(requests.await(seq, waitFor(2_000, never))).rejects.toMatchObject({
        code: 'WORKER_TIMEOUT',
      });
      await time.advance(2_000);
      await late;
      const stop = new AbortController();
      const ended = expect(requests.await(seq, waitFor(2_000, stop.signal))).rejects.toThrow('over');
      stop.abort(new Error('over'));
      await ended;
      await expect(requests.await(seq, waitFor(2_000, stop.signal))).rejects.toThrow('over');
      expect(time.timers()).toBe(0);
      await journal.close();
    }));

  it('make a first one, and give its id once when it is journalled', () =>
    inTempDir(async (dir) => {
      const {journal, requests} = await stage(dir);
      const {record} = await journal.receive(newJob('k'));
      const first = requests.first(record.seq, 'opml');
      await journal.select(record.seq, VRF, first);
      await journal.select(record.seq, VRF, first);
      expect(journal.requests(record.seq)).toMatchObject([{requestId: 'f'.repeat(32), attempt: 1}]);
      expect(requests.claim(record.seq)).toBeUndefined();
      requests.journalled(first);
      expect([requests.claim(record.seq), requests.claim(record.seq)]).toEqual(['f'.repeat(32), undefined]);
      await journal.close();
    }));
});
