import type {AddressInfo} from 'node:net';
import {WebSocketServer, type WebSocket} from 'ws';
import {serveParent} from './processes.ts';

/** What a hostile dispatcher is to send. */
export type FloodRequest =
  | {do: 'frames'; kind: 'one byte' | 'badly signed' | 'replies' | 'one job again'; count: number}
  /** One frame of `jobs` jobs with prompts of `each` bytes; that of the first has `first`, and its params have `keys` members. */
  | {do: 'frame'; jobs: number; first: number; each: number; keys: number}
  /** Waits until so many results came in all. */
  | {do: 'results'; count: number}
  /** Waits until the frame that was sent last is answered: late answers to earlier ones do not count. */
  | {do: 'acknowledged'};

/** Results so far, and how many jobs got two answers. */
export type FloodReply = {results: number; conflicts: number};

const BLANK = '"result":null,"address":"","hash":"","signature":""}';
const JOB = {user: '', seed: '', tag: '', position: '', signature: '', clock: {'1': '1'}};

const answers = new Map<string, string>();
let results = 0;
let conflicts = 0;
const acknowledged = new Set<string>();
let frames = 0;
/** The one on which `connect` was accepted. */
let socket: WebSocket | undefined;
let changed = (): void => {};

const server = new WebSocketServer({host: '127.0.0.1', port: 0, perMessageDeflate: false});
server.on('connection', (opened) => {
  opened.on('error', () => {});
  opened.on('message', (data: Buffer) => {
    const {id, method, params} = JSON.parse(data.toString()) as {
      id: string;
      method: string | null;
      params: {job_id: string; result: string}[];
    };
    if (method === null) acknowledged.add(id);
    else
      opened.send(
        `{"id":"${id}","result":{"code":200,"message":"success"},"address":"","hash":"","signature":""}`,
      );
    if (method === 'connect') socket = opened;
    for (const {job_id: jobId, result} of method === 'job_result' ? params : []) {
      results += 1;
      if ((answers.get(jobId) ?? result) !== result) conflicts += 1;
      answers.set(jobId, result);
    }
    changed();
  });
});

function element(id: string, prompt: string, keys = 0): string {
  const params = Object.fromEntries(Array.from({length: keys}, (_, n) => [`${'k'.repeat(100)}${n}`, n]));
  return JSON.stringify({...JOB, job_id: id, job: {tag: 'opml', model: 'm', prompt, params}});
}

const nameOf = (frame: number): string => `frame ${frame}`;

const dispatch = (elements: readonly string[], more = BLANK): string =>
  `{"id":"${nameOf((frames += 1))}","method":"dispatch_job","params":[${elements.join(',')}],${more}`;

function textOf(kind: Extract<FloodRequest, {do: 'frames'}>['kind']): string {
  switch (kind) {
    case 'one byte':
      return 'x';
    case 'badly signed': {
      const signature = `${'11'.repeat(64)}1b`;
      return dispatch(
        [element('bad', 'p')],
        BLANK.replace('"address":""', `"address":"0x${'11'.repeat(20)}"`).replace(
          '"signature":""',
          `"signature":"${signature}"`,
        ),
      );
    }
    case 'replies':
      return `{"id":"nobody","method":null,"params":null,"result":{"code":200,"message":"success"},"address":"0x${'11'.repeat(20)}","hash":"","signature":"${'11'.repeat(64)}1b"}`;
    case 'one job again':
      return dispatch([element('again', 'p')]);
  }
}

/** Resolves when the operator has taken all that was sent before. */
function taken(to: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    to.once('pong', () => resolve());
    to.once('close', () => reject(new Error('the operator has left')));
    to.ping('all taken');
  });
}

async function flood(to: WebSocket, text: string, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    to.send(text);
    if (to.bufferedAmount > 1_000_000) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await taken(to);
}

function reached(isReached: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    changed = () => {
      if (isReached()) resolve();
    };
    changed();
  });
}

async function answer(request: FloodRequest): Promise<FloodReply> {
  if (request.do === 'results') await reached(() => answers.size >= request.count);
  else if (request.do === 'acknowledged') await reached(() => acknowledged.has(nameOf(frames)));
  else {
    await reached(() => socket?.readyState === 1);
    const to = socket;
    if (to === undefined) throw new Error('no operator is connected');
    if (request.do === 'frames') await flood(to, textOf(request.kind), request.count);
    else {
      const {jobs, first, each, keys} = request;
      const all = Array.from({length: jobs}, (_, n) =>
        n === 0
          ? element(`large ${frames}`, 'x'.repeat(first), keys)
          : element(`job ${frames} ${n}`, 'p'.repeat(each)),
      );
      await flood(to, dispatch(all), 1);
    }
  }
  return {results, conflicts};
}

await new Promise((resolve) => server.once('listening', resolve));
serveParent({url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`, address: ''}, (request) =>
  answer(request as FloodRequest),
);
