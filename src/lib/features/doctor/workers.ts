import {say} from '../../foundation/next-step/next-step.ts';
import {blocked, fail, notApplicable, ok, warn, type Finding} from './check.ts';
import type {CheckId} from './registry.ts';
import type {Probe} from './run.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import type {WorkerKind} from '../../protocol/wire/messages.ts';
import {createOpmlWorker} from '../../peers/worker/opml.ts';
import type {DoctorContext} from './context.ts';
import {withinAnswerTime} from './answer-time.ts';

const CHECK_OF: Readonly<Record<WorkerKind, CheckId>> = {
  opml: 'workers.opml',
  tee: 'workers.tee',
  zkml: 'workers.zkml',
};

export function workersProbes({config}: DoctorContext): Probe[] {
  const kinds = Object.entries(CHECK_OF) as [WorkerKind, CheckId][];
  return [
    ...kinds.map(([kind, id]): Probe => ({
      checks: [id],
      run: async (report, signal) => report(id, await judgeWorker(kind, config, signal)),
    })),
    {
      checks: ['workers.callback'],
      run: (report) => {
        report('workers.callback', judgeCallback(config));
        return Promise.resolve();
      },
    },
  ];
}

async function judgeWorker(
  kind: WorkerKind,
  {workers, warnings}: DoctorContext['config'],
  signal: AbortSignal,
): Promise<Finding> {
  const wanted = workers.find((worker) => worker.kind === kind);
  if (wanted === undefined) return notApplicable('none is configured');
  const {url} = wanted;
  if (url === null) return blocked('config.valid', `workers.${kind}.url is wrong`);
  const unsupported = warnings.find(
    ({code, message}) => code === 'KIND_UNSUPPORTED' && message.startsWith(kind),
  );
  if (kind !== 'opml')
    return warn(
      unsupported?.message ?? `this version cannot drive ${kind} workers`,
      say(`Take ${kind} out of the configuration, or leave it: such jobs are answered as unsupported.`),
    );
  const patience = {concurrency: 1, readyTimeoutMs: 1, answerTimeoutMs: 1, attempts: 1};
  const worker = createOpmlWorker({url, ...patience});
  const {host} = new URL(url);
  try {
    return await withinAnswerTime(
      {who: host, next: say(`Start the worker, or correct workers.${kind}.url.`), signal},
      async (end) => {
        (await worker.ready(end)).release('untaken');
        return ok(`${host} is idle and takes requests`);
      },
    );
  } catch (error) {
    signal.throwIfAborted();
    if (!isAosError(error)) throw error;
    // A worker that is busy with a request is alive.
    if (error.code === 'WORKER_BUSY') return ok(error.message);
    return fail(`${error.message} (${error.code})`, error.next);
  } finally {
    await worker.close();
  }
}

function judgeCallback({callbackUrl, callbackListen, warnings}: DoctorContext['config']): Finding {
  if (callbackUrl === null) return blocked('config.valid', 'net.callback_url is not known');
  const problem = warnings.find(({code}) => code === 'CALLBACK_UNREACHABLE');
  if (problem !== undefined)
    return warn(problem.message, say('Set workers.callback_listen to an address that the workers reach.'));
  const where =
    callbackListen === null ? 'from this machine' : `on ${callbackListen.host}:${callbackListen.port}`;
  return ok(`${callbackUrl}, taken ${where}`);
}
