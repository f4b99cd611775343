import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../../src/lib/foundation/errors/error.ts';
import {createHealth} from '../../../../../src/lib/node/operator/health.ts';
import {createKeptCallbacks} from '../../../../../src/lib/node/operator/job/kept-callbacks.ts';
import {createRetryJournalWrite} from '../../../../../src/lib/node/operator/retry-journal-write.ts';
import {settled, virtualTime} from '../../../../support/virtual-time.ts';

const TAKEN = {status: 200, code: 200, message: 'success'};

function stage() {
  const time = virtualTime();
  const end = new AbortController();
  const health = createHealth(() => undefined, time);
  const retryJournalWrite = createRetryJournalWrite({time, random: () => 0.5, health, signal: end.signal});
  const dropped: string[] = [];
  const keep = createKeptCallbacks({retryJournalWrite, time, onDropped: (id) => dropped.push(id)});
  const disk = {isFull: true, stored: [] as string[]};
  const take = (id: string, body = `answer to ${id}`, doubt: string | null = null) =>
    keep({id, body, doubt}, () => {
      if (disk.isFull) return Promise.reject(new AosError('JOURNAL_WRITE_FAILED', 'full'));
      disk.stored.push(id);
      return Promise.resolve(TAKEN);
    });
  return {time, end, dropped, disk, take};
}

describe('a callback while the disk is full', () => {
  it('is kept, and stored within a second of the room for it; only then it has succeeded', async () => {
    const {time, disk, take} = stage();
    const replies = ['a', 'b', 'c'].map((id) => take(id));
    const seen: number[] = [];
    for (const reply of replies) void reply.then(({status}) => seen.push(status));
    await time.advance(5_000);
    expect([seen, disk.stored]).toEqual([[], []]);
    disk.isFull = false;
    await time.advance(1_100);
    expect([seen, disk.stored]).toEqual([
      [200, 200, 200],
      ['a', 'b', 'c'],
    ]);
    expect(time.timers()).toBe(0);
  });

  it('for long is kept after its worker was asked to wait, and the same again is not kept twice', async () => {
    const {time, disk, take} = stage();
    const first = take('a');
    await time.advance(10_000);
    expect(await first).toMatchObject({status: 503});
    const again = take('a');
    await settled();
    disk.isFull = false;
    await time.advance(1_100);
    expect([await again, disk.stored]).toEqual([TAKEN, ['a']]);
  });

  it('beyond what is kept is dropped, and its request hears of that', async () => {
    const {time, dropped, disk, take} = stage();
    const big = 'x'.repeat(20 * 1024 * 1024);
    void take('a', big);
    await settled();
    expect(await take('b', big)).toMatchObject({status: 503});
    expect(dropped).toEqual(['b']);
    // Another answer to the same request is not kept either: the first counts.
    expect(await take('a', 'another')).toMatchObject({status: 503});
    disk.isFull = false;
    await time.advance(1_100);
    expect(disk.stored).toEqual(['a']);
  });

  it('that is doubted is another one than the same without a doubt', async () => {
    const {time, dropped, disk, take} = stage();
    const first = take('a', 'false', 'no proof is known to be good');
    await settled();
    expect(await take('a', 'false')).toMatchObject({status: 503});
    expect(dropped).toEqual(['a']);
    disk.isFull = false;
    await time.advance(1_100);
    expect([await first, disk.stored]).toEqual([TAKEN, ['a']]);
  });

  it('at the end of the run is left to the next one', async () => {
    const {end, disk, take} = stage();
    const reply = take('a');
    await settled();
    end.abort(new Error('over'));
    expect(await reply).toMatchObject({status: 503});
    expect(disk.stored).toEqual([]);
  });

  it('fails as it did, when it is not the disk', async () => {
    const {disk, take} = stage();
    disk.isFull = false;
    expect(await take('a')).toEqual(TAKEN);
  });
});
