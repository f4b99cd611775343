import {errorText} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import {createBucket} from '../../foundation/async/token-bucket.ts';
import type {Emit} from '../events/events.ts';
import type {InboxHandlers} from './inbox.ts';
import type {DispatcherConnection} from './ports.ts';
import type {JobKey} from '../../protocol/wire/messages.ts';
import type {Receive} from './job/receive.ts';

/** Frames that wait for a full disk are kept in memory up to this; the rest is not acknowledged and so not ours. */
const MAX_UNSAVED_BYTES = 64 * 1024 * 1024;

/** The socket is not read on while so many frames wait to be journalled; it is again when half of them are. */
const MAX_UNSAVED_FRAMES = 128;
/** A disk that takes longer than this has a problem: pings and the answers to results must still be read. */
const MAX_PAUSE_MS = 1_000;

/**
 * Takes the jobs of a frame on: has them journalled and acknowledged, as long as not too much waits for the disk. A
 * backlog that comes faster than it is journalled is left in the socket, where it holds its sender back.
 */
export function createIntake(deps: {
  receive: Receive;
  /** Jobs came that are taken on. */
  onTaken: () => void;
  /** Jobs were not taken: another one has their id. */
  onOtherJobs: (keys: readonly JobKey[], frame: {id: string; text: string}) => void;
  connection: Pick<DispatcherConnection, 'pause' | 'resume'>;
  emit: Emit;
  time: Time;
  signal: AbortSignal;
  /** Nothing more is taken on; the dispatcher still has what is not acknowledged. */
  isClosed: () => boolean;
}): InboxHandlers['onJobs'] {
  const {emit, connection} = deps;
  const mayEmit = createBucket(1, deps.time);
  let unsavedBytes = 0;
  let unsavedFrames = 0;
  let notTaken = 0;
  /** Since when it is not read; null when it is. */
  let paused: {end(): void} | null = null;

  function pause(): void {
    if (paused !== null) return;
    connection.pause();
    const cancel = deps.time.after(MAX_PAUSE_MS, () => connection.resume());
    paused = {
      end() {
        cancel();
        connection.resume();
      },
    };
  }

  function saved(bytes: number): void {
    unsavedBytes -= bytes;
    unsavedFrames -= 1;
    if (paused === null || unsavedFrames > MAX_UNSAVED_FRAMES / 2) return;
    paused.end();
    paused = null;
  }

  return (jobs, frame) => {
    if (deps.isClosed()) return;
    if (unsavedBytes > MAX_UNSAVED_BYTES) {
      notTaken += 1;
      const message = `jobs are not taken: too much waits for the disk (${notTaken} so far)`;
      if (mayEmit()) emit({type: 'warning', code: 'JOURNAL_WRITE_FAILED', message});
      return;
    }
    deps.onTaken();
    unsavedBytes += frame.text.length;
    unsavedFrames += 1;
    if (unsavedFrames >= MAX_UNSAVED_FRAMES) pause();
    deps
      .receive(jobs, frame)
      .then((others) => {
        if (others.length > 0) deps.onOtherJobs(others, frame);
      })
      .catch((error: unknown) => {
        if (deps.signal.aborted) return;
        emit({type: 'warning', code: 'BUG', message: `a job could not be taken: ${errorText(error)}`});
      })
      .finally(() => saved(frame.text.length));
  };
}
