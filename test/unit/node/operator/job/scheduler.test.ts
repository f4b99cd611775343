import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {OperatorEventBody} from '../../../../../src/lib/node/events/events.ts';
import {createScheduler} from '../../../../../src/lib/node/operator/job/scheduler.ts';
import type {Scheduler} from '../../../../../src/lib/node/operator/job/scheduling.ts';
import type {Lane} from '../../../../../src/lib/node/operator/ports.ts';
import {settled, virtualTime} from '../../../../support/virtual-time.ts';
import type {Job, Next, Steps} from '../../../../../src/lib/node/operator/job/job.ts';
import type {JobRecord} from '../../../../../src/lib/node/journal/records.ts';
import type {JobState} from '../../../../../src/lib/node/events/job-states.ts';

const DEADLINE_MS = 60_000;

type Fate = 'accepted' | 'expired' | 'unselected' | 'broken' | 'unreadable';

/** Jobs whose steps end by themselves; `fates` by seq, from 1; `left` are what a former run left behind. */
function stage(options: {
  fates: readonly Fate[];
  left: readonly JobState[];
  maxAccepted: number | null;
  concurrency: number;
  /** Of every job ['opml', which has a worker]. */
  kind?: string;
}) {
  const state = new Map<number, JobState>(options.left.map((left, index) => [index + 1, left]));
  const begun = new Set<number>();
  let accepted = 0;
  let enough = 0;
  const events: OperatorEventBody[] = [];
  const time = virtualTime();
  /** What `work` returns, once for each; then 'deliver'. */
  const after: Next[] = [];
  const given: number[] = [];
  /** What `deliver` returns, once for each; then 'done'. */
  const afterDelivery: Next[] = [];
  const delivered: number[] = [];
  /** Of each time a job was worked on. */
  const deadlines: (number | undefined)[] = [];
  /** What `work` waits for. */
  let hold: Promise<unknown> = Promise.resolve(undefined);
  /** What `giveUp` returns. */
  let left: Promise<Next> = Promise.resolve('done');
  const end = new AbortController();
  const fate = (seq: number): Fate => options.fates[seq - 1] ?? 'accepted';
  const record = (seq: number): JobRecord =>
    ({seq, state: state.get(seq), kind: options.kind ?? 'opml'}) as JobRecord;
  const step = async ({seq}: Job): Promise<void> => {
    begun.add(seq);
    await new Promise((resolve) => setImmediate(resolve));
    if (fate(seq) === 'broken') throw new Error('broken');
  };
  const steps: Steps = {
    sample: async (job) => {
      await step(job);
      return fate(job.seq) === 'unselected' ? 'deliver' : 'work';
    },
    work: async (job) => {
      deadlines.push(job.answerBy);
      await step(job);
      await hold;
      return after.shift() ?? 'deliver';
    },
    giveUp: (job) => {
      given.push(job.seq);
      return left;
    },
    deliver: async (job) => {
      await step(job);
      delivered.push(job.seq);
      const next = afterDelivery.shift();
      if (next !== undefined) return next;
      if (fate(job.seq) !== 'expired') accepted += 1;
      return 'done';
    },
  };
  const scheduler = createScheduler({
    journal: {
      checks: {stateOf: () => null},
      get: (seq) => {
        if (fate(seq) === 'unreadable') throw new Error('disk I/O error');
        return record(seq);
      },
      queued: (wanted, after, limit) =>
        [...state]
          .filter(([seq, is]) => seq > after && is === wanted)
          .slice(0, limit)
          .map(([seq]) => ({seq, kind: record(seq).kind, receivedAt: 0, bytes: null})),
    },
    workers: [{kind: 'opml', concurrency: options.concurrency, deadlineMs: DEADLINE_MS}],
    emit: (event) => events.push(event),
    time,
    signal: end.signal,
    stopping: end.signal,
    maxEnded: options.maxAccepted,
    ended: () => accepted,
    onEnough: () => (enough += 1),
  });
  // A run that nothing was left for starts at once.
  if (options.left.length === 0) scheduler.start(steps);
  return {
    scheduler,
    start: () => scheduler.start(steps),
    begun,
    events,
    end,
    time,
    after,
    afterDelivery,
    delivered,
    given,
    deadlines,
    holdWork: (until: Promise<unknown>) => {
      hold = until;
    },
    holdGiveUp: (until: Promise<Next>) => {
      left = until;
    },
    accepted: () => accepted,
    enough: () => enough,
  };
}

