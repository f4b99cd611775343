import {describe, expect, it} from 'vitest';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {watchDisk} from '../../../../src/lib/node/operator/disk-watch.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import {settled, virtualTime} from '../../../support/virtual-time.ts';

const GIB = 2 ** 30;

describe('a disk that fills', () => {
  it('is a problem while it is nearly full, at the start and within a minute, and no answer is none', async () => {
    const time = virtualTime();
    const events: OperatorEventBody[] = [];
    const health = createHealth((event) => events.push(event), time);
    const end = new AbortController();
    let free: number | null = GIB;
    const disk = {
      dir: '/var/lib/aos',
      read: () =>
        free === null
          ? Promise.reject(new Error('gone'))
          : Promise.resolve({
              freeBytes: free,
              bytes: 100 * GIB,
              freeFiles: 1e6,
              files: 1e6,
              journalBytes: 4_096,
            }),
    };
    const watching = watchDisk({disk, time, health, signal: end.signal});
    await settled();
    expect(events).toMatchObject([{type: 'problem', part: 'disk', code: 'DISK_LOW'}]);
    free = null;
    await time.advance(60_000);
    expect(events).toHaveLength(1);
    free = 50 * GIB;
    await time.advance(60_000);
    expect(events.at(-1)).toMatchObject({type: 'recovered', part: 'disk'});
    end.abort();
    await watching;
    expect(time.timers()).toBe(0);
  });
});
