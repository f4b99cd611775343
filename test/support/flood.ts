import {get} from 'node:http';
import {onTestFinished} from 'vitest';
import {bundleChild, startChild} from './child.ts';

/** A process that keeps sockets open to a port, and opens those that are closed again. */
export type Flood = {
  /** Ends it. @returns how many sockets it opened in all */
  stop(): Promise<number>;
};

/** @param text what each socket sends; '': nothing. @returns when all of them were open once */
export async function startFlood(
  port: number,
  options: {count: number; from: string; text: string},
): Promise<Flood> {
  const program = await bundleChild('flood');
  const text = Buffer.from(options.text).toString('base64');
  const child = startChild(program, [String(port), String(options.count), options.from, text]);
  onTestFinished(() => void child.process.kill('SIGKILL'));
  await child.lines.next();
  return {
    async stop() {
      child.process.stdin.end();
      const line: IteratorResult<string> = await child.lines.next();
      await child.ended;
      return (JSON.parse(String(line.value)) as {opened: number}).opened;
    },
  };
}

/** What came of one `GET /ping`: the body, or the code of the error; and how long it took. */
export type Pinged = {said: string; ms: number};

/** Asks `/ping` from an address of this machine. */
export function ping(port: number, from: string, headers: Record<string, string> = {}): Promise<Pinged> {
  const began = performance.now();
  return new Promise((resolve) => {
    const done = (said: string): void => resolve({said, ms: performance.now() - began});
    const options = {
      host: '127.0.0.1',
      port,
      path: '/ping',
      localAddress: from,
      agent: false,
      timeout: 10_000,
      headers,
    };
    const asked = get(options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => done(body));
      response.on('error', (error) => done(String(error)));
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', (error) => done('code' in error ? String(error.code) : error.message));
  });
}

/** Asks so many times, one after the other. */
export async function pingTimes(count: number, port: number, from: string): Promise<Pinged[]> {
  const pinged: Pinged[] = [];
  for (let i = 0; i < count; i += 1) pinged.push(await ping(port, from));
  return pinged;
}

/** The longest of them, as a line for the reader of the test's output. */
export function longestLine(what: string, pinged: readonly Pinged[]): string {
  const times = pinged.map(({ms}) => ms).sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1);
  return `${what}: ${pinged.length} pings, median ${at(0.5)} ms, longest ${at(1)} ms\n`;
}
