import type {ChainLog, LogFilter} from './log-port.ts';
import {cachePath, loadScan, saveScan, type Anchor, type CachedScan, type CacheKey} from './scan-cache.ts';
import {union, without, type Span} from './spans.ts';

/** One filter and the blocks it is asked for. */
export type LogQuery = {id: string; filter: LogFilter; span: Span};

/** The logs of the queries, from earlier runs and from this one. */
export type ScanStore = {
  /** Returns the blocks of a query that are still to be read. */
  missing(id: string): Span[];
  take(id: string, span: Span, logs: readonly ChainLog[]): void;
  /** The logs in the query's blocks, in the order of the chain. */
  logs(id: string): ChainLog[];
  /** Returns a stored fact about a log, such as the sender of its transaction. */
  fact(id: string, name: string): string | undefined;
  /** Stores a fact of a block for later runs, if the block is final. */
  keep(id: string, name: string, value: string, block: number): void;
  /** Drops all of a query, so that it is read anew. */
  forget(id: string): void;
  /** Uses the logs of a query in this run, and keeps none of them: the contract's state says that there are more. */
  distrust(id: string): void;
  /** Writes the changes. */
  save(): Promise<void>;
  /** Returns the reason why the cache cannot be written, else null. */
  problem(): string | null;
};

export type ScanStoreOptions = {
  /** The folder of the cache; null for none. */
  dir: string | null;
  chainId: number;
  genesisHash: string;
  /** Host of the RPC: what one RPC does not have, another may. */
  endpoint: string;
  /** Does not use what earlier runs have read; what is read now is kept. */
  fresh: boolean;
  /** The latest final block; the cache has no block above it. */
  anchor: Anchor;
  /** Reads the current hash of a block; null when the RPC does not have it. */
  hashAt: (block: number) => Promise<string | null>;
};

type Entry = {
  query: LogQuery;
  key: CacheKey;
  /** Null for a cache that is not written. */
  file: string | null;
  /** Blocks that are known and final. */
  spans: Span[];
  /** Final logs, of blocks outside the query too. */
  kept: ChainLog[];
  /** Logs above the anchor: of this run only. */
  fresh: ChainLog[];
  facts: Map<string, string>;
  changed: boolean;
};

/**
 * Opens the cache of earlier runs. Drops a file whose anchor block has a new hash, because the chain was rebuilt. Neither
 * uses nor writes a file whose anchor the RPC does not have, because the node lags.
 * @throws what `hashAt` throws
 */
export async function openScanStore(
  queries: readonly LogQuery[],
  options: ScanStoreOptions,
): Promise<ScanStore> {
  const {dir, chainId, genesisHash, endpoint, anchor, fresh} = options;
  const hashes = new Map<number, Promise<string | null>>([[anchor.block, Promise.resolve(anchor.hash)]]);
  const hashAt = (block: number): Promise<string | null> => {
    const known = hashes.get(block) ?? options.hashAt(block);
    hashes.set(block, known);
    return known;
  };
  const open = async (query: LogQuery): Promise<[string, Entry]> => {
    const key = {chainId, genesisHash, endpoint, filter: query.filter};
    const file = dir === null ? null : cachePath(dir, key);
    const cached = file === null || fresh ? null : await loadScan(file, key);
    const hash = cached === null ? null : await hashAt(cached.anchor.block);
    const lagging = cached !== null && (hash === null || cached.anchor.block > anchor.block);
    const good = !lagging && cached !== null && hash === cached.anchor.hash ? cached : null;
    return [query.id, entryOf(query, key, lagging ? null : file, good)];
  };
  const entries = new Map(await Promise.all(queries.map(open)));
  const entry = (id: string): Entry => {
    const found = entries.get(id);
    if (found === undefined) throw new Error(`no query ${id}`);
    return found;
  };
  let problem: string | null = null;

  const save = async (): Promise<void> => {
    for (const item of entries.values()) {
      const {file, key, spans, kept, facts, changed} = item;
      if (file === null || !changed || problem !== null) continue;
      item.changed = false;
      const scan = {anchor, spans, logs: kept, facts: Object.fromEntries(facts)};
      problem = await saveScan(file, key, scan);
    }
  };
  // The writes run one after the other, because two writers would mix in the same draft.
  let saving = Promise.resolve();

  return {
    missing: (id) => without(entry(id).query.span, entry(id).spans),
    take(id, span, logs) {
      const into = entry(id);
      const to = Math.min(span.to, anchor.block);
      into.fresh.push(...logs.filter(({block}) => block > to));
      if (to < span.from) return;
      into.kept.push(...logs.filter(({block}) => block <= to));
      into.spans = union([...into.spans, {from: span.from, to}]);
      into.changed = true;
    },
    logs(id) {
      const {query, kept, fresh} = entry(id);
      return [...kept, ...fresh]
        .filter(({block}) => block >= query.span.from && block <= query.span.to)
        .sort((a, b) => a.block - b.block || a.logIndex - b.logIndex);
    },
    fact: (id, name) => entry(id).facts.get(name),
    keep(id, name, value, block) {
      const into = entry(id);
      if (block > anchor.block) return;
      into.facts.set(name, value);
      into.changed = true;
    },
    forget(id) {
      const into = entry(id);
      into.spans = [];
      into.kept = [];
      into.fresh = [];
      into.facts.clear();
      into.changed = true;
    },
    distrust(id) {
      const into = entry(id);
      into.fresh = [...into.kept, ...into.fresh];
      into.kept = [];
      into.spans = [];
      into.facts.clear();
      into.changed = true;
    },
    save() {
      saving = saving.then(save);
      return saving;
    },
    problem: () => problem,
  };
}

function entryOf(query: LogQuery, key: CacheKey, file: string | null, cached: CachedScan | null): Entry {
  return {
    query,
    key,
    file,
    spans: [...(cached?.spans ?? [])],
    kept: [...(cached?.logs ?? [])],
    fresh: [],
    facts: new Map(Object.entries(cached?.facts ?? {})),
    changed: false,
  };
}
