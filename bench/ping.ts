import {get} from 'node:http';
import {startChild} from './processes.ts';

/**
 * The longest answer to `/ping` while `work` is done, in ms, and how many there were. A process of its own asks: a stall of the loop
 * that does the work would count as one of the operator's.
 * @param gapMs between two of them
 */
export async function longestPing(
  url: string,
  work: () => Promise<unknown>,
  gapMs = 0,
): Promise<{longest: number; pings: number}> {
  const pinging = await startChild('ping-process', {url, gapMs});
  try {
    await work();
    return (await pinging.ask('end')) as {longest: number; pings: number};
  } finally {
    await pinging.close();
  }
}

export function ping(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(`${url}/ping`, {agent: false, timeout: 60_000}, (response) => {
      response.resume().once('end', resolve);
    }).once('error', reject);
  });
}

/** Resolves when the operator listens. */
export async function isUp(url: string): Promise<void> {
  for (;;) {
    try {
      await ping(url);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20)); // it does not listen yet
    }
  }
}
