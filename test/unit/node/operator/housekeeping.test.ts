import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {OperatorPart} from '../../../../src/lib/node/events/events.ts';
import {keepTidy} from '../../../../src/lib/node/operator/housekeeping.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const MINUTE = 60_000;
const age = {now: () => 0, witness: () => undefined, keep: () => Promise.resolve()};
const periods = {evidenceMs: 3, retentionMs: 5};

describe('keepTidy', () => {
  it('writes the age down and tidies at once and every minute, whatever the disk says, and ends', async () => {
    const time = virtualTime();
    const end = new AbortController();
    const done: string[] = [];
    const failed: OperatorPart[] = [];
    const running = keepTidy({
      journal: {
        age: {...age, keep: () => Promise.resolve(void done.push('age'))},
        tidy: (given) => {
          done.push(JSON.stringify(given));
          return done.length === 2
            ? Promise.reject(new AosError('JOURNAL_WRITE_FAILED', 'full'))
            : Promise.resolve({packed: 0, deleted: 0});
        },
      },
      time,
      health: {failed: (part) => failed.push(part)},
      ...periods,
      signal: end.signal,
    });
    await time.advance(1);
    await time.advance(MINUTE);
    await time.advance(MINUTE);
    const once = ['age', JSON.stringify(periods)];
    expect(done).toEqual([...once, ...once, ...once]);
    expect(failed).toEqual(['journal']);
    end.abort();
    await running;
    expect(time.timers()).toBe(0);
  });

  it('ends although the disk does not keep what it took', async () => {
    const time = virtualTime();
    const end = new AbortController();
    const running = keepTidy({
      journal: {age, tidy: () => new Promise<never>(() => {})},
      time,
      health: {failed: () => undefined},
      ...periods,
      signal: end.signal,
    });
    await time.advance(1);
    end.abort();
    await running;
  });
});
