import {say} from '../../foundation/next-step/next-step.ts';
import {shownUrl} from '../../foundation/text/shown-url.ts';
import {blocked, fail, notApplicable, ok, warn, type Finding} from './check.ts';
import type {CheckId} from './registry.ts';
import type {Probe} from './run.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import type {WorkerKind} from '../../protocol/wire/messages.ts';
import {createOpmlClient, type OpmlStatus} from '../../peers/worker/client.ts';
import type {DoctorContext} from './context.ts';
import {withinAnswerTime} from './answer-time.ts';

const CHECK_OF: Readonly<Record<WorkerKind, CheckId>> = {
  opml: 'workers.opml',
  tee: 'workers.tee',
  zkml: 'workers.zkml',
};

export function workersProbes(context: DoctorContext): Probe[] {
  const kinds = Object.entries(CHECK_OF) as [WorkerKind, CheckId][];
  return [
    ...kinds.map(([kind, id]): Probe => ({
      checks: [id],
      run: async (report, signal) => report(id, await judgeWorkers(kind, context, signal)),
    })),
    {
      checks: ['workers.callback'],
      run: (report) => {
        report('workers.callback', judgeCallback(context.config));
        return Promise.resolve();
      },
    },
  ];
}

async function judgeWorkers(kind: WorkerKind, context: DoctorContext, signal: AbortSignal): Promise<Finding> {
  const {workers, warnings} = context.config;
  const wanted = workers.find((worker) => worker.kind === kind);
  if (wanted === undefined) return notApplicable('none is configured');
  const {urls} = wanted;
  if (urls === null) return blocked('config.valid', `a URL of workers.${kind} is wrong`);
  const unsupported = warnings.find(
    ({code, message}) => code === 'KIND_UNSUPPORTED' && message.startsWith(kind),
  );
  if (kind !== 'opml')
    return warn(
      unsupported?.message ?? `this version cannot drive ${kind} workers`,
      say(`Take ${kind} out of the configuration, or leave it: such jobs are answered as unsupported.`),
    );
  const findings = await Promise.all(urls.map((url) => judgeWorker(url, kind, signal)));
  return locked(await context.running()) ?? together(findings);
}

/** The operator that runs has found the worker locked: its status does not show it. */
function locked(reading: Awaited<ReturnType<DoctorContext['running']>>): Finding | null {
  if (reading.state !== 'running') return null;
  const problem = reading.facts.view.problems.find(({code}) => code === 'WORKER_LOCKED');
  return problem === undefined ? null : fail(`${problem.message} (${problem.code})`, problem.next);
}

/** One finding of all workers of a kind: a pool that is not whole still works. */
function together(findings: readonly Finding[]): Finding {
  const [first = notApplicable('none is configured')] = findings;
  if (findings.length === 1) return first;
  const found = findings.map((finding) => finding.found).join('; ');
  const sick = findings.find(({state}) => state !== 'ok');
  if (sick === undefined) return ok(found);
  const isAnyWell = findings.some(({state}) => state === 'ok');
  return isAnyWell ? warn(found, sick.next) : {...sick, found};
}

async function judgeWorker(url: string, kind: WorkerKind, signal: AbortSignal): Promise<Finding> {
  const worker = createOpmlClient(url);
  const {host} = worker;
  try {
    return await withinAnswerTime(
      {who: host, next: say(`Start the worker, or correct workers.${kind}.url.`), signal},
      async (end) => ok(`${host} ${wordsFor(await worker.status(end))}`),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (!isAosError(error)) throw error;
    return fail(`${error.message} (${error.code})`, error.next);
  } finally {
    await worker.close();
  }
}

/** A worker that is busy with a request is alive. */
function wordsFor({busy, method}: OpmlStatus): string {
  if (busy !== null) return `answers and is not idle: ${busy}`;
  return method === 'GET' ? 'is idle and takes requests' : 'is well and takes one request at a time';
}

function judgeCallback({callbackUrl, callbackListen, warnings}: DoctorContext['config']): Finding {
  if (callbackUrl === null) return blocked('config.valid', 'net.callback_url is not known');
  const problem = warnings.find(({code}) => code === 'CALLBACK_UNREACHABLE');
  if (problem !== undefined)
    return warn(problem.message, say('Set workers.callback_listen to an address that the workers reach.'));
  const where =
    callbackListen === null ? 'from this machine' : `on ${callbackListen.host}:${callbackListen.port}`;
  return ok(`${shownUrl(callbackUrl)}, taken ${where}`);
}
