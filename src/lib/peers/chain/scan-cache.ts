import {createHash} from 'node:crypto';
import {readFile, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {errorText} from '../../foundation/errors/error.ts';
import {makeDirectory} from '../../foundation/system/make-directory.ts';
import type {ChainLog, LogFilter} from './log-port.ts';
import {lengthOf, type Span} from './spans.ts';

/** The key of a cache: different chains, histories of a chain, RPCs (by host), and filters have different caches. */
export type CacheKey = {chainId: number; genesisHash: string; endpoint: string; filter: LogFilter};

/** The highest block of a cache, with its hash: while it is on the chain, so are all blocks below. */
export type Anchor = {block: number; hash: string};

export type CachedScan = {
  anchor: Anchor;
  /** Blocks that need not be read again, ascending. */
  spans: readonly Span[];
  logs: readonly ChainLog[];
  /** Facts of final blocks that were looked up for these logs, by name. */
  facts: Readonly<Record<string, string>>;
};

/** Caches of version 1 were not compared with the contracts' state. */
const VERSION = 2;

/** Returns the file of a key in `dir`. */
export function cachePath(dir: string, {chainId, genesisHash, endpoint, filter}: CacheKey): string {
  const id = createHash('sha256')
    .update(JSON.stringify([chainId, genesisHash, endpoint, filter.address.toLowerCase(), filter.topics]))
    .digest('hex');
  return path.join(dir, `logs-${chainId}-${id.slice(0, 24)}.json`);
}

/** Reads a cache file; null when it is missing, damaged or of another program, so that the scan begins again. */
export async function loadScan(file: string, key: CacheKey): Promise<CachedScan | null> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
  return parse(value, key);
}

/**
 * Writes a cache file atomically: readers, and a crash, find the old file or the new one.
 * @returns the reason of a failure, else null
 */
export async function saveScan(file: string, key: CacheKey, scan: CachedScan): Promise<string | null> {
  const draft = `${file}.${process.pid}.tmp`;
  const {chainId, genesisHash, endpoint, filter} = key;
  const {anchor, spans, logs, facts} = scan;
  try {
    makeDirectory(path.dirname(file), 0o700);
    await writeFile(
      draft,
      JSON.stringify({
        version: VERSION,
        chainId,
        genesisHash,
        endpoint,
        ...filter,
        anchor,
        spans,
        logs,
        facts,
      }),
      {mode: 0o600},
    );
    await rename(draft, file);
    return null;
  } catch (error) {
    await rm(draft, {force: true}).catch(() => {}); // the reason below says more
    return errorText(error);
  }
}

function parse(value: unknown, key: CacheKey): CachedScan | null {
  if (!isObject(value) || value['version'] !== VERSION) return null;
  const {chainId, genesisHash, endpoint, address, topics, anchor, spans, logs, facts} = value;
  const same =
    chainId === key.chainId &&
    genesisHash === key.genesisHash &&
    endpoint === key.endpoint &&
    address === key.filter.address &&
    JSON.stringify(topics) === JSON.stringify(key.filter.topics);
  if (!same || !isObject(anchor) || !isBlock(anchor['block']) || typeof anchor['hash'] !== 'string')
    return null;
  const {block, hash} = anchor;
  if (!Array.isArray(spans) || !spans.every(isSpan) || spans.some(({to}) => to > block)) return null;
  if (!Array.isArray(logs) || !logs.every(isLog)) return null;
  if (!isObject(facts) || !Object.values(facts).every((fact) => typeof fact === 'string')) return null;
  return {anchor: {block, hash}, spans, logs, facts: facts as Record<string, string>};
}

function isSpan(value: unknown): value is Span {
  return (
    isObject(value) &&
    isBlock(value['from']) &&
    isBlock(value['to']) &&
    lengthOf({from: value['from'], to: value['to']}) > 0
  );
}

function isLog(value: unknown): value is ChainLog {
  if (!isObject(value)) return false;
  const {address, topics, data, block, blockHash, txHash, logIndex, timestamp} = value;
  return (
    [address, data, blockHash, txHash].every((text) => typeof text === 'string') &&
    Array.isArray(topics) &&
    topics.every((topic) => typeof topic === 'string') &&
    isBlock(block) &&
    isBlock(logIndex) &&
    (timestamp === null || isBlock(timestamp))
  );
}

function isBlock(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
