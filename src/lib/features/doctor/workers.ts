import {run, say} from '../../foundation/next-step/next-step.ts';
import {shownUrl} from '../../foundation/text/shown-url.ts';
import {blocked, fail, notApplicable, ok, unclear, warn, type Finding} from './check.ts';
import type {CheckId} from './registry.ts';
import type {Probe} from './run.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import type {KnownGood} from '../../config/config.ts';
import type {WorkerKind} from '../../protocol/wire/messages.ts';
import type {WorkerClient, WorkerDriver, WorkerStatus} from '../../peers/worker/driver.ts';
import {driverOf} from '../../peers/worker/workers.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {DoctorContext} from './context.ts';
import {withinAnswerTime} from './answer-time.ts';
import {judgeAttestation} from './attestation.ts';
import {zkmlEngineProbe} from './zkml-engine.ts';

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
    zkmlEngineProbe(context),
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
  const {workers, knownGood, engine, proofChecks} = context.config;
  const isCompared = proofChecks.verify === 'both' && proofChecks.models.size > 0;
  const terms = {knownGood, isCompared, ms: context.limits.answerMs};
  const wanted = workers.find((worker) => worker.kind === kind);
  if (wanted === undefined) return notApplicable('none is configured');
  const {urls} = wanted;
  if (kind === 'zkml' && proofChecks.verify === 'engine')
    return notApplicable('no worker is asked: workers.zkml.verify is engine');
  if (urls === null) return blocked('config.valid', `a URL of workers.${kind} is wrong`);
  const driver = driverOf(kind, engine, systemTime);
  const asked = wanted.second === null ? urls : [...urls, wanted.second];
  const findings = await Promise.all(asked.map((url) => judgeWorker(url, driver, terms, signal)));
  const all = seen(kind, workers.length, await context.running()) ?? together(findings);
  if (kind === 'tee' && all.state === 'ok')
    return judgeAttestation(context.config.teeAttestation, all.found, systemTime.now());
  return kind === 'opml' && engine !== null && all.state === 'ok'
    ? warn(`${all.found}; ${OTHER_ENGINE}`, COMPARE)
    : all;
}

/** What the text of an engine may cost. */
const OTHER_ENGINE =
  'an engine other than the network’s may give another text to the same prompt, which is an incorrect inference result (0.1 ETH each)';
const COMPARE = run(
  'worker check',
  ['--kind', 'opml'],
  'Compare its answers with those of the network’s worker',
);

/** What only the operator that runs can find: a status does not show it. */
const HIDDEN: ReadonlySet<string> = new Set([
  'WORKER_LOCKED',
  'WORKER_STUCK',
  'WORKER_UNSOUND',
  'WORKER_UNPROVEN',
  'WORKER_CHANGED',
]);

/** The operator that runs has found a worker of this kind to be of no use. @param kinds how many are configured */
function seen(
  kind: WorkerKind,
  kinds: number,
  reading: Awaited<ReturnType<DoctorContext['running']>>,
): Finding | null {
  if (reading.state !== 'running') return null;
  const problem = reading.facts.view.problems.find(
    ({code, message}) => HIDDEN.has(code) && (kinds === 1 || message.includes(`${kind} worker`)),
  );
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
  return isAnyWell ? warn(found, sick.next ?? run('worker check')) : {...sick, found};
}

type Terms = {
  knownGood: KnownGood | null;
  /** The engine has to say the same as the worker, of the models whose files are named. */
  isCompared: boolean;
  /** How long it may take. */
  ms: number;
};

async function judgeWorker(
  url: string,
  driver: WorkerDriver,
  {knownGood, isCompared, ms}: Terms,
  signal: AbortSignal,
): Promise<Finding> {
  const worker = driver.createClient(url, {answerTimeoutMs: ms, knownGood});
  const {host} = worker;
  try {
    return await withinAnswerTime(
      {who: host, ms, next: say(`Start the worker, or correct workers.${driver.kind}.url.`), signal},
      async (end) => {
        const words = `${host} ${wordsFor(await worker.status(end), driver)}`;
        if (!driver.needsKnownGood) return ok(words);
        return isCompared && knownGood === null
          ? ok(`${words}; of the models in workers.zkml.models the engine has to say the same`)
          : await judgeProof(worker, words, knownGood, end);
      },
    );
  } catch (error) {
    signal.throwIfAborted();
    if (!isAosError(error)) throw error;
    return fail(`${error.message} (${error.code})`, error.next);
  } finally {
    await worker.close();
  }
}

/** A worker whose word counts only while it says true to a proof that is known to be good. */
async function judgeProof(
  worker: WorkerClient,
  words: string,
  knownGood: KnownGood | null,
  signal: AbortSignal,
): Promise<Finding> {
  if (knownGood === null)
    return warn(
      `${words}; no proof is configured that is known to be good, so no false is sent`,
      say('Name one in workers.zkml.known_good: its model, and its proof_path.'),
    );
  try {
    await worker.prove(signal);
    return ok(`${words}, and says true to the proof that is known to be good`);
  } catch (error) {
    signal.throwIfAborted();
    if (!isAosError(error) || error.code === 'WORKER_UNSOUND') throw error;
    const found = `${words}; the proof that is known to be good could not be checked: ${error.message}`;
    return error.code === 'WORKER_TIMEOUT'
      ? unclear(found, say('Ask with more time: aos worker check --kind zkml'))
      : warn(`${found} (${error.code})`, say('Correct workers.zkml.known_good, or what serves its proof.'));
  }
}

/** A worker that is busy with a request is alive. */
function wordsFor({busy, places, about}: WorkerStatus, {sticks}: WorkerDriver): string {
  const lasting = sticks ? '; one that stays so while no job is open has to be restarted' : '';
  if (busy !== null) return `answers and is not idle: ${busy}${lasting}`;
  if (about !== undefined) return `is ${about}`;
  return places === 1 ? 'is well and takes one request at a time' : 'is idle and takes requests';
}

function judgeCallback({
  callbackUrl,
  callbackListen,
  warnings,
  workers,
  teePort,
}: DoctorContext['config']): Finding {
  if (callbackUrl === null) return blocked('config.valid', 'net.callback_url is not known');
  const problem = warnings.find(({code}) => code === 'CALLBACK_UNREACHABLE');
  if (problem !== undefined)
    return warn(
      problem.message,
      problem.path.startsWith('workers.tee')
        ? say('Run the tee worker on this machine.')
        : say('Set workers.callback_listen to an address that the workers reach.'),
    );
  const where =
    callbackListen === null ? 'from this machine' : `on ${callbackListen.host}:${callbackListen.port}`;
  const isTee = workers.some(({kind}) => kind === 'tee');
  const tee = isTee && teePort !== null ? `; those of tee workers at 127.0.0.1:${teePort}` : '';
  return ok(`${shownUrl(callbackUrl)}, taken ${where}${tee}`);
}
