import {describe, expect, it} from 'vitest';
import {verifyReadings} from '../../../../src/lib/protocol/clock/readings.ts';
import type {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {inTempDir, newJob} from '../../../support/journal.ts';

const ALL = [0, Number.MAX_SAFE_INTEGER] as const;

describe('the clock readings of a journal', () => {
  it('are pruned from their oldest, and the rest is still a chain that continues', () =>
    inTempDir(async (dir) => {
      const journal = await openJournal({dir, clockId: 1n});
      await Promise.all(
        Array.from({length: 5_000}, (_, n) =>
          journal.read({event: 'probe_answered', ref: '', merge: null}, n),
        ),
      );
      await journal.prune(4_500);
      const left = journal.readings.between(...ALL);
      expect([left.length, left[0]?.at]).toEqual([500, 4_500]);
      expect(verifyReadings(left)).toEqual({ok: true});
      await journal.prune(Number.MAX_SAFE_INTEGER);
      await journal.read({event: 'probe_answered', ref: '', merge: null}, 6_000);
      const last = journal.readings.between(...ALL);
      expect(last.map(({n}) => n)).toEqual([5_000, 5_001]);
      expect(verifyReadings(last)).toEqual({ok: true});
      await journal.close();
    }));

  it('go on though a job names a clock that would bring ours to its end, or ever new ids', () =>
    inTempDir(async (dir) => {
      const problems: AosError[] = [];
      const journal = await openJournal({dir, clockId: 1n, onClockProblem: (error) => problems.push(error)});
      const end = 2 ** 32 - 1;
      await journal.receive(newJob('a', {clock: new Map([[1n, end]])}));
      await journal.receive(newJob('b', {clock: new Map([[1n, end - 1]])}));
      await journal.receive(newJob('c', {clock: new Map([[2n, end]])}));
      const many = new Map(Array.from({length: 1_000}, (_, id) => [BigInt(id + 10), 1] as const));
      await journal.receive(newJob('d', {clock: many}));
      await journal.receive(newJob('e', {clock: new Map([[1n, 7]])}));
      const readings = journal.readings.between(...ALL);
      expect(readings.map(({clock}) => [clock.get(1n), clock.size])).toEqual([
        [1, 1],
        [2, 1],
        [3, 2],
        [4, 2],
        [8, 2],
      ]);
      expect(verifyReadings(readings)).toEqual({ok: true});
      expect(problems.map(({code}) => code)).toEqual(['CLOCK_OVERFLOW', 'CLOCK_INVALID']);
      await journal.close();
    }));
});
