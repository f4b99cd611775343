import {createHash} from 'node:crypto';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

/** A provider's refusal of too many blocks: what it sends. */
export type Refusal = {status: number; code: number; message: string};

export type ShimRules = {
  /** At most so many blocks in one eth_getLogs, and how more are refused. */
  cap?: {blocks: number; refuse: (from: number, to: number) => Refusal};
  /** At most so many logs in one answer. */
  mostLogs?: {count: number; refuse: (from: number, to: number) => Refusal};
  /** Logs of older blocks are refused. */
  archive?: {below: number; refusal: Refusal};
  /** Every n-th eth_getLogs is answered with 429. */
  busyEvery?: number;
  /** Every n-th eth_getLogs has its connection reset. */
  resetEvery?: number;
  /** Before every answer. */
  latencyMs?: number;
  /** The RPC does not know the tag. */
  withoutFinalized?: boolean;
  /** State of these and older blocks is gone. */
  withoutStateBelow?: number;
  /** Answered in place of the chain's own. */
  chainId?: number;
  /** Logs without the time of their block, as most clients give them. */
  withoutLogTimes?: boolean;
};

export type ShimOptions = {
  /** JSON-RPC of an anvil. */
  target: string;
  /** Real block n is shown as n·factor, with empty ones in between. */
  factor?: number;
  /** The latest block that is shown; the real latest one otherwise. */
  latest?: number;
  /** The chain behind stands still: its logs are read once and served from memory. */
  frozen?: boolean;
  rules?: ShimRules;
};

export type LogShim = {
  url: string;
  rules: ShimRules;
  /** How often each method was called since the last `reset`. */
  counts: Map<string, number>;
  /** Spans of all eth_getLogs, refused ones too. */
  asked: {from: number; to: number; key: string}[];
  reset(): void;
  /** Ends connections and stops listening. */
  close(): Promise<void>;
};

type Json = Record<string, unknown>;
type Call = {id: unknown; method: string; params: unknown[]};

const hex = (value: number): string => `0x${value.toString(16)}`;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/**
 * An RPC in front of anvil that behaves like a provider: its caps, messages, rate limits and resets; and shows anvil's
 * blocks spread over more, so that long histories need no long mining. Logs, receipts and states are anvil's.
 */
