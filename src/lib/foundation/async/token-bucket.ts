import type {Time} from '../time/time.ts';

/** A limiter that allows at most `perSecond` calls in any second and refills evenly. */
export function createBucket(perSecond: number, time: Time): () => boolean {
  let tokens = perSecond;
  let at = time.monotonic();
  return () => {
    const now = time.monotonic();
    tokens = Math.min(perSecond, tokens + ((now - at) / 1000) * perSecond);
    at = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
