/** The target of lines, stdout or stderr. Never blocks the loop, never throws, and keeps a bounded backlog. */
export type Sink = {
  write(line: string): void;
  /** Writes all lines to the stream at once, before other output. */
  flush(): void;
};

/** Unread characters at most; then lines are dropped instead of filling the memory. */
const MAX_BACKLOG = 4 * 1024 * 1024;

/**
 * Creates a sink for a stream whose reader may be slow, stopped or gone. It joins the lines of one turn of the event loop,
 * and writes them at its end or at the end of the process.
 * @param onGone called once when the reader is gone
 * @param gapLine formats the number of dropped lines; written when the reader has caught up
 */
export function createSink(
  stream: NodeJS.WriteStream,
  options: {onGone: (reason: string) => void; gapLine: (dropped: number) => string},
): Sink {
  let gone = false;
  let dropped = 0;
  let lines = '';
  unblock(stream);
  // The earlier listener ends a command that cannot write its answer; here the work continues.
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
 * Waits until the readers of stdout and stderr have taken all output. Ends the process after `ms`, because a stopped reader
 * would keep it alive for ever.
 */
export async function leaveReaders(ms: number): Promise<void> {
  await new Promise(setImmediate); // sinks write at the end of the turn
  const streams = [process.stdout, process.stderr].filter((stream) => stream.writableLength > 0);
  if (streams.length === 0) return;
  const left = Promise.all(streams.map((stream) => new Promise((resolve) => stream.write('', resolve))));
  const timer = setTimeout(() => process.exit(), ms);
  await left;
  clearTimeout(timer);
}

/**
 * Makes writes to a terminal asynchronous: on Linux they are synchronous, so that a stopped terminal (Ctrl-S, a hung SSH)
 * would stop the whole event loop. Node has no public switch for it; a handle without the method stays as it is.
 */
export function unblock(stream: NodeJS.WriteStream): void {
  const handle: unknown = '_handle' in stream ? stream._handle : undefined;
  if (!stream.isTTY || typeof handle !== 'object' || handle === null || !('setBlocking' in handle)) return;
  const {setBlocking} = handle;
  if (typeof setBlocking === 'function') setBlocking.call(handle, false);
}
