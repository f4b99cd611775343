/** Where lines go: stdout, stderr. Never blocks the loop, never fails it, and keeps a bounded backlog. */
export type Sink = {
  write(line: string): void;
  /** Hands all lines to the stream now: before something else is said there. */
  flush(): void;
};

/** A reader that is this far behind loses lines instead of our memory. */
const MAX_BACKLOG = 4 * 1024 * 1024;

/**
 * Writes lines to a stream whose reader may be slow, stopped or gone; those of one turn of the event loop in one piece, at
 * its end or that of the process.
 * @param onGone called once when the reader has gone away
 * @param gapLine the line that says how many were dropped, written when there is room again
 */
export function createSink(
  stream: NodeJS.WriteStream,
  options: {onGone: (reason: string) => void; gapLine: (dropped: number) => string},
): Sink {
  let gone = false;
  let dropped = 0;
  let lines = '';
  unblock(stream);
  // What listened before ends a command whose answer cannot be written; here the work continues.
  stream.removeAllListeners('error');
  stream.on('error', (error: Error) => {
    if (!gone) options.onGone(error.message);
    gone = true;
  });

  function writeOut(): void {
    const text = lines;
    lines = '';
    if (text !== '' && !gone) stream.write(text);
  }

  process.once('exit', writeOut);
  return {
    write(line) {
      if (gone) return;
      if (stream.writableLength + lines.length > MAX_BACKLOG) {
        dropped += 1;
        return;
      }
      if (lines === '') setImmediate(writeOut);
      if (dropped > 0) lines += `${options.gapLine(dropped)}\n`;
      dropped = 0;
      lines += `${line}\n`;
    },
    flush: writeOut,
  };
}

/**
 * Waits until what was written to stdout and stderr has left, at most `ms`; then the process ends here: a reader that
 * stands still would otherwise keep it alive for ever.
 */
export async function leaveReaders(ms: number): Promise<void> {
  await new Promise(setImmediate); // sinks write at the end of a turn
  const streams = [process.stdout, process.stderr].filter((stream) => stream.writableLength > 0);
  if (streams.length === 0) return;
  const left = Promise.all(streams.map((stream) => new Promise((resolve) => stream.write('', resolve))));
  const timer = setTimeout(() => process.exit(), ms);
  await left;
  clearTimeout(timer);
}

/**
 * A terminal is written to synchronously on Linux, so one that is stopped (Ctrl-S, a hung SSH) would stop the whole
 * event loop. Node has no public switch for it; where the handle lacks the method nothing changes.
 */
export function unblock(stream: NodeJS.WriteStream): void {
  const handle: unknown = '_handle' in stream ? stream._handle : undefined;
  if (!stream.isTTY || typeof handle !== 'object' || handle === null || !('setBlocking' in handle)) return;
  const {setBlocking} = handle;
  if (typeof setBlocking === 'function') setBlocking.call(handle, false);
}
