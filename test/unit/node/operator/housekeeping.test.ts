import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {OperatorPart} from '../../../../src/lib/node/events/events.ts';
import {keepTidy} from '../../../../src/lib/node/operator/housekeeping.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const HOUR = 60 * 60 * 1000;

describe('keepTidy', () => {
  it('prunes by the retention at once and every hour, whatever the disk says, and ends', async () => {
    const time = virtualTime();
    const end = new AbortController();
    const pruned: number[] = [];
    const failed: OperatorPart[] = [];
    const running = keepTidy({
      journal: {
        prune: (before) => {
          pruned.push(time.now() - before);
          return pruned.length === 1
            ? Promise.reject(new AosError('JOURNAL_WRITE_FAILED', 'full'))
            : Promise.resolve(0);
        },
      },
      time,
      health: {failed: (part) => failed.push(part), worked: () => undefined, failing: () => null},
      retentionMs: 5,
      signal: end.signal,
    });
    await time.advance(1);
    await time.advance(HOUR);
    await time.advance(HOUR);
    expect(pruned).toEqual([5, 5, 5]);
    expect(failed).toEqual(['journal']);
    end.abort();
    await running;
    expect(time.timers()).toBe(0);
  });

  it('ends although the disk does not keep what it took', async () => {
    const time = virtualTime();
    const end = new AbortController();
    const running = keepTidy({
      journal: {prune: () => new Promise<never>(() => {})},
      time,
      health: {failed: () => undefined, worked: () => undefined, failing: () => null},
      retentionMs: 5,
      signal: end.signal,
    });
    await time.advance(1);
    end.abort();
    await running;
  });
});
