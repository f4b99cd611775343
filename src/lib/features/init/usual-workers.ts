import type {WorkerKind} from '../../protocol/wire/messages.ts';

/** How a worker on a usual port is recognised: the path that is asked, and what its answer must hold. */
export type UsualWorker = {
  url: string;
  method: 'GET' | 'POST';
  path: string;
  /** Names of members that the JSON answer must have; empty: HTTP 200 is enough. */
  members: readonly string[];
  what: string;
  kind: WorkerKind | null;
};

/** Where workers usually listen: the reference's three, and the servers of language models that many run. */
export const USUAL_WORKERS: readonly UsualWorker[] = [
  {
    url: 'http://127.0.0.1:1234',
    method: 'GET',
    path: '/api/v1/status',
    members: ['msg'],
    what: 'an opml worker',
    kind: 'opml',
  },
  // The published one answers its status by POST alone.
  {
    url: 'http://127.0.0.1:1234',
    method: 'POST',
    path: '/api/v1/status',
    members: ['code', 'data'],
    what: 'an opml worker',
    kind: 'opml',
  },
  {
    url: 'http://127.0.0.1:3000',
    method: 'GET',
    path: '/api/v1/status',
    members: ['remain_task'],
    what: 'a tee worker',
    kind: 'tee',
  },
  {
    url: 'http://127.0.0.1:3721',
    method: 'GET',
    path: '/api/v1/healthcheck',
    members: ['code', 'result'],
    what: 'a zkml worker',
    kind: 'zkml',
  },
  {
    url: 'http://127.0.0.1:11434',
    method: 'GET',
    path: '/api/tags',
    members: ['models'],
    what: 'Ollama',
    kind: null,
  },
  {
    url: 'http://127.0.0.1:8080',
    method: 'GET',
    path: '/props',
    members: ['default_generation_settings'],
    what: 'llama.cpp',
    kind: null,
  },
  {
    url: 'http://127.0.0.1:8000',
    method: 'GET',
    path: '/v1/models',
    members: ['data'],
    what: 'vLLM',
    kind: null,
  },
];

/** Whether an answer is that of the worker. */
export function isWorkerAnswer({members}: UsualWorker, status: number, body: string): boolean {
  if (status !== 200) return false;
  if (members.length === 0) return true;
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && members.every((name) => Object.hasOwn(value, name));
  } catch {
    return false; // something else listens there
  }
}
