import {get} from 'node:http';
import {connect, createServer} from 'node:net';
import type {FoundWorker} from '../init/question.ts';
import {isWorkerAnswer, USUAL_WORKERS, type UsualWorker} from '../init/usual-workers.ts';
import {deadline} from '../system-time.ts';

/** A model list of a busy server may be long; what is longer is something else. */
const MOST_BYTES = 256 * 1024;

/** The workers that answer on their usual ports of this machine. */
export async function findUsualWorkers(limitMs: number, signal: AbortSignal): Promise<FoundWorker[]> {
  const answers = await Promise.all(USUAL_WORKERS.map((worker) => answersAs(worker, limitMs, signal)));
  return USUAL_WORKERS.filter((_, index) => answers[index]).map(({url, what, kind}) => ({url, what, kind}));
}

async function answersAs(worker: UsualWorker, limitMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const tell = (is: boolean): void => {
      limit.done();
      resolve(is);
    };
    const no = (): void => tell(false);
    const limit = deadline(signal, limitMs);
    const options = {signal: limit.signal, agent: false};
    const request = get(`${worker.url}${worker.path}`, options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('error', no).on('close', no);
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > MOST_BYTES) response.destroy();
      });
      response.on('end', () => tell(isWorkerAnswer(worker, response.statusCode ?? 0, body)));
    });
    request.on('error', no);
  });
}

/** @returns why nobody listens where a URL leads; null when somebody does. Nothing is sent. */
export function whyNobody(url: string, limitMs: number, signal: AbortSignal): Promise<string | null> {
  const {hostname, port, protocol} = new URL(url);
  const number = port === '' ? (/^(wss|https):$/.test(protocol) ? 443 : 80) : Number(port);
  return canConnect(hostname.replaceAll(/[[\]]/g, ''), number, limitMs, signal);
}

/** @returns why nothing answers there; null when something does */
function canConnect(
  host: string,
  port: number,
  limitMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({host, port});
    const end = (why: string | null): void => {
      socket.destroy();
      signal.removeEventListener('abort', stop);
      resolve(why);
    };
    const stop = (): void => end('interrupted');
    signal.addEventListener('abort', stop, {once: true});
    socket.setTimeout(limitMs, () => end(`no answer within ${limitMs / 1000} s`));
    socket.on('connect', () => end(null)).on('error', (error) => end(codeOf(error)));
  });
}

/** @returns why this machine cannot listen there; null when it can */
export function canListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (error) => resolve(codeOf(error)));
    server.listen({host, port, exclusive: true}, () => server.close(() => resolve(null)));
  });
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
