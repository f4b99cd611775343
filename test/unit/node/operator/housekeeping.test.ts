import {describe, expect, it} from 'vitest';
import {AosError, isAosError} from '../../../../src/lib/foundation/errors/error.ts';
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
          done.push(JSON.stringify({evidenceMs: given.evidenceMs, retentionMs: given.retentionMs}));
          return done.length === 2
            ? Promise.reject(new AosError('JOURNAL_WRITE_FAILED', 'full'))
            : Promise.resolve({packed: 0, deleted: 0});
        },
      },
      time,
      health: {failed: (part) => failed.push(part), worked: () => undefined},
      emit: () => undefined,
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
      health: {failed: () => undefined, worked: () => undefined},
      emit: () => undefined,
      ...periods,
      signal: end.signal,
    });
    await time.advance(1);
    end.abort();
    await running;
  });

  it('packs although the disk of the evidence directory hangs, and does not call it again', async () => {
    const time = virtualTime();
    const end = new AbortController();
    const calls: string[] = [];
    const failed: unknown[] = [];
    let packed = 0;
    const running = keepTidy({
      journal: {
        age,
        async tidy({beforePacking}) {
          await beforePacking?.([1]);
          packed += 1;
          return {packed: 1, deleted: 0};
        },
      },
      evidence: {
        keep: () => new Promise(() => void calls.push('keep')),
        drop: () => Promise.resolve(0),
      },
      time,
      health: {failed: (_part, error) => failed.push(error), worked: () => undefined},
      emit: () => undefined,
      ...periods,
      signal: end.signal,
    });
    for (let minute = 0; minute < 5; minute += 1) await time.advance(MINUTE);
    expect([packed > 2, calls, failed.every((error) => isAosError(error, 'EVIDENCE_UNWRITABLE'))]).toEqual([
      true,
      ['keep'],
      true,
    ]);
    end.abort();
    await running;
  });

  it('packs what an evidence directory refuses, reports that once a round, and a full one once', async () => {
    const time = virtualTime();
    const end = new AbortController();
    const events: string[] = [];
    let isRefused = true;
    let early = 0;
    let packed = 0;
    const running = keepTidy({
      journal: {
        age,
        async tidy({beforePacking}) {
          for (const seqs of [[1, 2], [3]]) {
            await beforePacking?.(seqs);
            packed += seqs.length;
          }
          return {packed: 3, deleted: 0};
        },
      },
      evidence: {
        keep(seqs) {
          events.push(`keep ${seqs.join()}`);
          return isRefused
            ? Promise.reject(new AosError('EVIDENCE_UNWRITABLE', 'no'))
            : Promise.resolve(seqs.length - 1);
        },
        drop: () => Promise.resolve(early),
      },
      time,
      health: {
        failed: (part, error, use) =>
          events.push(`${part} ${use ?? ''} ${isAosError(error) ? error.code : ''}`),
        worked: (part, use) => events.push(`${part} ${use ?? ''} works`),
      },
      emit: (event) => events.push(event.type === 'warning' ? event.code : event.type),
      ...periods,
      signal: end.signal,
    });
    await time.advance(1);
    expect(events.splice(0)).toEqual(['keep 1,2', 'journal evidence EVIDENCE_UNWRITABLE']);
    expect(packed).toBe(3);
    isRefused = false;
    early = 7;
    await time.advance(MINUTE);
    const kept = ['keep 1,2', 'journal evidence works', 'keep 3', 'journal evidence room works'];
    expect(events.splice(0)).toEqual([...kept, 'EVIDENCE_FULL']);
    await time.advance(MINUTE);
    expect(events).toEqual(kept);
    end.abort();
    await running;
  });
});
