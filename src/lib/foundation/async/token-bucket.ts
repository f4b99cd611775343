import type {Time} from '../time/time.ts';

/** At most `perSecond` yeses in any running second, evenly refilled. */
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
