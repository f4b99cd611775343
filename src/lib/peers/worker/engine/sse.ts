import {AosError} from '../../../foundation/errors/error.ts';

/** Reads server-sent events (HTML standard, 9.2.6) from the bytes of a stream, as far as they have come. */
export type EventReader = {
  /**
   * Takes the next bytes. @returns the data of the events that are whole now
   * @throws AosError WORKER_BAD_ANSWER: an event is too long, or is no UTF-8
   */
  feed(bytes: Uint8Array): string[];
};

/** One event is one token: one of a MiB is none. */
const MOST_EVENT = 1024 * 1024;

/** @param name of the worker, for texts */
export function createEventReader(name: string): EventReader {
  const decoder = new TextDecoder('utf-8', {fatal: true});
  /** What came of a line that has not ended, in pieces: a stream may come byte by byte. */
  let pieces: string[] = [];
  let waiting = 0;
  /** A line ended with a carriage return: a line feed after it belongs to its end. */
  let isReturn = false;
  let data: string[] = [];
  let size = 0;

  function tooLong(): AosError {
    return new AosError('WORKER_BAD_ANSWER', `${name} sent one event of more than 1 MiB in its stream`);
  }

  /** @returns the data of the event that the line ends; null: it ends none */
  function line(text: string): string | null {
    if (text === '') {
      const whole = data.length === 0 ? null : data.join('\n');
      data = [];
      size = 0;
      return whole;
    }
    const field = /^(?<name>[^:]*):? ?(?<value>.*)$/s.exec(text)?.groups;
    if (field?.['name'] !== 'data') return null;
    const value = field['value'] ?? '';
    size += value.length;
    if (size > MOST_EVENT) throw tooLong();
    data.push(value);
    return null;
  }

  function decoded(bytes: Uint8Array): string {
    try {
      return decoder.decode(bytes, {stream: true});
    } catch (error) {
      throw new AosError('WORKER_BAD_ANSWER', `${name} sent bytes in its stream that are no UTF-8`, {
        cause: error,
      });
    }
  }

  return {
    feed(bytes) {
      const text = decoded(bytes);
      const events: string[] = [];
      let from = 0;
      for (let at = 0; at < text.length; at += 1) {
        const char = text.charCodeAt(at);
        const isSecondHalf = char === 0x0a && isReturn;
        isReturn = char === 0x0d;
        if (isSecondHalf) from = at + 1;
        else if (char === 0x0a || char === 0x0d) {
          const event = line([...pieces, text.slice(from, at)].join(''));
          if (event !== null) events.push(event);
          pieces = [];
          waiting = 0;
          from = at + 1;
        }
      }
      if (from < text.length) pieces.push(text.slice(from));
      waiting += text.length - from;
      if (waiting > MOST_EVENT) throw tooLong();
      return events;
    },
  };
}
