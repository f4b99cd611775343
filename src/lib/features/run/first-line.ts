/** What came of waiting for the first line of a child. `late`: the time was over before it. */
export type FirstLine = {state: 'line'; text: string} | {state: 'ended'} | {state: 'late'};

/**
 * Waits for the first line of a stream, which is UTF-8.
 * @param ended resolves when no line can come any more
 * @param late resolves when the wait is over
 */
export function firstLine(
  stream: NodeJS.ReadableStream,
  {ended, late}: {ended: Promise<void>; late: Promise<void>},
): Promise<FirstLine> {
  return new Promise((resolve) => {
    const bytes: Buffer[] = [];
    const finish = (found: FirstLine): void => {
      stream.removeListener('data', onData);
      resolve(found);
    };
    const onData = (chunk: Buffer): void => {
      const end = chunk.indexOf('\n');
      bytes.push(end < 0 ? chunk : chunk.subarray(0, end));
      if (end >= 0) finish({state: 'line', text: Buffer.concat(bytes).toString('utf8')});
    };
    stream.on('data', onData);
    void ended.then(() => finish({state: 'ended'}));
    void late.then(() => finish({state: 'late'}));
  });
}
