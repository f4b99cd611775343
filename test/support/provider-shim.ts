import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {gzipSync} from 'node:zlib';

/** How a provider of chain RPC behaves, as operators of this field have reported it. */
export type ProviderMode =
  /** Passes everything on. */
  | {kind: 'plain'}
  /** At most so many requests in a window (1 s); more get 429, with -32005, and `Retry-After` where it is given. */
  | {kind: 'rate'; most: number; windowMs?: number; retryAfterS?: number}
  /**
   * Two nodes, of which the second is so many blocks behind. Requests go to either by turns; with `split` the first names the newest
   * block, and the second answers everything else.
   */
  | {kind: 'behind'; blocks: number; split?: boolean}
  /** Answers eth_getLogs without the logs of older blocks, and without an error. */
  | {kind: 'pruned'; below: number}
  /** Each request, or those of one method, get this. */
  | {kind: 'says'; status: number; body: string; headers?: Record<string, string>; method?: string}
  /** An error status and a body without an end; by gzip, a few kilobytes that unpack to a gigabyte and more. */
  | {kind: 'endless'; status: number; gzip: boolean}
  | {kind: 'silent'}
  /** The account has one more transaction in the pool, of another program. */
  | {kind: 'foreign'}
  /** No such method. */
  | {kind: 'without'; methods: readonly string[]};

export type Provider = {
  url: string;
  mode: ProviderMode;
  /** Requests by method since the start, refused ones too. */
  counts: Map<string, number>;
  /** Requests that the mode refused. */
  refused(): number;
  /** Bytes that were sent of an endless body. */
  sentBytes(): number;
  close(): Promise<void>;
};

type Call = {id: unknown; method: string; params?: unknown[]};
type Json = Record<string, unknown>;

/** The words of providers for a plan's limits and refusals, from public reports. */
export const SAYS = {
  quota: {status: 200, body: rpcError(-32005, 'daily request count exceeded, request rate limited')},
  http429: {
    status: 429,
    body: rpcError(429, 'Your app has exceeded its compute units per second capacity'),
  },
  inactive: {status: 403, body: rpcError(-32600, 'App is inactive')},
  badProject: {status: 401, body: '"invalid project id"'},
  gateway: {status: 502, body: '<html><body>Bad Gateway</body></html>'},
  page: {status: 200, body: '<!DOCTYPE html><html><body>Welcome</body></html>'},
  moved: {status: 301, body: '', headers: {location: 'https://rpc.example.org/v3/secret-key-of-a-plan'}},
  noState: {status: 200, body: rpcError(-32000, 'missing trie node 5f3a (path ) state is not available')},
  internal: {status: 200, body: rpcError(-32603, 'Internal error')},
} as const;

function rpcError(code: number, message: string): string {
  return JSON.stringify({jsonrpc: '2.0', id: 1, error: {code, message}});
}

const CHUNK = Buffer.alloc(64 * 1024, 0x20);
/** Of spaces; unpacked it is more than any answer may be. */
const BOMB_MIB = 32;

/**
 * A chain RPC in front of another one that behaves as a provider does.
 * @param now the clock of its windows, ms
 */
