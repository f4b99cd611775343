import type {WebSocket} from 'ws';
import type {FrameSpec, Outgoing} from './frames.ts';
import type {Hub} from './hub.ts';

/** Writes the dispatcher's frames to one socket, faults included. */
export type Writer = {
  /** Writes one frame as it is. */
  write(frame: string | Uint8Array): void;
  /** Writes the envelopes of one message; `make` is called for each of them. */
  writeAll(specs: readonly FrameSpec[], make: () => Outgoing): void;
  /** Answers the request with envelope id `id`. */
  respond(id: string, operator: string | null, code: number, message: string): void;
};

/** @param onWritten called whenever a frame has left for the kernel, or could not */
export function createWriter(
  socket: WebSocket,
  hub: Pick<Hub, 'frames' | 'faults' | 'occasions' | 'time'>,
  onWritten: () => void,
): Writer {
  const closed = new AbortController();
  socket.once('close', () => {
    closed.abort();
  });

  const write = (frame: string | Uint8Array): void => {
    // An error of the socket shows as its `close`.
    if (socket.readyState === socket.OPEN) socket.send(frame, {binary: typeof frame !== 'string'}, onWritten);
  };

  const writeSlowly = async (specs: readonly FrameSpec[], make: () => Outgoing): Promise<void> => {
    let last: string | Uint8Array | null = null;
    for (const spec of specs) {
      if (typeof spec === 'object' && 'delayMs' in spec) {
        // A frame that waits when its socket closes is never written: nothing is left to wait for.
        await hub.time.sleep(spec.delayMs, closed.signal).catch(() => undefined);
        if (closed.signal.aborted) return;
        continue;
      }
      if (spec !== 'same' || last === null) last = hub.frames.faulty(spec === 'same' ? 'good' : spec, make());
      write(last);
    }
  };

  return {
    write,
    writeAll: (specs, make) => void writeSlowly(specs, make),
    respond: (id, operator, code, message) => {
      const outgoing: Outgoing = {id, method: null, params: 'null', result: JSON.stringify({code, message})};
      const fault = hub.faults.response;
      if (fault === undefined) {
        write(hub.frames.good(outgoing));
        return;
      }
      hub.occasions.response += 1;
      void writeSlowly(fault({code, operator, n: hub.occasions.response}), () => outgoing);
    },
  };
}
