import {randomBytes} from 'node:crypto';
import {shownUrl} from '../../foundation/text/shown-url.ts';
import * as v from 'valibot';
import type {Config} from '../../config/config.ts';
import type {Env} from '../../config/user-path.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {systemFiles} from '../../foundation/system/open-files.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {ControlClient} from '../../node/control/client.ts';
import {connectHere} from '../../node/presence/here.ts';
import {startOperatorServer} from '../../node/operator/http/server.ts';
import type {CheckQuestion} from '../../node/operator/worker-check/check.ts';
import type {CheckedWorker} from '../../node/operator/worker-check/report.ts';
import {createWorkerChecks} from '../../node/operator/worker-check/worker-checks.ts';
import {createWorkers} from '../../peers/worker/workers.ts';
import {WORKER_KINDS, type WorkerKind} from '../../protocol/wire/messages.ts';
import {checkedWorkers} from './reply.ts';

export type WorkerCheckReport = {
  /** fail → exit 3, warn → exit 4, ok → 0. */
  verdict: 'ok' | 'warn' | 'fail';
  /** Who asked: the operator that runs for this node, or this command with a listener of its own. */
  askedBy: 'operator' | 'command';
  /** Where the workers send their answers. */
  callbackUrl: string;
  workers: readonly CheckedWorker[];
};

export type WorkerCheckOptions = {
  config: Config;
  /** Undefined: the kind that this node runs. */
  kind: string | undefined;
  question: CheckQuestion;
  place: {env: Env; cwd: string; uid: number};
  time: Time;
  signal: AbortSignal;
};

const HELLO_MS = 2_000;
const REPLY_MS = 100;

/**
 * Checks the workers of a node: by the operator that runs for it on this machine, so that a request takes its place among
 * those of jobs, else by itself, listening where workers send their answers.
 * @throws AosError USAGE | PORT_IN_USE | LISTEN_FAILED | CONTROL_*, or the signal's reason
 */
export async function checkNodeWorkers(options: WorkerCheckOptions): Promise<WorkerCheckReport> {
  const {config} = options;
  const kind = kindOf(options);
  const operator = await findOperator(options);
  const workers =
    operator === null ? await checkHere(kind, options) : await checkThere(operator, kind, options);
  const states = new Set(workers.flatMap(({checks}) => checks.map(({state}) => state)));
  const isOdd = states.has('warn') || states.has('pending') || states.has('unknown');
  return {
    verdict: states.has('fail') ? 'fail' : isOdd ? 'warn' : 'ok',
    askedBy: operator === null ? 'command' : 'operator',
    callbackUrl: shownUrl(config.net.callbackUrl),
    workers,
  };
}

function kindOf({config, kind}: WorkerCheckOptions): WorkerKind {
  const kinds = WORKER_KINDS.filter((one) => config.workers.kinds[one] !== undefined);
  const [first] = kinds;
  if (first === undefined)
    throw new AosError('USAGE', 'this node runs no worker', {
      next: say('Name one in workers.opml.url, workers.tee.url or workers.zkml.url.'),
    });
  const wanted = kind === undefined ? first : kinds.find((one) => one === kind);
  if (wanted === undefined)
    throw new AosError('USAGE', `this node runs ${kinds.join(', ')}, not ${kind ?? ''}`);
  return wanted;
}

/** The operator of this node on this machine; null: none runs. */
async function findOperator({
  config,
  place,
  time,
  signal,
}: WorkerCheckOptions): Promise<ControlClient | null> {
  const {network, node, store} = config;
  try {
    return await connectHere(
      {network, nodeId: node.id, storeDir: store.dir},
      {...place, timeoutMs: HELLO_MS, time, signal},
    );
  } catch (error) {
    if (isAosError(error, 'CONTROL_ABSENT')) return null;
    throw error;
  }
}

/**
 * The operator waits as long for a place at the worker as for its answer, and a zkml worker may be asked twice; the rest is
 * for status and request.
 */
function checkLimitMs({workers}: Config, kind: WorkerKind): number {
  return 3 * (workers.kinds[kind]?.answerTimeoutMs ?? 0) + 90_000;
}

async function checkThere(
  operator: ControlClient,
  kind: WorkerKind,
  {config, question, signal}: WorkerCheckOptions,
): Promise<readonly CheckedWorker[]> {
  try {
    const command = {command: 'worker-check', args: {kind, ...question}} as const;
    const reply = await operator.command(command, {limitMs: checkLimitMs(config, kind), signal});
    const read = v.safeParse(checkedWorkers, reply);
    if (!read.success)
      throw new AosError('CONTROL_BROKEN', 'the operator answered with a report that this aos cannot read');
    return read.output;
  } finally {
    // It ends what is still asked there, too.
    operator.close();
  }
}

async function checkHere(
  kind: WorkerKind,
  {config, question, time, signal}: WorkerCheckOptions,
): Promise<readonly CheckedWorker[]> {
  const {kinds, callbackListen} = config.workers;
  const limits = kinds[kind];
  if (limits === undefined) throw new AosError('BUG', `no ${kind} worker is configured`);
  const worker = createWorkers(kind, limits, {time});
  const checks = createWorkerChecks({
    workers: [worker],
    nodeId: config.node.id,
    callbackUrl: config.net.callbackUrl,
    newSecretId: () => randomBytes(16).toString('hex'),
    time,
    signal,
  });
  try {
    const server = await startOperatorServer(
      {
        listen: config.net.listen,
        callbacks: callbackListen,
        teePort: kind === 'tee' ? (limits.callbackPort ?? null) : null,
        callbackUrl: config.net.callbackUrl,
        trustedProxies: config.net.trustedProxies,
        files: systemFiles(),
        time,
      },
      {
        onProbe: () => {},
        onRefused: () => {},
        isKnownRequest: (id) => Promise.resolve(checks.isKnown(id)),
        onCallback: (from, body) =>
          Promise.resolve(
            checks.take(from, body) ?? {status: 404, code: 404, message: 'no request waits for this req_id'},
          ),
      },
    );
    try {
      return await checks.ofKind(kind, question, signal);
    } finally {
      // The reply to the last answer is on its way.
      await time.sleep(REPLY_MS);
      await server.close();
    }
  } finally {
    await worker.close();
  }
}