export async function startProvider(
  target: string,
  mode: ProviderMode,
  now: () => number = () => performance.now(),
): Promise<Provider> {
  const counts = new Map<string, number>();
  let refused = 0;
  let sent = 0;
  let window = {from: -Infinity, requests: 0};
  let turn = 0;
  let bomb: Buffer | undefined;

  const real = async (method: string, params: unknown[]): Promise<Json> => {
    const response = await fetch(target, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify({jsonrpc: '2.0', id: 1, method, params}),
    });
    return (await response.json()) as Json;
  };
  const head = async (): Promise<number> => Number((await real('eth_blockNumber', []))['result']);

  /** As the node that is behind answers. */
  const late = async ({method, params = []}: Call, blocks: number): Promise<Json> => {
    const last = Math.max(0, (await head()) - blocks);
    const hex = `0x${last.toString(16)}`;
    const at = BLOCK_AT[method];
    if (method === 'eth_blockNumber') return {result: hex};
    if (method === 'eth_getTransactionReceipt') {
      const answer = await real(method, params);
      const {result} = answer;
      const block = isObject(result) ? Number(result['blockNumber']) : 0;
      return block > last ? {result: null} : answer;
    }
    if (at === undefined) return real(method, params);
    const tag = params[at] ?? 'latest';
    if (tag === 'latest') return real(method, params.with(at, hex));
    if (typeof tag !== 'string' || !tag.startsWith('0x') || Number(tag) <= last) return real(method, params);
    return method === 'eth_getBlockByNumber'
      ? {result: null}
      : {error: {code: -32000, message: 'header not found'}};
  };

  const serve = async (call: Call, response: ServerResponse): Promise<void> => {
    counts.set(call.method, (counts.get(call.method) ?? 0) + 1);
    const say = (status: number, body: string, headers: Record<string, string> = {}): void => {
      response.writeHead(status, {'content-type': 'application/json', ...headers}).end(body);
    };
    const give = (answer: Json): void => say(200, JSON.stringify({jsonrpc: '2.0', ...answer, id: call.id}));
    const pass = async (): Promise<void> => give(await real(call.method, call.params ?? []));
    const {mode: how} = provider;
    switch (how.kind) {
      case 'plain':
        return pass();
      case 'silent':
        return;
      case 'rate': {
        const at = now();
        if (at - window.from >= (how.windowMs ?? 1_000)) window = {from: at, requests: 0};
        window.requests += 1;
        if (window.requests <= how.most) return pass();
        refused += 1;
        say(
          429,
          rpcError(-32005, 'Too Many Requests'),
          how.retryAfterS === undefined ? {} : {'retry-after': String(how.retryAfterS)},
        );
        return;
      }
      case 'behind':
        turn += 1;
        if (how.split === true ? isOfNewest(call) : turn % 2 !== 0) return pass();
        give(await late(call, how.blocks));
        return;
      case 'pruned': {
        if (call.method !== 'eth_getLogs') return pass();
        const answer = await real(call.method, call.params ?? []);
        const logs = answer['result'] as Json[];
        give({result: logs.filter((log) => Number(log['blockNumber']) >= how.below)});
        return;
      }
      case 'says':
        if (how.method !== undefined && how.method !== call.method) return pass();
        refused += 1;
        say(how.status, how.body, how.headers);
        return;
      case 'endless':
        endless(response, how);
        return;
      case 'foreign': {
        const answer = await real(call.method, call.params ?? []);
        const isPool = call.method === 'eth_getTransactionCount' && call.params?.[1] === 'pending';
        give(isPool ? {result: `0x${(Number(answer['result']) + 1).toString(16)}`} : answer);
        return;
      }
      case 'without':
        if (!how.methods.includes(call.method)) return pass();
        refused += 1;
        give({error: {code: -32601, message: `the method ${call.method} does not exist/is not available`}});
    }
  };

  function endless(response: ServerResponse, {status, gzip}: {status: number; gzip: boolean}): void {
    const headers = {'content-type': 'application/json', ...(gzip ? {'content-encoding': 'gzip'} : {})};
    response.writeHead(status, headers);
    if (gzip) {
      bomb ??= gzipSync(Buffer.alloc(BOMB_MIB * 1024 * 1024, 0x20), {level: 1});
      sent += bomb.length;
      response.end(bomb);
      return;
    }
    const more = (): void => {
      while (!response.destroyed) {
        sent += CHUNK.length;
        if (!response.write(CHUNK)) break;
      }
    };
    response.on('drain', more);
    more();
  }

  const server = createServer((request, response) => {
    bodyOf(request)
      .then((text) => serve(JSON.parse(text) as Call, response))
      .catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  const provider: Provider = {
    url: `http://127.0.0.1:${port}`,
    mode,
    counts,
    refused: () => refused,
    sentBytes: () => sent,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}

/** Which parameter of a method names the block. */
const BLOCK_AT: Readonly<Record<string, number>> = {
  eth_call: 1,
  eth_estimateGas: 1,
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getTransactionCount: 1,
  eth_getStorageAt: 2,
  eth_getBlockByNumber: 0,
};

const isOfNewest = ({method, params = []}: Call): boolean =>
  method === 'eth_blockNumber' || (method === 'eth_getBlockByNumber' && params[0] === 'latest');

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
