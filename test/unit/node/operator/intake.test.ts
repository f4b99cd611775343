import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {DispatchJob} from '../../../../src/lib/protocol/wire/messages.ts';
import {createIntake} from '../../../../src/lib/node/operator/intake.ts';
import {settled, virtualTime} from '../../../support/virtual-time.ts';

type Frame = {id: string; text: string; signer: null};

const frameOf = (n: number): Frame => ({id: `frame ${n}`, text: 'x'.repeat(1_000), signer: null});
const JOBS: readonly DispatchJob[] = [];

/** A socket that holds `frames` frames and gives `chunk` of them a read, and a disk that saves when it is told to. */
function place(frames: number, chunk: number) {
  const time = virtualTime();
  const saving: {id: string; done: () => void}[] = [];
  const saved: string[] = [];
  let reading = true;
  let next = 0;
  let mostWaiting = 0;
  let pauses = 0;
  const take = createIntake({
    receive: (_, {id}) =>
      new Promise((resolve) => {
        saving.push({
          id,
          done: () => {
            saved.push(id);
            resolve([]);
          },
        });
      }),
    onTaken: () => {},
    onOtherJobs: () => {},
    connection: {
      pause: () => {
        reading = false;
        pauses += 1;
      },
      resume: () => (reading = true),
    },
    emit: () => {},
    time,
    signal: new AbortController().signal,
    isClosed: () => false,
  });
  return {
    time,
    saved,
    waiting: () => saving.length,
    mostWaiting: () => mostWaiting,
    reading: () => reading,
    pauses: () => pauses,
    read() {
      if (!reading) return;
      // What one read brought is handed on whole, however soon the socket is paused.
      for (const end = Math.min(frames, next + chunk); next < end; next += 1) take(JOBS, frameOf(next));
      mostWaiting = Math.max(mostWaiting, saving.length);
    },
    async save(count: number) {
      for (const {done} of saving.splice(0, count)) done();
      await settled(1);
    },
  };
}

describe('the intake', () => {
  it('keeps a flood in the socket: a bounded number of frames waits for the disk, none is lost, the order stands', async () => {
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
          expect(flood.saved).toEqual(Array.from({length: frames}, (_, n) => frameOf(n).id));
          expect(flood.reading()).toBe(true);
        },
      ),
      {numRuns: 10},
    );
  });

  it('does not pause for what is journalled as it comes', async () => {
    const calm = place(1_000, 100);
    while (calm.saved.length < 1_000) {
      calm.read();
      await calm.save(100);
    }
    expect(calm.pauses()).toBe(0);
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
});
