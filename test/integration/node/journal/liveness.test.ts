import {describe, expect, it} from 'vitest';
import {openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {assessLiveness} from '../../../../src/lib/node/liveness/liveness.ts';
import {createLivenessRecorder} from '../../../../src/lib/node/liveness/recorder.ts';
import {ALIVE_EVERY_MS, gapsOf} from '../../../../src/lib/node/liveness/spans.ts';
import type {OperatorEvent} from '../../../../src/lib/node/events/events.ts';
import {DELIVERY, answerOf, inTempDir, loadableDrivers, newJob} from '../../../support/journal.ts';

const PROBE = 10_000;
const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const probe = (at: number): OperatorEvent => ({seq: 1, at, type: 'probe_answered', via: 'http'});
const connected = (at: number): OperatorEvent => ({seq: 1, at, type: 'connected', url: 'ws://d'});

describe.each(loadableDrivers())('liveness record with $name', (driver) => {
  const open = (dir: string, readOnly = false) => openJournal({dir, clockId: 1n, driver, readOnly});
  const fail = (error: unknown): never => {
    throw error;
  };

  /** One process: marks from `from` to `to`, then it is killed or ends well. */
  async function live(dir: string, from: number, to: number, probes = true): Promise<void> {
    const journal = await open(dir);
    const recorder = createLivenessRecorder(journal.liveness, {
      probeIntervalMs: PROBE,
      startedAt: from,
      onWriteError: fail,
    });
    recorder.onEvent(connected(from));
    for (let at = from; at <= to; at += PROBE) {
      if (probes) recorder.onEvent(probe(at));
      if ((at - from) % ALIVE_EVERY_MS === 0) recorder.alive(at);
    }
    await recorder.flush();
    await journal.close();
  }

  async function read(dir: string, now: number) {
    const journal = await open(dir, true);
    const spans = journal.liveness.spans();
    await journal.close();
    return {spans, ...assessLiveness(spans, {now, allowanceMs: HOUR, gaps: gapsOf(PROBE)})};
  }

  it('survives restarts: a day of probes with two stops is a handful of rows', async () => {
    await inTempDir(async (dir) => {
      await live(dir, START, START + 8 * HOUR);
      await live(dir, START + 8 * HOUR + 15_000, START + 16 * HOUR); // a quick restart costs nothing
      await live(dir, START + 18 * HOUR, START + 24 * HOUR);
      const {spans, probes, outages, allowanceLeftMs} = await read(dir, START + 24 * HOUR + 5_000);
      expect(probes).toBe(8 * 360 + 1 + Math.floor((8 * HOUR - 15_000) / PROBE) + 1 + 6 * 360 + 1);
      expect(spans.length).toBeLessThanOrEqual(9);
      expect(allowanceLeftMs).toBe(HOUR);
      expect(outages).toMatchObject([{cause: 'process-down', overAllowance: true, end: START + 18 * HOUR}]);
      expect(outages[0]?.durationMs).toBeGreaterThan(2 * HOUR - PROBE);
    });
  });

  it('tells nobody asking from not being there', async () => {
    await inTempDir(async (dir) => {
      await live(dir, START, START + HOUR);
      await live(dir, START + HOUR + 20_000, START + 2 * HOUR, false);
      await live(dir, START + 2 * HOUR, START + 3 * HOUR);
      const {outages} = await read(dir, START + 3 * HOUR);
      expect(outages).toMatchObject([{cause: 'not-probed', start: START + HOUR}]);
    });
  });

  it('tells after a restart why nobody reached us in an earlier run', async () => {
    await inTempDir(async (dir) => {
      const journal = await open(dir);
      const recorder = createLivenessRecorder(journal.liveness, {
        probeIntervalMs: PROBE,
        startedAt: START,
        onWriteError: fail,
      });
      recorder.onEvent(connected(START));
      recorder.onEvent(probe(START));
      // The way to the dispatcher is gone for two hours; the process lives all the time.
      recorder.onEvent({seq: 1, at: START + PROBE, type: 'disconnected', reason: 'gone', retryInMs: 1});
      for (let at = START; at <= START + 2 * HOUR; at += ALIVE_EVERY_MS) recorder.alive(at);
      recorder.onEvent(connected(START + 2 * HOUR));
      recorder.onEvent(probe(START + 2 * HOUR));
      // Then it is connected for another hour, but nobody asks.
      for (let at = START + 2 * HOUR; at <= START + 3 * HOUR; at += ALIVE_EVERY_MS) recorder.alive(at);
      recorder.onEvent(probe(START + 3 * HOUR));
      await recorder.flush();
      await journal.close();
      // Then it does not run for three hours.
      await live(dir, START + 6 * HOUR, START + 7 * HOUR);
      const {outages, allowanceLeftMs} = await read(dir, START + 7 * HOUR + 1_000);
      expect(
        outages.map(({start, cause, overAllowance}) => [(start - START) / HOUR, cause, overAllowance]),
      ).toEqual([
        [3, 'process-down', true],
        [2, 'not-probed', false],
        [0, 'network-down', true],
      ]);
      expect(allowanceLeftMs).toBe(HOUR);
    });
  });

  it('takes a flood of probes without a write each, and loses none', async () => {
    await inTempDir(async (dir) => {
      const journal = await open(dir);
      let writes = 0;
      const store = {
        ...journal.liveness,
        put: (...args: Parameters<typeof journal.liveness.put>) => {
          writes += 1;
          return journal.liveness.put(...args);
        },
      };
      const recorder = createLivenessRecorder(store, {
        probeIntervalMs: PROBE,
        startedAt: START,
        onWriteError: fail,
      });
      for (let i = 0; i < 5_000; i += 1) recorder.onEvent(probe(START + i));
      await recorder.flush();
      await journal.close();
      expect(writes).toBeLessThan(12);
      expect(await read(dir, START + 5_000)).toMatchObject({probes: 5_000, lastProbeAt: START + 4_999});
    });
  });

  it('keeps its marks when the disk refuses for a while', async () => {
    await inTempDir(async (dir) => {
      const journal = await open(dir);
      let refused = 0;
      let refusing = true;
      const store = {
        ...journal.liveness,
        put: (...args: Parameters<typeof journal.liveness.put>) =>
          refusing ? Promise.reject(new Error('full')) : journal.liveness.put(...args),
      };
      const recorder = createLivenessRecorder(store, {
        probeIntervalMs: PROBE,
        startedAt: START,
        onWriteError: () => (refused += 1),
      });
      recorder.onEvent(probe(START));
      await new Promise((resolve) => setImmediate(resolve));
      refusing = false;
      recorder.onEvent(probe(START + 10));
      await recorder.flush();
      await journal.close();
      expect(refused).toBeGreaterThan(0);
      expect(await read(dir, START + 20)).toMatchObject({probes: 2, firstProbeAt: START});
    });
  });

  it('keeps the record although a run begins with a clock that is years ahead', async () => {
    await inTempDir(async (dir) => {
      await live(dir, START, START + HOUR);
      await live(dir, START + 4_000 * 24 * HOUR, START + 4_000 * 24 * HOUR + HOUR);
      expect((await read(dir, START + 2 * HOUR)).firstProbeAt).toBe(START);
    });
  });

  it('says when a job last came and was last accepted', async () => {
    await inTempDir(async (dir) => {
      const journal = await open(dir);
      expect(journal.activity()).toEqual({lastReceivedAt: null, lastAcceptedAt: null});
      const {record} = await journal.receive(newJob('a', {receivedAt: 5_000}));
      await journal.conclude(record.seq, answerOf('x'));
      await journal.accepted(record.seq, 6_000, DELIVERY);
      await journal.receive(newJob('b', {receivedAt: 7_000}));
      expect(journal.activity()).toEqual({lastReceivedAt: 7_000, lastAcceptedAt: 6_000});
      await journal.close();
    });
  });
});
