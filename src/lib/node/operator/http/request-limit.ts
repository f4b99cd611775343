import {createBucket} from '../../../foundation/async/token-bucket.ts';
import type {Time} from '../../../foundation/time/time.ts';

/** Requests a second of one address behind a trusted proxy, whose connections are the proxy's. */
const PER_SECOND = 100;
/** Addresses that are remembered, those that asked last. */
const MOST = 1_000;

/** Returns what tells whether an address may ask once more. */
export function createRequestLimit(time: Time): (network: string) => boolean {
  const buckets = new Map<string, () => boolean>();
  return (network) => {
    const bucket = buckets.get(network) ?? createBucket(PER_SECOND, time);
    buckets.delete(network);
    buckets.set(network, bucket);
    const [oldest] = buckets.keys();
    if (buckets.size > MOST && oldest !== undefined) buckets.delete(oldest);
    return bucket();
  };
}
