import {describe, expect, it} from 'vitest';
import {createLivenessRecorder} from '../../../../src/lib/node/liveness/recorder.ts';
import type {StoredSpan} from '../../../../src/lib/node/liveness/spans.ts';
import {watchLiveness} from '../../../../src/lib/node/liveness/watch.ts';
import type {LivenessFacts, OperatorEvent} from '../../../../src/lib/node/events/events.ts';
import {eventLog, STARTED} from '../../../support/event-log.ts';
import {virtualTime, type VirtualTime} from '../../../support/virtual-time.ts';

const PROBE = 10_000;
const HOUR = 3_600_000;

/** A process that watches, on a store that outlives it. */
function processOn(store: Map<number, StoredSpan>, note: {open: number | null}, time: VirtualTime) {
  const log: (['tell', LivenessFacts] | ['begun' | 'ended', number])[] = [];
  const recorder = createLivenessRecorder(
    {
      spans: () => [...store.values()],
      put: (span) => Promise.resolve(void store.set(span.id, span)),
      forget: () => Promise.resolve(),
    },
    {probeIntervalMs: PROBE, startedAt: time.now(), onWriteError: () => {}},
  );
  const watch = watchLiveness({
    record: () => recorder.record(time.now()),
    probeIntervalMs: PROBE,
    allowanceMs: HOUR,
    time,
    onFacts: (facts) => log.push(['tell', facts]),
    onOutage: ({start}) => {
      note.open = start;
      log.push(['begun', start]);
    },
    onOutageEnd: (start) => {
      note.open = null;
      log.push(['ended', start]);
    },
    open: note.open,
  });
  const event = eventLog();
  const emit = (body: Parameters<typeof event>[0]): void => {
    const one: OperatorEvent = {...event(body), at: time.now()};
    recorder.onEvent(one);
    watch.onEvent(one);
  };
  emit(STARTED);
  return {
    log,
    take: () => log.splice(0),
    probe: () => emit({type: 'probe_answered', via: 'http'}),
    connect: () => emit({type: 'connected', url: 'ws://d'}),
    async stop() {
      watch.stop();
      await recorder.flush();
    },
  };
}

const told = (log: readonly unknown[]): unknown[] => log.map((one) => (one as unknown[])[0]);

describe('watching liveness', () => {
  it('tells at the start, once a minute, and when an outage begins and ends', async () => {
    const time = virtualTime();
    const one = processOn(new Map(), {open: null}, time);
    expect(one.take()).toMatchObject([['tell', {lastProbeAt: null, outages: [], probes: 0}]]);
    for (let i = 0; i < 5; i += 1) {
      one.probe();
      await time.advance(PROBE);
    }
    expect(one.take()).toEqual([]);
    const last = time.now() - PROBE;
    // Sixty seconds after the start, and no outage yet.
    await time.advance(PROBE);
    expect(told(one.take())).toEqual(['tell']);
    await time.advance(2 * PROBE);
    expect(one.take()).toMatchObject([
      ['tell', {lastProbeAt: last, outages: [{start: last, end: null}]}],
      ['begun', last],
    ]);
    await time.advance(HOUR);
    const minutes = one.take();
    expect(minutes).toHaveLength(60);
    expect(minutes.at(-1)).toMatchObject(['tell', {allowanceLeftMs: 0, outages: [{overAllowance: true}]}]);
    one.probe();
    expect(one.take()).toMatchObject([
      ['tell', {allowanceLeftMs: HOUR, probes: 6, outages: [{start: last, end: time.now()}]}],
      ['ended', last],
    ]);
    one.probe();
    expect(one.take()).toEqual([]);
    await one.stop();
    expect(time.timers()).toBe(0);
  });

  it.each([
    ['network-down', false],
    ['not-probed', true],
  ] as const)('knows that it runs without waiting for the next mark of it: %s', async (cause, connects) => {
    const time = virtualTime();
    const one = processOn(new Map(), {open: null}, time);
    if (connects) one.connect();
    one.probe();
    one.take();
    await time.advance(3 * PROBE + 1_000);
    expect(one.take()).toMatchObject([
      ['tell', {outages: [{end: null, cause}]}],
      ['begun', expect.any(Number)],
    ]);
  });

  it('tells an outage once, however often the process is started in it', async () => {
    const time = virtualTime();
    const store = new Map<number, StoredSpan>();
    const note: {open: number | null} = {open: null};
    const first = processOn(store, note, time);
    first.probe();
    const last = time.now();
    await time.advance(5_000);
    await first.stop();
    await time.advance(HOUR / 2);
    const second = processOn(store, note, time);
    expect(second.take()).toMatchObject([
      ['tell', {outages: [{start: last, end: null, cause: 'process-down'}]}],
      ['begun', last],
    ]);
    await second.stop();
    const third = processOn(store, note, time);
    expect(told(third.take())).toEqual(['tell']);
    third.probe();
    expect(third.take()).toMatchObject([
      ['tell', {probes: 2}],
      ['ended', last],
    ]);
    expect(note.open).toBeNull();
    await third.stop();
  });

  it('holds a bounded record, and counts every probe all the same', () => {
    const time = virtualTime();
    const store = new Map<number, StoredSpan>();
    const start = time.now() - 10_000 * HOUR;
    for (let id = 1; id <= 5_000; id += 1)
      store.set(id, {id, kind: 'probed', start: start + id * HOUR, end: start + id * HOUR, count: 3});
    const recorder = createLivenessRecorder(
      {spans: () => [...store.values()], put: () => Promise.resolve(), forget: () => Promise.resolve()},
      {probeIntervalMs: PROBE, startedAt: time.now(), onWriteError: () => {}},
    );
    const event = eventLog();
    for (let i = 0; i < 5_000; i += 1)
      recorder.onEvent({...event({type: 'probe_answered', via: 'http'}), at: time.now() + i * 60_000});
    const {spans, olderProbes} = recorder.record(time.now());
    expect(spans.length).toBeLessThanOrEqual(2_200);
    const probes = spans.reduce((sum, {kind, count}) => (kind === 'probed' ? sum + count : sum), olderProbes);
    expect(probes).toBe(20_000);
  });
});
