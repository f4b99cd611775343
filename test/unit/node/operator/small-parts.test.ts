import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createRetryJournalWrite} from '../../../../src/lib/node/operator/retry-journal-write.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import {countEvent, emptyTally, summarise} from '../../../../src/lib/node/events/tally.ts';
import {settled, virtualTime} from '../../../support/virtual-time.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';

describe('health', () => {
  it('reports a failure once a code, and the recovery once', async () => {
    const events: OperatorEventBody[] = [];
    const time = virtualTime();
    const health = createHealth((event) => events.push(event), time);
    const down = new AosError('SIGNER_UNREACHABLE', 'down', {next: say('start it')});
    health.worked('signer');
    health.failed('signer', down);
    await time.advance(1_000);
    health.failed('signer', down);
    health.failed('signer', new AosError('SIGNER_REFUSED', 'refused'));
    health.failed('chain', new Error('odd'));
    await time.advance(500);
    health.worked('signer');
    health.worked('signer');
    expect(events).toMatchObject([
      {type: 'problem', part: 'signer', code: 'SIGNER_UNREACHABLE', message: 'down', next: say('start it')},
      {type: 'problem', part: 'signer', code: 'SIGNER_REFUSED'},
      {type: 'problem', part: 'chain', code: 'BUG', message: 'odd'},
      {type: 'recovered', part: 'signer', afterMs: 1_500},
    ]);
  });
});

describe('health of a part whose reason changes', () => {
  it('follows with the next step, once a change, though the code stays', () => {
    const events: OperatorEventBody[] = [];
    const health = createHealth((event) => events.push(event), virtualTime());
    const down = (message: string, words: string): AosError =>
      new AosError('DISPATCHER_UNREACHABLE', message, {next: say(words)});
    health.failed('dispatcher', down('refused', 'start it'));
    health.failed('dispatcher', down('refused again', 'start it'));
    health.failed('dispatcher', down('speaks TLS', 'write wss'));
    health.failed('dispatcher', down('speaks TLS', 'write wss'));
    expect(events).toMatchObject([
      {message: 'refused', next: say('start it')},
      {message: 'speaks TLS', next: say('write wss')},
    ]);
  });

  it('does not report two uses in turn that want different steps', () => {
    const events: OperatorEventBody[] = [];
    const health = createHealth((event) => events.push(event), virtualTime());
    const down = (words: string): AosError => new AosError('CHAIN_UNREACHABLE', words, {next: say(words)});
    for (let turn = 0; turn < 3; turn += 1) {
      health.failed('chain', down('range'), 'range');
      health.failed('chain', down('block'), 'block');
    }
    expect(events).toHaveLength(2);
    health.worked('chain', 'block');
    expect(events.at(-1)).toMatchObject({message: 'range', next: say('range')});
  });
});

describe('health of a part with two uses', () => {
  const gone = new AosError('CHAIN_UNREACHABLE', 'gone');
  const wrong = new AosError('CHAIN_NO_CODE', 'wrong');

  it('works again when both do, and is not told in turn of the one and the other', () => {
    const events: OperatorEventBody[] = [];
    const health = createHealth((event) => events.push(event), virtualTime());
    for (let i = 0; i < 5; i += 1) {
      health.failed('chain', wrong, 'range');
      health.worked('chain', 'block');
    }
    expect(events.map(({type}) => type)).toEqual(['problem']);
    for (let i = 0; i < 5; i += 1) {
      health.failed('chain', gone, 'block');
      health.failed('chain', gone, 'range');
    }
    expect(events.splice(0)).toMatchObject([{code: 'CHAIN_NO_CODE'}, {code: 'CHAIN_UNREACHABLE'}]);
    health.failed('chain', wrong, 'range');
    health.worked('chain', 'block');
    health.worked('chain', 'range');
    health.worked('chain', 'range');
    expect(events).toMatchObject([{code: 'CHAIN_NO_CODE'}, {type: 'recovered', part: 'chain'}]);
  });

  it('tells what is left when the told one works again', () => {
    const events: OperatorEventBody[] = [];
    const health = createHealth((event) => events.push(event), virtualTime());
    health.failed('chain', wrong, 'range');
    health.failed('chain', gone, 'block');
    health.worked('chain', 'block');
    expect(events).toMatchObject([
      {code: 'CHAIN_NO_CODE'},
      {code: 'CHAIN_UNREACHABLE'},
      {type: 'problem', code: 'CHAIN_NO_CODE'},
    ]);
  });
});

