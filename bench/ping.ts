import {get} from 'node:http';

/** The longest answer to `/ping` while `work` is done, in ms, and how many there were. @param gapMs between two of them */
export async function longestPing(
  url: string,
  work: () => Promise<unknown>,
  gapMs = 0,
): Promise<{longest: number; pings: number}> {
  const measuring = {isOver: false};
  let longest = 0;
  let pings = 0;
  const pinging = (async () => {
    while (!measuring.isOver) {
      const began = performance.now();
      await ping(url);
      longest = Math.max(longest, performance.now() - began);
      pings += 1;
      if (gapMs > 0) await new Promise((resolve) => setTimeout(resolve, gapMs));
    }
  })();
  await work();
  // Once more after it: what holds the loop at the end counts too.
  await ping(url);
  measuring.isOver = true;
  await pinging;
  return {longest, pings};
}

function ping(url: string): Promise<void> {
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
