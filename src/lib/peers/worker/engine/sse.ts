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
  let rest = '';
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

  return {
    feed(bytes) {
      const before = rest.length;
      try {
        rest += decoder.decode(bytes, {stream: true});
      } catch (error) {
        throw new AosError('WORKER_BAD_ANSWER', `${name} sent bytes in its stream that are no UTF-8`, {
          cause: error,
        });
      }
      const events: string[] = [];
      let from = 0;
      // What was there before has no end of a line but a carriage return at its own end.
      for (let at = Math.max(0, before - 1); at < rest.length; at += 1) {
        const char = rest.charCodeAt(at);
        if (char !== 0x0a && char !== 0x0d) continue;
        // Whether a line feed follows it is not known yet.
        if (char === 0x0d && at + 1 === rest.length) break;
        const event = line(rest.slice(from, at));
        if (event !== null) events.push(event);
        if (char === 0x0d && rest.charCodeAt(at + 1) === 0x0a) at += 1;
        from = at + 1;
      }
      rest = rest.slice(from);
      if (rest.length > MOST_EVENT) throw tooLong();
      return events;
    },
  };
}
