import {randomUUID} from 'node:crypto';
import type {AddressInfo} from 'node:net';
import {onTestFinished} from 'vitest';
import {WebSocketServer, type WebSocket} from 'ws';
import type {AtEnd} from './operator-rig.ts';

export type Said = {
  id: string;
  method: string | null;
  params: unknown;
  result: unknown;
  /** Which connection it came on, from 0. */
  socket: number;
};

/** A dispatcher as published: it signs nothing, redelivers nothing, and answers what it is asked unless the test says otherwise. */
export type BareDispatcher = {
  url: string;
  sockets: WebSocket[];
  /** Everything the operator has said, in order. */
  said: Said[];
  of(method: string | null): Said[];
  /** What a request is answered with; undefined: nothing [code 200]. */
  answer: (said: Said) => string | undefined;
  /** Sends a text on the newest socket. */
  send(text: string): void;
  /** Handles nothing and answers no ping until it is called again with false. */
  halt(isHalted: boolean): void;
};

/** A reply of HEAD and of the newest dispatcher: unsigned, without method and params. */
export function replyText(id: string, code = 200, message = 'success'): string {
  return JSON.stringify({id, result: {code, message}, address: '', hash: '', signature: ''});
}

/** A dispatch of HEAD: unsigned, one job. */
export function jobText(
  job: {
    jobId?: string;
    prompt?: string;
    tag?: string;
    position?: string;
    clock?: unknown;
    job?: unknown;
  } = {},
): string {
  const {jobId = randomUUID(), prompt = 'What is AI?', tag = '', position = '', clock = {'1': '1'}} = job;
  const work = job.job ?? {
    tag: 'opml',
    prompt,
    model: 'llama',
    params: {temperature: 1, top_p: 0.5, max_tokens: 1024},
  };
  const params = [{user: '', seed: '', tag, position, signature: '', clock, job_id: jobId, job: work}];
  return requestText('dispatch_job', params);
}

export function requestText(method: string, params: unknown): string {
  return JSON.stringify({
    id: randomUUID(),
    method,
    params,
    result: null,
    address: '',
    hash: '',
    signature: '',
  });
}

export async function bareDispatcher(atEnd: AtEnd = onTestFinished): Promise<BareDispatcher> {
  const server = new WebSocketServer({port: 0, host: '127.0.0.1', autoPong: false});
  let waiting: (() => void)[] | null = null;
  const handle = (work: () => void): void => {
    if (waiting === null) work();
    else waiting.push(work);
  };
  const dispatcher: BareDispatcher = {
    url: '',
    sockets: [],
    said: [],
    of: (method) => dispatcher.said.filter((said) => said.method === method),
    answer: ({id, method}) => (method === null ? undefined : replyText(id)),
    send: (text) => dispatcher.sockets.at(-1)?.send(text),
    halt(isHalted) {
      const held = waiting ?? [];
      waiting = isHalted ? held : null;
      if (!isHalted) for (const work of held) work();
    },
  };
  server.on('connection', (socket) => {
    const number = dispatcher.sockets.push(socket) - 1;
    socket.on('error', () => {});
    socket.on('ping', (data: Buffer) => handle(() => socket.pong(data)));
    socket.on('message', (data: Buffer) =>
      handle(() => {
        const said: Said = {...(JSON.parse(data.toString()) as Omit<Said, 'socket'>), socket: number};
        dispatcher.said.push(said);
        const answer = dispatcher.answer(said);
        if (answer !== undefined) socket.send(answer);
      }),
    );
  });
  await new Promise((resolve) => server.once('listening', resolve));
  dispatcher.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
  atEnd(() => {
    for (const socket of dispatcher.sockets) socket.terminate();
    server.close();
  });
  return dispatcher;
}
