import type {Time} from '../../foundation/time/time.ts';
import type {DispatcherConnection} from './ports.ts';

/** One message in hand. Calling a function of it a second time does nothing. */
export type Held = {
  /** What it asks for is on disk: its bytes are not in memory any more. */
  stored(): void;
  /** It is answered, or will never be. */
  done(): void;
};

/**
 * What came from the dispatcher and is not dealt with yet: read, stored, acknowledged. While it is too much, the socket is
 * not read on, which holds its sender back.
 */
export type InHand = {
  /** Nothing more is taken: what comes then is refused. */
  isFull(): boolean;
  /** Takes a message of so many bytes in hand. */
  add(bytes: number): Held;
};

/** The socket is not read on while so many messages, or bytes, are in hand; it is again when half of both are. */
const PAUSE = {messages: 128, bytes: 32 * 1024 * 1024} as const;
/** Twice the largest message: what is in hand when one more of that size comes still fits into a small machine. */
const MOST_BYTES = 128 * 1024 * 1024;
/** What a message takes beside its bytes while it waits. */
const OVERHEAD = 4 * 1024;
/** What takes longer than this has a problem: pings and the answers to results must still be read. */
const MAX_PAUSE_MS = 1_000;

export function createInHand(deps: {
  connection: Pick<DispatcherConnection, 'pause' | 'resume'>;
  time: Pick<Time, 'after'>;
}): InHand {
  const {connection, time} = deps;
  let messages = 0;
  let bytes = 0;
  /** Ends the pause; null: there is none. */
  let endPause: (() => void) | null = null;

  function pauseWhenMuch(): void {
    if (endPause !== null || (messages < PAUSE.messages && bytes < PAUSE.bytes)) return;
    connection.pause();
    const cancel = time.after(MAX_PAUSE_MS, () => connection.resume());
    endPause = () => {
      cancel();
      connection.resume();
    };
  }

  function readOnWhenLittle(): void {
    if (endPause === null || messages > PAUSE.messages / 2 || bytes > PAUSE.bytes / 2) return;
    endPause();
    endPause = null;
  }

  return {
    isFull: () => bytes > MOST_BYTES,
    add(size) {
      let weight = size + OVERHEAD;
      let isOpen = true;
      messages += 1;
      bytes += weight;
      pauseWhenMuch();
      const stored = (): void => {
        bytes -= weight;
        weight = 0;
        readOnWhenLittle();
      };
      return {
        stored,
        done() {
          if (!isOpen) return;
          isOpen = false;
          messages -= 1;
          stored();
        },
      };
    },
  };
}