const idle = async (scheduler: Scheduler): Promise<void> => {
  for (let turn = 0; turn < 2_000 && scheduler.busy(true) > 0; turn += 1) await settled(1);
  await settled();
};

/** Until only so many places are left. */
const idleBut = async ({scheduler}: {scheduler: Scheduler}, places: number): Promise<void> => {
  for (let turn = 0; turn < 2_000 && scheduler.busy(true) > places; turn += 1) await settled(1);
  await settled();
};

describe('the scheduler', () => {
  it('ends with exactly maxAccepted results, or with as many as can be, whatever waits where', async () => {
    const fates = fc.array(fc.constantFrom<Fate>('accepted', 'accepted', 'unselected', 'expired', 'broken'), {
      maxLength: 40,
    });
    const left = fc.array(fc.constantFrom<JobState>('received', 'selected', 'concluded', 'signed'), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(
        fates,
        left,
        fc.integer({min: 1, max: 8}),
        fc.integer({min: 1, max: 3}),
        async (what, before, most, concurrency) => {
          const at = stage({fates: what, left: before, maxAccepted: most, concurrency});
          at.start();
          for (let seq = before.length + 1; seq <= what.length; seq += 1) at.scheduler.add({seq}, 'sample');
          await idle(at.scheduler);
          const total = Math.max(before.length, what.length);
          const good = Array.from({length: total}, (_, n) => what[n] ?? 'accepted').filter(
            (fate) => fate === 'accepted' || fate === 'unselected',
          ).length;
          expect(at.accepted()).toBe(Math.min(most, good));
          expect(at.enough()).toBe(good >= most ? 1 : 0);
          if (at.events.length === 0 && !what.includes('expired'))
            expect(at.begun.size).toBe(Math.min(most, total));
        },
      ),
      {numRuns: 60},
    );
  });

  it('takes everything without a limit, former jobs first', async () => {
    const at = stage({fates: [], left: Array(1_200).fill('received'), maxAccepted: null, concurrency: 4});
    at.start();
    at.scheduler.add({seq: 1_201}, 'sample');
    await idle(at.scheduler);
    expect([...at.begun]).toEqual(Array.from({length: 1_201}, (_, n) => n + 1));
    expect(at.accepted()).toBe(1_201);
  });

  it('begins nothing more once stopped, and delivers what is concluded', async () => {
    const at = stage({
      fates: [],
      left: [...Array<JobState>(3).fill('selected'), ...Array<JobState>(80).fill('concluded')],
      maxAccepted: null,
      concurrency: 1,
    });
    at.start();
    at.scheduler.stop();
    at.scheduler.add({seq: 99}, 'sample');
    await idle(at.scheduler);
    expect(at.begun.has(2)).toBe(false);
    expect(at.begun.has(99)).toBe(false);
    expect(at.accepted()).toBe(81); // 80, and the one a worker was busy with
  });

  it('has a place for a job only when none waits before it, and as many as may begin', async () => {
    const at = stage({fates: [], left: [], maxAccepted: 3, concurrency: 1});
    const first = at.scheduler.reserve();
    expect(first).not.toBeNull();
    at.scheduler.add({seq: 10}, 'sample');
    expect(at.scheduler.reserve()).toBeNull(); // one waits to be sampled
    await idleBut(at, 1);
    expect(at.accepted()).toBe(1);
    const second = at.scheduler.reserve();
    expect(at.scheduler.reserve()).toBeNull(); // the first, the second and the one that is through are three
    first?.claim({seq: 11}, 'deliver', 'opml');
    second?.release();
    second?.release();
    const third = at.scheduler.reserve();
    at.scheduler.add({seq: 12}, 'sample'); // there is no room left for it
    third?.claim({seq: 13}, 'work', 'opml');
    third?.release();
    await idle(at.scheduler);
    expect([at.accepted(), at.begun.has(12), at.enough()]).toEqual([3, false, 1]);
  });

  it('gives a place back to the job that waits for one, and none once stopped', async () => {
    const at = stage({fates: [], left: [], maxAccepted: 1, concurrency: 1});
    const place = at.scheduler.reserve();
    at.scheduler.add({seq: 1}, 'sample');
    expect(at.begun.has(1)).toBe(false);
    expect(at.scheduler.busy(true)).toBe(1);
    place?.release();
    await idle(at.scheduler);
    expect(at.accepted()).toBe(1);
    const other = stage({fates: [], left: [], maxAccepted: null, concurrency: 1});
    const places = Array.from({length: 100}, () => other.scheduler.reserve());
    expect(places.filter((one) => one !== null)).toHaveLength(16);
    other.scheduler.stop();
    places[0]?.release();
    expect(other.scheduler.reserve()).toBeNull();
  });

  it('has no worker idle for more jobs than it takes, nor any once stopped', async () => {
    const at = stage({fates: [], left: [], maxAccepted: null, concurrency: 2});
    // Each asks while it has a place itself.
    const [first, second] = [at.scheduler.reserve(), at.scheduler.reserve()];
    expect(at.scheduler.isIdle('opml')).toBe(true);
    const third = at.scheduler.reserve();
    expect(at.scheduler.isIdle('opml')).toBe(false);
    third?.release();
    expect(at.scheduler.isIdle('opml')).toBe(true);
    second?.release();
    first?.release();
    for (const seq of [1, 2, 3]) at.scheduler.add({seq}, 'sample');
    expect(at.scheduler.isIdle('opml')).toBe(false);
    await idle(at.scheduler);
    at.scheduler.stop();
    expect(at.scheduler.isIdle('opml')).toBe(false);
  });

  it('tells of a job that broke, and nothing after the end', async () => {
    const at = stage({fates: ['broken', 'broken'], left: [], maxAccepted: null, concurrency: 1});
    at.scheduler.add({seq: 1}, 'sample');
    await idle(at.scheduler);
    expect(at.events).toEqual([
      {type: 'warning', code: 'BUG', message: 'job 1 stays in the journal: broken'},
    ]);
    at.scheduler.add({seq: 2}, 'sample');
    at.end.abort();
    await idle(at.scheduler);
    expect(at.events).toHaveLength(1);
  });

  it('continues with the next job when one that waited cannot be read, whoever made room for it', async () => {
    for (const first of ['broken', 'expired'] as const) {
      const at = stage({fates: [first, 'unreadable'], left: [], maxAccepted: 1, concurrency: 1});
      // Their kind has to be read.
      for (const seq of [1, 2, 3]) at.scheduler.add({seq}, 'work');
      await idle(at.scheduler);
      expect([...at.begun]).toEqual([1, 3]);
      expect(at.events).toContainEqual({
        type: 'warning',
        code: 'BUG',
        message: 'job 2 stays in the journal: disk I/O error',
      });
    }
  });

  it('delivers a job that only listens when it is answered, with its worker free for others meanwhile', async () => {
    const at = stage({fates: [], left: [], maxAccepted: null, concurrency: 1});
    at.after.push('listen');
    at.scheduler.add({seq: 1}, 'work');
    at.scheduler.add({seq: 2}, 'work');
    await idle(at.scheduler);
    expect(at.accepted()).toBe(1);
    expect(at.scheduler.isCrowded()).toBe(false);
    at.scheduler.answered(1);
    await idle(at.scheduler);
    expect(at.accepted()).toBe(2);
    await at.time.advance(2 * DEADLINE_MS);
    expect(at.given).toEqual([]);
    expect(at.time.timers()).toBe(0);
  });

  it('delivers a job that is answered while it waits for its worker, once', async () => {
    const at = stage({fates: [], left: [], maxAccepted: null, concurrency: 1});
    at.scheduler.add({seq: 1}, 'work');
    at.scheduler.add({seq: 2}, 'work');
    at.scheduler.answered(2);
    at.scheduler.answered(2);
    await idle(at.scheduler);
    expect(at.accepted()).toBe(2);
  });

  it('delivers a job of an earlier run that is answered', async () => {
    const at = stage({fates: [], left: [], maxAccepted: null, concurrency: 1});
    at.scheduler.answered(7);
    await idle(at.scheduler);
    expect([at.accepted(), at.begun.has(7)]).toEqual([1, true]);
  });

  it.each(['listen', {step: 'work', inMs: 1_000_000}] as const)(
    'gives up a job at its deadline after %o, and not one that is asked about again',
    async (next) => {
      const at = stage({fates: [], left: [], maxAccepted: null, concurrency: 1});
      at.after.push(next, next, next);
      at.scheduler.add({seq: 1}, 'work');
      at.scheduler.add({seq: 2}, 'work');
      await idle(at.scheduler);
      await at.time.advance(DEADLINE_MS - 1);
      at.scheduler.askAgain(2);
      await idle(at.scheduler);
      await at.time.advance(1);
      expect(at.given).toEqual([1]);
      await at.time.advance(DEADLINE_MS);
      expect(at.given).toEqual([1, 2]);
      at.scheduler.askAgain(1);
      await idle(at.scheduler);
      expect(at.accepted()).toBe(1);
    },
  );

  it('gives up what waits for its worker for too long, and leaves nothing to do after it is stopped', async () => {
    const at = stage({fates: [], left: ['selected', 'selected'], maxAccepted: null, concurrency: 1});
    at.after.push('listen', 'listen');
    at.start();
    await idle(at.scheduler);
    at.scheduler.stop();
    await at.time.advance(2 * DEADLINE_MS);
    expect(at.given).toEqual([]);
    expect(at.time.timers()).toBe(0);
  });

  describe('with an answer that is sent and has no reply', () => {
    it('lets others be delivered, counts it as busy while there is a connection, and takes it on with its reply', async () => {
      const at = stage({fates: [], left: [], maxAccepted: null, concurrency: 1});
      let reply = (): void => {};
      at.afterDelivery.push({step: 'deliver', replied: new Promise<void>((resolve) => (reply = resolve))});
      at.scheduler.add({seq: 1}, 'deliver');
      for (let seq = 2; seq <= 100; seq += 1) at.scheduler.add({seq}, 'deliver');
      await idleBut(at, 1);
      expect(at.delivered).toHaveLength(100);
      expect([true, false].map((connected) => at.scheduler.busy(connected))).toEqual([1, 0]);
      expect(at.scheduler.busy(true, false)).toBe(1);
      reply();
      await idle(at.scheduler);
      expect(at.delivered.filter((seq) => seq === 1)).toHaveLength(2);
      expect(at.accepted()).toBe(100);
    });

    it('is done when its acceptance comes another way, and its own reply changes nothing', async () => {
      const at = stage({fates: [], left: [], maxAccepted: null, concurrency: 1});
      let reply = (): void => {};
      at.afterDelivery.push({step: 'deliver', replied: new Promise<void>((resolve) => (reply = resolve))});
      at.afterDelivery.push({step: 'deliver', inMs: 60_000});
      at.scheduler.add({seq: 1}, 'deliver');
      at.scheduler.add({seq: 2}, 'deliver');
      await idleBut(at, 1);
      for (const seq of [1, 2, 3]) at.scheduler.accepted(seq);
      expect(at.scheduler.busy(true)).toBe(0);
      reply();
      await at.time.advance(60_000);
      expect(at.delivered).toEqual([1, 2]);
    });
  });

  describe('that is asked again about a job', () => {
    const calm = {fates: [], left: [], maxAccepted: null, concurrency: 1} as const;

    it.each(['listen', 'giveUp', 'done', {step: 'work', inMs: 1_000_000}] as const)(
      'which a step works on that ends with %o: works on it anew, with a new deadline',
      async (next) => {
        const at = stage(calm);
        const {promise, resolve} = deferred<undefined>();
        at.holdWork(promise);
        at.after.push(next);
        at.scheduler.add({seq: 1}, 'work');
        await settled();
        await at.time.advance(DEADLINE_MS / 2);
        const asked = at.time.monotonic();
        at.scheduler.askAgain(1);
        resolve(undefined);
        await idle(at.scheduler);
        expect(at.deadlines).toEqual([asked + DEADLINE_MS / 2, asked + DEADLINE_MS]);
        expect([at.accepted(), at.given]).toEqual([1, []]);
        expect(at.time.timers()).toBe(0);
      },
    );

    it('which waits for its worker: gives it a new deadline', async () => {
      const at = stage(calm);
      const {promise, resolve} = deferred<undefined>();
      at.holdWork(promise);
      at.scheduler.add({seq: 1}, 'work');
      at.scheduler.add({seq: 2}, 'work');
      await settled();
      await at.time.advance(DEADLINE_MS - 1);
      at.scheduler.askAgain(2);
      await at.time.advance(DEADLINE_MS - 1);
      expect(at.given).toEqual([]);
      await at.time.advance(1);
      expect(at.given).toEqual([2]);
      resolve(undefined);
      await idle(at.scheduler);
    });

    it.each([true, false])(
      'which is being given up: works on it, asked before the end of that: %s',
      async (before) => {
        const at = stage(calm);
        const {promise, resolve} = deferred<Next>();
        at.holdGiveUp(promise);
        at.after.push('listen');
        at.scheduler.add({seq: 1}, 'work');
        await idle(at.scheduler);
        await at.time.advance(DEADLINE_MS);
        expect(at.given).toEqual([1]);
        // The two writes are one: the journal has it selected again.
        if (before) at.scheduler.askAgain(1);
        resolve(before ? 'done' : 'work');
        await Promise.resolve(undefined);
        if (!before) at.scheduler.askAgain(1);
        await idle(at.scheduler);
        expect(at.accepted()).toBe(1);
        expect(at.time.timers()).toBe(0);
      },
    );

    it('which was answered meanwhile: delivers it once', async () => {
      const at = stage(calm);
      const {promise, resolve} = deferred<undefined>();
      at.holdWork(promise);
      at.scheduler.add({seq: 1}, 'work');
      await settled();
      at.scheduler.askAgain(1);
      resolve(undefined);
      await idle(at.scheduler);
      expect(at.accepted()).toBe(1);
      expect(at.deadlines).toHaveLength(1);
    });
  });

  it.each(['listen', {step: 'work', inMs: 1_000}] as const)(
    'lets no job wait for an answer without a deadline ahead, after %o',
    async (next) => {
      // A kind that no worker here answers: it waits for the text of another position.
      const without = stage({fates: [], left: [], maxAccepted: null, concurrency: 1, kind: 'zkml'});
      without.after.push(next);
      without.scheduler.add({seq: 1}, 'work');
      await idle(without.scheduler);
      expect(without.given).toEqual([1]);

      // The deadline passes while a step works on it, which does not see that.
      const late = stage({fates: [], left: [], maxAccepted: null, concurrency: 1});
      const {promise, resolve} = deferred<undefined>();
      late.holdWork(promise);
      late.after.push(next);
      late.scheduler.add({seq: 1}, 'work');
      await settled();
      await late.time.advance(DEADLINE_MS);
      expect(late.given).toEqual([]);
      resolve(undefined);
      await idle(late.scheduler);
      expect(late.given).toEqual([1]);
      expect(late.time.timers()).toBe(0);
    },
  );

  it('gives the place of an early request back when its job ends otherwise', async () => {
    const ends: string[] = [];
    const early = (name: string) => ({
      requestId: name,
      ready: Promise.resolve({release: () => void ends.push(name)} as unknown as Lane),
      asked: Promise.resolve(),
      abandon: () => void ends.push(`no ${name}`),
    });
    const at = stage({fates: ['broken'], left: [], maxAccepted: null, concurrency: 1});
    at.scheduler.reserve()?.claim({seq: 1, early: early('broken')}, 'work', 'opml');
    await idle(at.scheduler);
    expect(ends).toEqual(['no broken', 'broken']);
  });
});

function deferred<T>(): {promise: Promise<T>; resolve: (value: T) => void} {
  let resolve = (_value: T): void => {};
  const promise = new Promise<T>((done) => (resolve = done));
  return {promise, resolve};
}
