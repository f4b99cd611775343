import type {ChainLog} from './log-port.ts';
import type {ScanStore} from './scan-store.ts';

/** Where what was looked up for a source is kept, and how many look-ups may be in progress. */
export type Kept = {store: ScanStore; key: string; concurrency: number};

/**
 * Runs one look-up for each transaction of the logs; stores the result of a final one. A transaction without a result (null)
 * is missing in the answer.
 */
export async function lookUp(
  {store, key, concurrency}: Kept,
  logs: readonly ChainLog[],
  name: string,
  read: (log: ChainLog) => Promise<string | null>,
): Promise<Map<string, string>> {
  const first = new Map(logs.map((log) => [log.txHash, log]));
  const found = await withConcurrency(
    [...first.values()],
    concurrency,
    async (log): Promise<[string, string | null]> => {
      const fact = `${name} ${log.txHash}`;
      const kept = store.fact(key, fact);
      if (kept !== undefined) return [log.txHash, kept];
      const value = await read(log);
      if (value !== null) store.keep(key, fact, value, log.block);
      return [log.txHash, value];
    },
  );
  return new Map(found.flatMap(([txHash, value]) => (value === null ? [] : [[txHash, value]])));
}

/** Works like Promise.all, with at most `limit` items at once. */
export async function withConcurrency<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({length: Math.min(limit, items.length)}, lane));
  return results;
}
