import type {ServerResponse} from 'node:http';
import {onTestFinished} from 'vitest';
import type {Time} from '../../src/lib/foundation/time/time.ts';
import {bodyOf, httpServer} from './signer.ts';

/** What the dispatcher does at its next registrations, in order; without one it registers. */
export type RegisterFault =
  /** Its account or RPC fails: the connection is closed without an answer, and nothing was written. */
  | 'chain-fails'
  /** Its database fails after the transaction: code 500 without a message. */
  | 'no-database'
  /** The connection is cut after transaction and row. */
  | 'cut-after-row'
  /** It answers nothing until the caller has gone. */
  | 'halts'
  /** It answers nothing any more, no caller of the others either. */
  | 'halts-for-good';

/** The HTTP API of a dispatcher for operators, which behaves as the published one does. */
export type PublishedRest = {
  url: string;
  /** Rows by id as text, as `/api/operator/info` has them. */
  rows: Map<string, Record<string, string>>;
  /** What is on chain, by lower-case address. */
  ranges: Map<string, {start: bigint; end: bigint}>;
  /** Blocks so far. */
  block: () => bigint;
  /** Ids that `/api/operator/info` was asked for. */
  asked: string[];
  /** Registrations that came in. */
  registered: () => number;
  faults: RegisterFault[];
};

type PublishedRestOptions = {time: Time; blockMs: number; faults?: RegisterFault[]};

const SLOT = 600n;

/**
 * Everything runs under one lock, which a registration keeps until its transaction is in a block; a caller that has hung
 * up meanwhile gets no row. An id is text, and registering it again moves the range and answers code 500.
 */
export async function publishedRest({
  time,
  blockMs,
  faults = [],
}: PublishedRestOptions): Promise<PublishedRest> {
  const rows: PublishedRest['rows'] = new Map();
  const ranges: PublishedRest['ranges'] = new Map();
  const asked: string[] = [];
  const end = new AbortController();
  let lock = Promise.resolve();
  let slots = 0n;
  let registrations = 0;
  const block = (): bigint => BigInt(Math.floor(time.monotonic() / blockMs));
  const untilBlock = (): Promise<void> =>
    time.sleep(blockMs - (time.monotonic() % blockMs), end.signal).catch(() => {});

  async function register(id: string, response: ServerResponse): Promise<void> {
    registrations += 1;
    const fault = faults.shift();
    if (fault === 'chain-fails') {
      response.destroy();
      return;
    }
    if (fault === 'halts' || fault === 'halts-for-good') {
      await new Promise<void>((resolve) => {
        if (fault === 'halts') response.on('close', resolve);
      });
      return;
    }
    await untilBlock();
    const start = slots * SLOT;
    slots += 1n;
    ranges.set(id.toLowerCase(), {start, end: start + SLOT});
    // The published program drops its handler with the connection.
    if (response.destroyed) return;
    if (fault === 'no-database') {
      reply(response, {code: 500, message: ''});
      return;
    }
    if (rows.has(id)) {
      const message = 'duplicate key value violates unique constraint "operator_pkey"';
      reply(response, {code: 500, message, result: null});
      return;
    }
    rows.set(id, rowOf(id, {start, end: start + SLOT}));
    if (fault === 'cut-after-row') response.destroy();
    else reply(response, {code: 200, result: rows.get(id)});
  }

  async function answer(path: string, body: Record<string, string>, response: ServerResponse): Promise<void> {
    if (path === '/api/operator/register') return register(String(body['address']), response);
    const id = String(body['operator']);
    asked.push(id);
    reply(response, {code: 200, result: rows.get(id) ?? null});
  }

  const url = await httpServer((request, response) => {
    void bodyOf(request).then((body) => {
      lock = lock.then(() => answer(request.url ?? '', JSON.parse(body) as Record<string, string>, response));
    });
  });
  onTestFinished(() => end.abort());
  return {url, rows, ranges, block, asked, registered: () => registrations, faults};
}

/** A row as the published dispatcher keeps it. */
export function rowOf(id: string, {start, end}: {start: bigint; end: bigint}): Record<string, string> {
  return {
    id,
    name: `Operator ${id}`,
    address: id,
    start: `${start}`,
    end: `${end}`,
    operator_type: '',
    status: '',
    created_at: '2026-11-29 06:04:16',
  };
}

function reply(response: ServerResponse, body: object): void {
  response.writeHead(200, {'content-type': 'application/json'});
  response.end(JSON.stringify(body));
}
