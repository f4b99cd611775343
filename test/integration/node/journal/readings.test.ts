import {describe, expect, it} from 'vitest';
import {verifyReadings} from '../../../../src/lib/protocol/clock/readings.ts';
import type {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {clocks, inTempDir, newJob} from '../../../support/journal.ts';

const HOUR = 3_600_000;
const ALL = [0, Number.MAX_SAFE_INTEGER] as const;

describe('the clock readings of a journal', () => {
  it('are pruned from their oldest by the journal’s age, and the rest is still a chain that continues', () =>
    inTempDir(async (dir) => {
      const time = clocks();
      const journal = await openJournal({dir, clockId: 1n, time});
      const periods = {evidenceMs: HOUR, retentionMs: 2 * HOUR};
      const probe = (): Promise<void> => journal.read({event: 'probe_answered', ref: '', merge: null}, 1);
      const numbers = (): number[] => journal.readings.between(...ALL).map(({n}) => n);
      await Promise.all(Array.from({length: 4_500}, probe));
      await journal.tidy(periods);
      time.pass(HOUR);
      await Promise.all(Array.from({length: 500}, probe));
      await journal.tidy(periods);
      expect([numbers().length, numbers()[0]]).toEqual([500, 4_501]);
      expect(verifyReadings(journal.readings.between(...ALL))).toEqual({ok: true});
      time.pass(HOUR);
      await journal.tidy(periods);
      await probe();
      expect(numbers()).toEqual([5_000, 5_001]);
      expect(verifyReadings(journal.readings.between(...ALL))).toEqual({ok: true});
      await journal.close();
    }));

  it('of a job stay while it is whole, however old they are', () =>
    inTempDir(async (dir) => {
      const time = clocks();
      const journal = await openJournal({dir, clockId: 1n, time});
      const periods = {evidenceMs: HOUR, retentionMs: 10 * HOUR};
      await journal.read({event: 'probe_answered', ref: '', merge: null}, 1);
      const {record} = await journal.receive(newJob('a'));
      const {record: young} = await journal.receive(newJob('b'));
      await journal.tidy(periods);
      time.pass(3 * HOUR);
      await journal.tidy(periods);
      expect(journal.readings.between(...ALL).map(({ref}) => ref)).toEqual(['a', 'b']);
      await journal.expire(record.seq, 1);
      time.pass(2 * HOUR);
      await journal.tidy(periods);
      expect(journal.readings.between(...ALL).map(({ref}) => ref)).toEqual(['b']);
      expect(journal.get(young.seq)?.state).toBe('received');
      await journal.close();
    }));

  it('continue though a job names a clock that would bring ours to its end, or ever new ids', () =>
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
