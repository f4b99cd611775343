import {createReadStream} from 'node:fs';
import {createInterface} from 'node:readline';
import {readControlLine} from '../../node/control/wire.ts';
import type {News} from './model/data.ts';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {emptyView} from '../../node/events/view.ts';
import type {OperatorEvent} from '../../node/events/events.ts';
import type {Time} from '../../foundation/time/time.ts';

/** A recorded `aos run --json`, replayed at its own pace. */
export type Replay = {
  /** Returns the recorded time, Unix ms; it stops at the end of the recording. */
  now(): number;
  /** Replays the recording; ends with it or when the signal aborts. */
  play(onNews: (news: News) => void, signal: AbortSignal): Promise<void>;
};

/**
 * Opens a recording and reads its first event.
 * @param speed factor of the recorded pace; 2 is twice as fast
 * @throws AosError REPLAY_INVALID
 */
export async function openReplay(path: string, {speed, time}: {speed: number; time: Time}): Promise<Replay> {
  const lines = createInterface({input: createReadStream(path, 'utf8'), crlfDelay: Infinity})[
    Symbol.asyncIterator
  ]();
  const first = await firstEvent(lines, path);
  const started = time.monotonic();
  let end: number | null = null;
  const now = (): number => end ?? Math.floor(first.at + (time.monotonic() - started) * speed);

  return {
    now,
    async play(onNews, signal) {
      onNews({type: 'attached', peer: null, view: emptyView, at: first.at});
      let at = first.at;
      for (
        let event: News | null = {type: 'event', event: first};
        event !== null;
        event = await next(lines)
      ) {
        if (event.type === 'event') {
          at = Math.max(at, event.event.at);
          if (at > now()) await time.sleep((at - now()) / speed, signal).catch(() => {}); // aborted: see below
        }
        if (signal.aborted) break;
        onNews(event);
      }
      end = at;
      onNews({type: 'ended', at});
    },
  };
}

async function firstEvent(lines: AsyncIterator<string>, path: string): Promise<OperatorEvent> {
  try {
    const read = await lines.next();
    const line = read.done === true ? null : readControlLine(read.value);
    if (line?.type === 'event') return line.event;
  } catch (error) {
    const why = isAosError(error, 'CONTROL_BROKEN') ? 'its first line is no event' : errorText(error);
    throw new AosError('REPLAY_INVALID', `${path} cannot be played: ${why}`, {cause: error});
  }
  throw new AosError('REPLAY_INVALID', `${path} cannot be played: its first line is no event`);
}

/** Reads the next event; an invalid line, such as the torn last one of a crash, counts as a missed event. */
async function next(lines: AsyncIterator<string>): Promise<News | null> {
  for (;;) {
    const read = await lines.next();
    if (read.done === true) return null;
    if (read.value.trim() === '') continue;
    try {
      const line = readControlLine(read.value);
      if (line?.type === 'event') return line;
      if (line?.type === 'gap') return line;
    } catch (error) {
      if (!isAosError(error, 'CONTROL_BROKEN')) throw error;
      return {type: 'gap', dropped: 1};
    }
  }
}
