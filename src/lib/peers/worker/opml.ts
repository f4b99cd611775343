import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import type {HttpAnswer} from '../http/transport.ts';
import type {StatusMethod, WorkerClient, WorkerDriver} from './driver.ts';
import {createWorkerHttp, NEAR, type WorkerLimits} from './http.ts';
import {judgeQuestionReply, questionBody} from './question.ts';
import {readStatus} from './status.ts';

/** Workers of kind opml (docs/protocol.md#workers). */
export const OPML: WorkerDriver = {
  kind: 'opml',
  mostAtOnce: null,
  sticks: false,
  restart: (host) =>
    say(`Restart the worker at ${host}; if that does not help, check that it reaches net.callback_url.`),
  hangs: 'the published opml worker hangs like this when it got two requests at the same moment',
  idle: () => null,
  createClient: (url) => createOpmlClient(url),
  whyUnfit: () => null,
  needsKnownGood: false,
  checkJob: (question) => ({...question, params: new Map()}),
};

/** @param url base URL, checked */
export function createOpmlClient(url: string, limits: WorkerLimits = NEAR): WorkerClient {
  const http = createWorkerHttp('opml', url, limits);
  const {host, name} = http;
  let method: StatusMethod = 'GET';

  const statusBy = (by: StatusMethod, signal: AbortSignal): Promise<HttpAnswer> =>
    http.look({method: by, path: '/api/v1/status', body: by === 'GET' ? null : '{}'}, signal);

  return {
    url: http.url,
    host,
    name,
    async status(signal) {
      let reply = await statusBy(method, signal);
      if (isNoRoute(reply.status)) {
        const other = method === 'GET' ? 'POST' : 'GET';
        const second = await statusBy(other, signal);
        if (!isNoRoute(second.status)) {
          method = other;
          reply = second;
        }
      }
      if (reply.status !== 200)
        throw new AosError('WORKER_UNREACHABLE', `${name} answers its status with HTTP ${reply.status}`, {
          next: http.start,
        });
      // The published worker is lost for good when two requests reach it at once.
      return {method, ...readStatus(reply.body), places: method === 'GET' ? null : 1, isIdle: false};
    },
    async ask(request, signal) {
      const reply = await http.put('/api/v1/question', questionBody(request), signal);
      const failure = judgeQuestionReply(host, reply.status, reply.body);
      if (failure !== null) throw failure;
    },
    prove: () => Promise.resolve(),
    close: () => http.close(),
  };
}

function isNoRoute(status: number): boolean {
  return status === 404 || status === 405;
}
