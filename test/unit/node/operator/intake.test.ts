import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {FrameJob} from '../../../../src/lib/protocol/wire/frame-jobs.ts';
import {createInHand} from '../../../../src/lib/node/operator/in-hand.ts';
import type {Frame} from '../../../../src/lib/node/operator/inbox.ts';
import {createIntake} from '../../../../src/lib/node/operator/intake.ts';
import {settled, virtualTime} from '../../../support/virtual-time.ts';

const MIB = 1024 * 1024;
const JOBS: readonly FrameJob[] = [];
const idOf = (n: number): string => `frame ${n}`;

/** A socket that holds `frames` frames and gives `chunk` of them a read, a disk and a signer that work when they are told to. */
function place(frames: number, chunk: number, size = 1_000) {
  const time = virtualTime();
  const saving: (() => void)[] = [];
  const signing: (() => void)[] = [];
  const saved: string[] = [];
  let reading = true;
  let next = 0;
  let mostWaiting = 0;
  let pauses = 0;
  const inHand = createInHand({
    connection: {
      pause: () => {
        reading = false;
        pauses += 1;
      },
      resume: () => (reading = true),
    },
    time,
  });
  const take = createIntake({
    receive: (_, {id}) =>
      new Promise((resolve) => {
        saving.push(() => {
          saved.push(id);
          resolve({others: [], acknowledged: new Promise((sent) => signing.push(sent))});
        });
      }),
    onTaken: () => {},
    onOtherJobs: () => {},
    emit: () => {},
    signal: new AbortController().signal,
    isClosed: () => false,
  });
  const bytes = Buffer.alloc(size);
  const frameOf = (n: number): Frame => ({
    id: idOf(n),
    bytes,
    signer: null,
    total: 1,
    respond: () => Promise.resolve(),
    held: inHand.add(size),
  });
  const run = async (waiting: (() => void)[], count: number): Promise<void> => {
    for (const done of waiting.splice(0, count)) done();
    await settled(1);
  };
  return {
    time,
    saved,
    waiting: () => saving.length,
    mostWaiting: () => mostWaiting,
    reading: () => reading,
    pauses: () => pauses,
    isFull: () => inHand.isFull(),
    read() {
      if (!reading) return;
      // What one read brought is handed on whole, however soon the socket is paused.
      for (const end = Math.min(frames, next + chunk); next < end; next += 1) void take(JOBS, frameOf(next));
      mostWaiting = Math.max(mostWaiting, saving.length + signing.length);
    },
    /** Stores so many frames, without an acknowledgement. */
    store: (count: number) => run(saving, count),
    /** Sends so many acknowledgements. */
    acknowledge: (count: number) => run(signing, count),
    async save(count: number) {
      await run(saving, count);
      await run(signing, count);
    },
  };
}

describe('the intake', () => {
  it('keeps a flood in the socket: a bounded number of frames waits for the disk, none is lost, the order stays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 1, max: 64}),
        fc.array(fc.integer({min: 0, max: 256}), {minLength: 1, maxLength: 40}),
        async (chunk, batches) => {
          const frames = 10_000;
          const flood = place(frames, chunk);
          for (let turn = 0; flood.saved.length < frames; turn += 1) {
            for (let reads = 0; reads < 32; reads += 1) flood.read();
            await flood.save((batches[turn % batches.length] ?? 0) + 1);
          }
          expect(flood.mostWaiting()).toBeLessThan(128 + chunk);
          expect(flood.saved).toEqual(Array.from({length: frames}, (_, n) => idOf(n)));
          expect(flood.reading()).toBe(true);
        },
      ),
      {numRuns: 10},
    );
  });

  it('does not pause for what is journalled and acknowledged as it comes', async () => {
    const calm = place(1_000, 100);
    while (calm.saved.length < 1_000) {
      calm.read();
      await calm.save(100);
    }
    expect(calm.pauses()).toBe(0);
  });

  it('holds the sender back while acknowledgements wait for the signer', async () => {
    const slow = place(1_000, 1);
    for (let reads = 0; reads < 1_000; reads += 1) {
      slow.read();
      await slow.store(1);
    }
    expect(slow.saved).toHaveLength(128);
    expect(slow.reading()).toBe(false);
    await slow.acknowledge(63);
    expect(slow.reading()).toBe(false);
    await slow.acknowledge(1);
    expect(slow.reading()).toBe(true);
  });

  it('reads on after a second when the disk is stuck, and pauses again only once that is over', async () => {
    const stuck = place(2_000, 64);
    for (let reads = 0; reads < 32; reads += 1) stuck.read();
    expect(stuck.waiting()).toBe(128);
    expect(stuck.reading()).toBe(false);
    await stuck.time.advance(999);
    expect(stuck.reading()).toBe(false);
    await stuck.time.advance(1);
    expect(stuck.reading()).toBe(true);
    for (let reads = 0; reads < 8; reads += 1) stuck.read();
    expect(stuck.waiting()).toBe(640);
    expect(stuck.pauses()).toBe(1);
    await stuck.save(640 - 64);
    stuck.read();
    expect(stuck.pauses()).toBe(2);
    await stuck.save(200);
    expect(stuck.reading()).toBe(true);
    expect(stuck.time.timers()).toBe(0);
  });

  it('counts bytes too: a few large frames are as much as many small ones', async () => {
    const large = place(10, 1, 17 * MIB);
    large.read();
    expect(large.reading()).toBe(true);
    large.read();
    expect(large.reading()).toBe(false);
    await large.time.advance(1_000);
    for (let reads = 0; reads < 5; reads += 1) large.read();
    expect(large.isFull()).toBe(false);
    large.read();
    expect(large.isFull()).toBe(true);
    // What is stored is not in memory any more, acknowledged or not.
    await large.store(8);
    expect(large.isFull()).toBe(false);
    expect(large.reading()).toBe(true);
  });
});