describe('durable writes', () => {
  const full = new AosError('JOURNAL_WRITE_FAILED', 'full');

  function stage() {
    const time = virtualTime();
    const events: OperatorEventBody[] = [];
    const end = new AbortController();
    const health = createHealth((event) => events.push(event), time);
    const retryJournalWrite = createRetryJournalWrite({time, random: () => 0.5, health, signal: end.signal});
    return {time, events, end, retryJournalWrite};
  }

  it('are tried until the disk takes them', async () => {
    const {time, events, retryJournalWrite} = stage();
    let tries = 0;
    const written = retryJournalWrite(() =>
      (tries += 1) < 4 ? Promise.reject(full) : Promise.resolve('done'),
    );
    await time.advance(499);
    expect(tries).toBe(1);
    await time.advance(1 + 1_000 + 2_000);
    expect(await written).toBe('done');
    expect(events.map(({type}) => type)).toEqual(['problem', 'recovered']);
  });

  it('are all tried again within a second of the room for them, however long they have waited, by few tries', async () => {
    const {time, retryJournalWrite} = stage();
    let isFull = true;
    let tries = 0;
    const write = (): Promise<string> => {
      tries += 1;
      return isFull ? Promise.reject(full) : Promise.resolve('done');
    };
    const done: string[] = [];
    for (let n = 0; n < 50; n += 1) void retryJournalWrite(write).then((text) => done.push(text));
    await time.advance(600_000);
    // One of them every second, the others every 15 seconds at most.
    expect(tries).toBeLessThan(600 + 50 * 50);
    isFull = false;
    await time.advance(1_100);
    expect(done).toHaveLength(50);
    expect(time.timers()).toBe(0);
  });

  it('keep trying when the one that tried for them ends', async () => {
    const {time, retryJournalWrite} = stage();
    const conflict = new AosError('ANSWER_CONFLICT', 'another');
    let isFull = true;
    const first = retryJournalWrite(() => Promise.reject(isFull ? full : conflict));
    const ended = expect(first).rejects.toBe(conflict);
    const second = retryJournalWrite(() => (isFull ? Promise.reject(full) : Promise.resolve('done')));
    await time.advance(60_000);
    isFull = false;
    await time.advance(1_200);
    await ended;
    expect(await second).toBe('done');
  });

  it('reject with what is not the disk’s fault, and at the end of the run', async () => {
    const {time, end, retryJournalWrite} = stage();
    const conflict = new AosError('ANSWER_CONFLICT', 'another');
    await expect(retryJournalWrite(() => Promise.reject(conflict))).rejects.toBe(conflict);
    const written = retryJournalWrite(() => Promise.reject(full));
    const ended = expect(written).rejects.toThrow('over');
    await settled();
    end.abort(new Error('over'));
    await ended;
    expect(time.timers()).toBe(0);
  });
});

describe('the tally', () => {
  const job = {seq: 1, jobId: 'j', tag: '', position: '', kind: 'opml', model: 'm'};
  const events: OperatorEventBody[] = [
    {type: 'job_received', job, signer: null},
    {type: 'job_duplicate', job, state: 'signed', count: 1},
    {type: 'job_sampled', job, selected: true, r: 1, threshold: 2},
    {type: 'job_sampled', job, selected: false, r: 3, threshold: 2},
    {type: 'job_concluded', job, outcome: 'failed', reason: 'x'},
    {type: 'job_concluded', job, outcome: 'answered', reason: ''},
    {type: 'job_unanswered', job, reason: 'no worker answered'},
    {type: 'result_sent', job, envelopeId: 'a', attempt: 1},
    {type: 'result_sent', job, envelopeId: 'b', attempt: 2},
    {type: 'result_accepted', job, ms: 5, outcome: 'answered'},
    {type: 'frame_rejected', reason: 'unsigned', code: 'ENVELOPE_INVALID', message: '', count: 7},
    {type: 'probe_answered', via: 'http'},
    {type: 'connecting', url: 'ws://x'},
  ];

  it('counts each kind of event', () => {
    const rest = {pending: 2, held: 1, heldJob: 4, durationMs: 9, reason: 'jobs'} as const;
    expect(summarise(events.reduce(countEvent, emptyTally), rest)).toEqual({
      accepted: 1,
      received: 1,
      duplicates: 1,
      selected: 1,
      unselected: 1,
      failed: 1,
      unanswered: 1,
      rejected: 7,
      resent: 1,
      probes: 1,
      ...rest,
    });
  });
});
