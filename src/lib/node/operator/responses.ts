import {createFifo} from '../../foundation/async/fifo.ts';

/** What every response says. */
export type Reply = {code: number; message: string};

/** A response of the dispatcher, with its message byte for byte. */
export type Received = Reply & {bytes: Uint8Array};

/**
 * Responds to a request of the socket that this was made for, once for each id. Resolves when the response was sent, or
 * never will be: its socket is gone, or too many wait for the signer.
 */
export type Respond = (id: string, reply: Reply) => Promise<void>;

/**
 * Responses signed at once. The others wait unmade: thousands of acknowledgements of a backlog neither fill the memory
 * nor stand before the results at the signer.
 */
const RESPONDING = 8;
/**
 * Responses that wait at most; of more the oldest is given up. The jobs are in the journal whether the dispatcher hears of
 * that or not, and the published ones do not look at it.
 */
const MOST_WAITING = 1_000;
/** Ids of a socket that are remembered, so that a message that comes again is not answered again. */
const MOST_IDS = 4_096;
/** A longer id is not remembered: it is none of the network's. */
const MAX_REMEMBERED_ID = 128;

type Waiting = {id: string; reply: Reply; signal: AbortSignal; over: () => void};

/** Signs and sends responses, a few at once. */
export type Responses = {
  /** Responds to requests of the socket that lives as long as `signal`. */
  on(signal: AbortSignal): Respond;
};

/** @param send signs and sends one; rejects when the signal aborts */
export function createResponses(
  send: (id: string, reply: Reply, signal: AbortSignal) => Promise<void>,
): Responses {
  const waiting = createFifo<Waiting>();
  const answered = new WeakMap<AbortSignal, Set<string>>();
  let active = 0;

  function isRepeated(id: string, signal: AbortSignal): boolean {
    if (id.length > MAX_REMEMBERED_ID) return false;
    const ids = answered.get(signal) ?? new Set<string>();
    answered.set(signal, ids);
    if (ids.has(id)) return true;
    ids.add(id);
    const [oldest] = ids;
    if (ids.size > MOST_IDS && oldest !== undefined) ids.delete(oldest);
    return false;
  }

  function begin({id, reply, signal, over}: Waiting): void {
    active += 1;
    const sending = signal.aborted ? Promise.resolve() : send(id, reply, signal);
    sending
      .catch(() => undefined) // aborted: the socket that this response belonged to is gone
      .finally(() => {
        active -= 1;
        over();
        beginNext();
      });
  }

  function beginNext(): void {
    while (active < RESPONDING) {
      const next = waiting.shift();
      if (next === undefined) return;
      begin(next);
    }
  }

  return {
    on: (signal) => (id, reply) => {
      if (signal.aborted || isRepeated(id, signal)) return Promise.resolve();
      return new Promise((over) => {
        waiting.push({id, reply, signal, over});
        beginNext();
        if (waiting.length() > MOST_WAITING) waiting.shift()?.over();
      });
    },
  };
}