export async function startLogShim({
  target,
  factor = 1,
  latest,
  frozen = false,
  rules = {},
}: ShimOptions): Promise<LogShim> {
  const counts = new Map<string, number>();
  const asked: LogShim['asked'] = [];

  const real = async (method: string, params: unknown[]): Promise<Json> => {
    const response = await fetch(target, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify({jsonrpc: '2.0', id: 1, method, params}),
    });
    return (await response.json()) as Json;
  };
  const latestNumber = async (): Promise<number> =>
    latest ?? Number((await real('eth_blockNumber', []))['result']) * factor;
  const numberOf = async (tag: unknown): Promise<number> => {
    if (typeof tag === 'string' && tag.startsWith('0x')) return Number(tag);
    if (tag === 'earliest') return 0;
    if (tag === 'finalized' || tag === 'safe') {
      const {result} = await real('eth_getBlockByNumber', [tag, false]);
      return isObject(result) ? Number(result['number']) * factor : 0;
    }
    return latestNumber();
  };
  const toReal = (number: number): string => hex(Math.floor(number / factor));

  /** Block numbers in what anvil says become those that are shown. */
  const shown = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shown);
    if (!isObject(value)) return value;
    const copy: Json = {};
    for (const [name, item] of Object.entries(value)) {
      if (name === 'blockNumber' && typeof item === 'string') copy[name] = hex(Number(item) * factor);
      else if (name === 'blockTimestamp' && rules.withoutLogTimes === true) continue;
      else copy[name] = name === 'logs' ? shown(item) : item;
    }
    return copy;
  };

  const block = async (tag: unknown, full: unknown): Promise<Json> => {
    const number = await numberOf(tag);
    if (number > (await latestNumber())) return {result: null};
    const {result} = await real('eth_getBlockByNumber', [toReal(number), full]);
    if (!isObject(result)) return {result: null};
    const hash = String(result['hash']);
    const own =
      number % factor === 0 ? hash : `0x${createHash('sha256').update(`${hash} ${number}`).digest('hex')}`;
    return {result: {...result, number: hex(number), hash: own}};
  };

  let read: Promise<Json[]> | undefined;
  const memory = (): Promise<Json[]> =>
    (read ??= real('eth_getLogs', [{fromBlock: '0x0', toBlock: 'latest'}]).then(
      ({result}) => result as Json[],
    ));

  const logs = async (filter: Json): Promise<Json | Refusal> => {
    const [from, to] = [await numberOf(filter['fromBlock']), await numberOf(filter['toBlock'])];
    asked.push({from, to, key: JSON.stringify([filter['address'], filter['topics']])});
    if (rules.archive !== undefined && from < rules.archive.below) return rules.archive.refusal;
    if (rules.cap !== undefined && to - from + 1 > rules.cap.blocks) return rules.cap.refuse(from, to);
    const first = Math.ceil(from / factor);
    const last = Math.floor(to / factor);
    if (first > last) return {result: []};
    const answer = frozen
      ? {result: (await memory()).filter((log) => matches(log, filter, first, last))}
      : await real('eth_getLogs', [{...filter, fromBlock: hex(first), toBlock: hex(last)}]);
    const found: unknown = answer['result'];
    if (Array.isArray(found) && rules.mostLogs !== undefined && found.length > rules.mostLogs.count)
      return rules.mostLogs.refuse(from, to);
    return {...answer, result: shown(found)};
  };

  const stateAt = async (call: Call, index: number): Promise<Json> => {
    const number = await numberOf(call.params[index]);
    if (rules.withoutStateBelow !== undefined && number < rules.withoutStateBelow)
      return {error: {code: -32000, message: 'missing trie node 5f3a (path ) state is not available'}};
    return real(call.method, call.params.with(index, toReal(number)));
  };

  const answer = async (call: Call): Promise<Json | Refusal> => {
    switch (call.method) {
      case 'eth_chainId':
        return rules.chainId === undefined ? real(call.method, []) : {result: hex(rules.chainId)};
      case 'eth_blockNumber':
        return {result: hex(await latestNumber())};
      case 'eth_getBlockByNumber':
        return call.params[0] === 'finalized' && rules.withoutFinalized === true
          ? {error: {code: -32602, message: 'invalid block tag: finalized'}}
          : block(call.params[0], call.params[1]);
      case 'eth_getLogs':
        return logs(isObject(call.params[0]) ? call.params[0] : {});
      case 'eth_call':
      case 'eth_getCode':
        return stateAt(call, 1);
      case 'eth_getStorageAt':
        return stateAt(call, 2);
      default: {
        const passed = await real(call.method, call.params);
        return {...passed, ...('result' in passed ? {result: shown(passed['result'])} : {})};
      }
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const call = JSON.parse(Buffer.concat(chunks).toString()) as Call;
    const count = (counts.get(call.method) ?? 0) + 1;
    counts.set(call.method, count);
    if (rules.latencyMs !== undefined) await sleep(rules.latencyMs);
    if (call.method === 'eth_getLogs') {
      if (rules.resetEvery !== undefined && count % rules.resetEvery === 0) {
        request.socket.resetAndDestroy();
        return;
      }
      if (rules.busyEvery !== undefined && count % rules.busyEvery === 0) {
        response.writeHead(429, {'retry-after': '0'}).end('Too Many Requests');
        return;
      }
    }
    const said = await answer(call);
    const refused = 'status' in said;
    const body = refused ? {error: {code: said['code'], message: said['message']}} : said;
    response
      .writeHead(refused ? Number(said['status']) : 200, {'content-type': 'application/json'})
      .end(JSON.stringify({...body, jsonrpc: '2.0', id: call.id}));
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    rules,
    counts,
    asked,
    reset() {
      counts.clear();
      asked.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As eth_getLogs chooses: null is any topic, a list any of it. */
function matches(log: Json, filter: Json, first: number, last: number): boolean {
  const block = Number(log['blockNumber']);
  if (block < first || block > last || log['address'] !== filter['address']) return false;
  const topics = log['topics'] as string[];
  return (filter['topics'] as (string | string[] | null)[]).every(
    (wanted, index) => wanted === null || [wanted].flat().includes(topics[index] ?? ''),
  );
}

const suggested = (from: number, blocks: number): string => `[${hex(from)}, ${hex(from + blocks - 1)}]`;

/** How providers refuse more than `blocks` blocks, word for word. `stated`: the number is in the message. */
export const PROVIDERS: Readonly<
  Record<string, {stated: boolean; refuse: (blocks: number) => NonNullable<ShimRules['cap']>['refuse']}>
> = {
  'Alchemy free': {
    stated: true,
    refuse: (blocks) => (from) => ({
      status: 400,
      code: -32600,
      message: `Under the Free tier plan, you can make eth_getLogs requests with up to a ${blocks} block range. Based on your parameters, this block range should work: ${suggested(from, blocks)}. Upgrade to PAYG for expanded block range.`,
    }),
  },
  'Alchemy 2025': {
    stated: true,
    refuse: (blocks) => (from) => ({
      status: 500,
      code: -32600,
      message: `You can make eth_getLogs requests with up to a ${blocks} block range. Based on your parameters, this block range should work: ${suggested(from, blocks)}`,
    }),
  },
  Infura: {
    stated: true,
    refuse: (blocks) => (from, to) => ({
      status: 200,
      code: -32602,
      message: `range ${to - from + 1} exceeds limit of ${blocks}`,
    }),
  },
  publicnode: {
    stated: true,
    refuse: (blocks) => () => ({status: 200, code: -32701, message: `exceed maximum block range: ${blocks}`}),
  },
  '1rpc': {
    stated: true,
    refuse: (blocks) => () => ({
      status: 200,
      code: -32602,
      message: `eth_getLogs is limited to 0 - ${blocks} blocks range`,
    }),
  },
  QuickNode: {
    stated: true,
    refuse: (blocks) => () => ({
      status: 413,
      code: -32614,
      message: `eth_getLogs is limited to a ${blocks.toLocaleString('en-US')} range`,
    }),
  },
  Cloudflare: {
    stated: true,
    refuse: (blocks) => () => ({
      status: 200,
      code: -32047,
      message: `Invalid eth_getLogs request. Block range too large. Max range: ${blocks}`,
    }),
  },
  drpc: {
    stated: true,
    refuse: (blocks) => () => ({
      status: 200,
      code: 35,
      message: `ranges over ${blocks} blocks are not supported on freetier`,
    }),
  },
  ankr: {
    stated: false,
    refuse: () => () => ({status: 200, code: -32600, message: 'block range is too wide'}),
  },
  thirdweb: {
    stated: true,
    refuse: (blocks) => () => ({
      status: 200,
      code: -32005,
      message: `Maximum allowed number of requested blocks is ${blocks}`,
    }),
  },
  merkle: {
    stated: true,
    refuse: (blocks) => () => ({
      status: 200,
      code: -32602,
      message: `eth_getLogs range is too large, max is ${blocks / 1000}k blocks`,
    }),
  },
  reth: {
    stated: true,
    refuse: (blocks) => () => ({
      status: 200,
      code: -32602,
      message: `query exceeds max block range ${blocks}`,
    }),
  },
};
