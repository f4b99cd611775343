import {describe, expect, it} from 'vitest';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import {createInHand} from '../../../../src/lib/node/operator/in-hand.ts';
import {createInbox} from '../../../../src/lib/node/operator/inbox.ts';
import type {RefusedMessage} from '../../../../src/lib/node/operator/refused-messages.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const MIB = 1024 * 1024;

/** A frame with jobs of these ids, unsigned, made large by `padding` bytes in a last job. */
function frame(id: string, jobs: readonly string[], padding = 0): string {
  const elements = jobs.map((job) => `{"job_id":"${job}","job":{"prompt":"p"}}`);
  if (padding > 0) elements.push(`{"job_id":"large","job":{"prompt":"${'x'.repeat(padding)}"}}`);
  return `{"id":"${id}","method":"dispatch_job","params":[${elements.join(',')}],"result":null,"address":"","hash":"","signature":""}`;
}

const reply = (id: string, padding = 0): string =>
  `{"id":"${id}","result":{"code":200,"message":"${'m'.repeat(padding)}"}}`;

function stage() {
  const time = virtualTime();
  const happened: string[] = [];
  const events: OperatorEventBody[] = [];
  const kept: RefusedMessage[] = [];
  const stores: (() => void)[] = [];
  const run = new AbortController();
  /** A frame that is stored holds back the large ones behind it. */
  const disk = {isSlow: false, isFull: false};
  const inHand = createInHand({connection: {pause: () => happened.push('pause'), resume: () => {}}, time});
  const inbox = createInbox(
    {
      verify: 'off',
      dispatcherAddress: null,
      signedBefore: {known: () => false, note: () => {}},
      health: createHealth(() => {}, time),
      inHand: {isFull: () => disk.isFull || inHand.isFull(), add: (bytes) => inHand.add(bytes)},
      time,
      emit: (event) => events.push(event),
      signal: run.signal,
    },
    {
      onWords: () => {},
      keep: (message) => kept.push(message),
      onJobs: (jobs, {id, held, total}) => {
        happened.push(`${id}: ${jobs.map(({key}) => key.jobId).join(' ')} of ${total}`);
        const stored = (): void => {
          held.stored();
          held.done();
        };
        if (!disk.isSlow) {
          stored();
          return Promise.resolve();
        }
        return new Promise((resolve) =>
          stores.push(() => {
            stored();
            resolve();
          }),
        );
      },
      onReply: (id) => happened.push(`reply ${id}`),
      responder:
        () =>
        (id, {code}) => {
          happened.push(`${code} to ${id}`);
          return Promise.resolve();
        },
    },
  );
  /** Waits until the event loop has turned so often that all that can be read is. */
  const quiet = async (turns = 200): Promise<void> => {
    for (let n = 0; n < turns; n += 1) await new Promise(setImmediate);
  };
  return {
    happened,
    events,
    kept,
    stores,
    run,
    disk,
    quiet,
    take: (text: string) => inbox.take(Buffer.from(text)),
    rejected: () => inbox.rejected(),
  };
}

describe('the inbox, of large frames', () => {
  it('hands on requests in the order in which they came, and replies at once', async () => {
    const {take, happened, quiet} = stage();
    take(frame('1', ['a']));
    take(frame('2', ['b'], 2 * MIB));
    take(frame('3', ['c']));
    take(reply('r1'));
    take(frame('4', ['d'], MIB));
    take(frame('5', ['e']));
    take(reply('r2'));
    expect(happened).toEqual(['1: a of 1', 'reply r1', 'reply r2']);
    await quiet();
    expect(happened.slice(3)).toEqual(['2: b large of 2', '3: c of 1', '4: d large of 2', '5: e of 1']);
    take(frame('6', ['f']));
    expect(happened.at(-1)).toBe('6: f of 1');
  });

  it('reads one at a time: the next is begun when the jobs of the one before are stored', async () => {
    const {take, happened, quiet, disk, stores} = stage();
    disk.isSlow = true;
    take(frame('1', ['a'], MIB));
    take(frame('2', ['b'], MIB));
    await quiet();
    expect(happened).toEqual(['1: a large of 2']);
    stores[0]?.();
    await quiet();
    expect(happened).toEqual(['1: a large of 2', '2: b large of 2']);
  });

  it('takes the other jobs of a frame with a prompt that is too long, and keeps the beginning of that', async () => {
    const {take, happened, quiet, kept, events} = stage();
    take(frame('1', ['a', 'b'], 3 * MIB));
    await quiet();
    expect(happened).toEqual(['1: a b of 3']);
    expect(kept).toMatchObject([{reason: 'bad-message', code: 'MESSAGE_INVALID', mayBeJob: true}]);
    expect(kept[0]?.message).toContain('params[2].job.prompt');
    expect(Buffer.from(kept[0]?.frame ?? '').toString('utf8', 0, 17)).toBe('{"job_id":"large"');
    expect(events).toMatchObject([{type: 'frame_rejected', reason: 'bad-message', count: 1}]);
  });

  it('refuses a frame whole of which no job can be taken', async () => {
    const {take, happened, quiet} = stage();
    take(frame('1', [], 3 * MIB));
    await quiet();
    expect(happened).toEqual(['400 to 1']);
  });

  it('refuses and keeps what comes while too much is in hand', async () => {
    const {take, happened, quiet, kept, disk, rejected} = stage();
    disk.isFull = true;
    take(frame('large', ['a'], MIB));
    take(frame('small', ['b']));
    take(reply('r'));
    await quiet();
    expect(happened).toEqual(['503 to small', 'reply r']);
    expect(rejected()).toBe(2);
    expect(kept).toMatchObject([
      {reason: 'too-much', code: 'JOB_REFUSED', mayBeJob: true},
      {reason: 'too-much', code: 'JOB_REFUSED', mayBeJob: true},
    ]);
    disk.isFull = false;
    take(frame('later', ['c']));
    expect(happened.at(-1)).toBe('later: c of 1');
  });

  it('takes a large reply, and refuses one without a code', async () => {
    const {take, happened, quiet, kept} = stage();
    take(reply('r', 100_000));
    take(`{"id":"s","result":"${'x'.repeat(100_000)}"}`);
    await quiet();
    expect(happened).toEqual(['reply r']);
    expect(kept).toMatchObject([{reason: 'bad-message', mayBeJob: false}]);
  });

  it('leaves what is being read when the run ends', async () => {
    const {take, happened, quiet, run, events} = stage();
    take(frame('1', ['a'], MIB));
    run.abort(new Error('over'));
    await quiet();
    expect([happened, events]).toEqual([[], []]);
  });
});
