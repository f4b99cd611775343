import {readFileSync} from 'node:fs';
import {onTestFinished} from 'vitest';
import {WebSocket} from 'ws';
import type {DevDispatcher} from '../../src/devnet/dispatcher/dispatcher.ts';
import {startDispatcher, type DispatcherOptions} from '../../src/devnet/start-dispatcher.ts';
import {openOperator, type OperatorClient} from './operator-client.ts';

export const PUBLISHED_KEY = '22'.repeat(32);

/** A frame as it went over the wire; `from`: who sent it. */
export type RecordedFrame = {from: 'operator' | 'dispatcher'; what: string; text: string};
/** An HTTP request of a node and its answer. */
type RecordedRequest = {request: string; body: string | null; status: string; answer: string | null};
/** A job as it was sent to the published operator, and the frames that it answered with. */
type RecordedJob = {what: string; text?: string; sent?: string; frames?: readonly string[]};

/** What the published programs said, byte for byte. */
export type Recorded = {
  dispatcherHead: {websocket: readonly RecordedFrame[]; http: readonly RecordedRequest[]};
  dispatcherNewest: {signer: string; websocket: readonly RecordedFrame[]};
  operator: {frames: readonly RecordedJob[]};
};

export function recorded(): Recorded {
  const file = new URL('../vectors/published.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Recorded;
}

/** A dispatcher of the newest version, or of another, for this test. */
export async function publishedDispatcher(options: Partial<DispatcherOptions> = {}): Promise<DevDispatcher> {
  const started = await startDispatcher({version: 'newest', key: PUBLISHED_KEY, ...options});
  onTestFinished(() => started.close());
  return started;
}

/** A bare operator that is connected. */
export async function connectedOperator(to: DevDispatcher, key?: string): Promise<OperatorClient> {
  const client = await bareOperator(to, key);
  const {code} = await client.connect();
  if (code !== 200) throw new Error(`connect was answered ${code}`);
  return client;
}

export async function bareOperator(to: DevDispatcher, key?: string): Promise<OperatorClient> {
  const client = await openOperator(to.url, key);
  onTestFinished(() => client.socket.terminate());
  return client;
}

/** A WebSocket without an operator behind it: texts in, texts out. */
export type RawSocket = {
  send(text: string): void;
  /** The next text that comes, or came and was not taken yet. */
  next(): Promise<string>;
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
};

export async function rawSocket(url: string): Promise<RawSocket> {
  const socket = new WebSocket(url, {perMessageDeflate: false});
  onTestFinished(() => socket.terminate());
  const texts: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const take = waiting.shift();
    if (take === undefined) texts.push(data.toString());
    else take(data.toString());
  });
  socket.on('error', () => {}); // shows as `closed`
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('open', resolve));
  return {
    socket,
    closed,
    send: (text) => socket.send(text),
    next: () => {
      const text = texts.shift();
      return text === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(text);
    },
  };
}

/** An HTTP answer as it came. */
export type HttpAnswer = {status: number; type: string | null; text: string};

export async function postText(
  to: DevDispatcher,
  path: string,
  body: string,
  init: RequestInit = {},
): Promise<HttpAnswer> {
  const headers = {'content-type': 'application/json'};
  const response = await fetch(`${to.httpUrl}${path}`, {method: 'POST', body, headers, ...init});
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    text: await response.text(),
  };
}

/** The JSON of an answer with status 200. */
export async function postJson(to: DevDispatcher, path: string, body: unknown): Promise<unknown> {
  const {status, text} = await postText(to, path, JSON.stringify(body));
  if (status !== 200) throw new Error(`${path} was answered ${status}: ${text}`);
  return JSON.parse(text) as unknown;
}
