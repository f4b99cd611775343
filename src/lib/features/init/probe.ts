import {errorCode} from '../../peers/http/try-connect.ts';
import {request} from 'node:http';
import {createServer} from 'node:net';
import type {FoundWorker} from './question.ts';
import {isWorkerAnswer, USUAL_WORKERS, type UsualWorker} from './usual-workers.ts';
import {deadline} from '../../foundation/system/system-time.ts';

/** A model list of a busy server may be long; what is longer is something else. */
const MOST_BYTES = 256 * 1024;

/** The workers that answer on their usual ports of this machine. */
export async function findUsualWorkers(limitMs: number, signal: AbortSignal): Promise<FoundWorker[]> {
  const answers = await Promise.all(USUAL_WORKERS.map((worker) => answersAs(worker, limitMs, signal)));
  const found = USUAL_WORKERS.filter((_, index) => answers[index]);
  // One that answers in two ways is one.
  return found
    .filter(({url}, index) => found.findIndex((other) => other.url === url) === index)
    .map(({url, what, kind}) => ({url, what, kind}));
}

async function answersAs(worker: UsualWorker, limitMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (is: boolean): void => {
      limit.done();
      resolve(is);
    };
    const no = (): void => settle(false);
    const limit = deadline(signal, limitMs);
    const options = {method: worker.method, signal: limit.signal, agent: false};
    const asked = request(`${worker.url}${worker.path}`, options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('error', no).on('close', no);
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > MOST_BYTES) response.destroy();
      });
      response.on('end', () => settle(isWorkerAnswer(worker, response.statusCode ?? 0, body)));
    });
    asked.on('error', no).end();
  });
}

/** @returns why this machine cannot listen there; null when it can */
export function canListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (error) => resolve(errorCode(error)));
    server.listen({host, port, exclusive: true}, () => server.close(() => resolve(null)));
  });
}
