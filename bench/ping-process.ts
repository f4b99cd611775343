import {ping} from './ping.ts';
import {serveParent} from './processes.ts';

/** Asks for `/ping`, one request after the other, from its start until it is asked how long they took. */
const {url, gapMs} = JSON.parse(process.argv[2] ?? 'null') as {url: string; gapMs: number};
let isOver = false;
let longest = 0;
let pings = 0;

async function askOnce(): Promise<void> {
  const began = performance.now();
  await ping(url);
  longest = Math.max(longest, performance.now() - began);
  pings += 1;
}

async function askOn(): Promise<void> {
  while (!isOver) {
    await askOnce();
    if (gapMs > 0) await new Promise((resolve) => setTimeout(resolve, gapMs));
  }
}

const asking = askOn();
serveParent(null, async () => {
  isOver = true;
  await asking;
  // Once more: what holds the loop at the end counts too.
  await askOnce();
  return {longest, pings};
});
