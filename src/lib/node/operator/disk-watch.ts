import {every} from '../../foundation/async/every.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import {createGrowth, judgeRoom, type DiskRoom} from '../journal/disk-room.ts';
import type {Health} from './health.ts';

/** Reads the disk that the journal is on. */
export type DiskReader = {
  /** Where that is, as it is shown. */
  dir: string;
  /** What is free, and the bytes of the journal. Rejects with the system's error. */
  read(): Promise<DiskRoom & {journalBytes: number}>;
};

const EVERY_MS = 60_000;

/** Reports a disk that is nearly full, while there is time to make room: now and once a minute, until the signal aborts. */
export async function watchDisk(deps: {
  disk: DiskReader;
  time: Time;
  health: Pick<Health, 'failed' | 'worked'>;
  signal: AbortSignal;
}): Promise<void> {
  const {disk, time, health} = deps;
  const growth = createGrowth();

  async function look(): Promise<void> {
    const room = await disk.read();
    growth.see(room.journalBytes, time.monotonic());
    const low = judgeRoom(room, growth.perDay());
    if (low === null) health.worked('disk');
    else health.failed('disk', new AosError('DISK_LOW', `the disk of ${disk.dir} is nearly full: ${low}`));
  }
  const lookOnce = (): void => {
    look().catch(() => undefined); // no answer says nothing of the room; what cannot be written is reported by itself
  };

  lookOnce();
  await every(EVERY_MS, deps, lookOnce);
}
