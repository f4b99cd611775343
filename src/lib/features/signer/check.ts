import {randomBytes} from 'node:crypto';
import {networkInterfaces} from 'node:os';
import {linkedAbort} from '../../foundation/async/abort.ts';
import type {Check} from '../../foundation/check/check.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import type {SignerTls} from '../../config/config.ts';
import type {TlsOptions} from '../../peers/http/connection-pool.ts';
import {createTransport} from '../../peers/http/transport.ts';
import {checksumAddress, isAddress} from '../../protocol/wire/ethereum.ts';
import type {Time} from '../../foundation/time/time.ts';
import {accountsStep, negativeStep} from './check/accounts.ts';
import {connectStep} from './check/connect.ts';
import {exposureStep} from './check/exposure.ts';
import {healthcheckStep, healthStatusStep} from './check/health.ts';
import {latencyStep} from './check/latency.ts';
import {nextInCheck} from './check/next.ts';
import {signStep} from './check/sign.ts';
import type {CheckContext, Finding, Latency, Step} from './check/step.ts';
import {STEP_IDS, type StepId} from './step-ids.ts';
import {tlsStep} from './check/tls.ts';
import {transactionStep} from './check/transaction.ts';
import {typedDataStep} from './check/typed-data.ts';
import {upcheckStep} from './check/upcheck.ts';
import {unreachable} from '../../peers/signer/network-error.ts';
import {createRpc} from '../../peers/signer/rpc.ts';
import {readSignerTls} from '../../peers/signer/tls-files.ts';
import {STUCK} from '../../peers/signer/stuck.ts';
import {parseSignerUrl, type SignerUrl} from '../../peers/signer/url.ts';

export type CheckOptions = {
  /** signer_key as configured; may be anything. */
  url: string;
  /** node_id in any letter case. */
  address: string;
  /** The configured chain id; null when there is none, the signer's is then only reported. */
  chainId: number | null;
  time: Time;
  /** Limit of one step, ms (2500). */
  limitMs?: number;
  /** Signatures of the latency step (10). */
  samples?: number;
  tls?: TlsOptions;
  /** Files for TLS; what is wrong with them is a failed step. */
  tlsFiles?: SignerTls | null;
  random?: (bytes: number) => Uint8Array;
  /** Addresses beyond loopback to try the signer's port on; this machine's own. */
  localAddresses?: readonly string[];
  /** Those that are made [all], in their order. */
  only?: readonly StepId[];
  /** Gets each step as soon as it is done. Must not throw. */
  onStep?: (step: StepReport) => void;
  signal?: AbortSignal;
};

/** One step: what was asked, what came back (`found`) and what that means. */
export type StepReport = Check<StepId> & {
  asked: string;
  means: string;
  /** Of a skipped one: the step that stood in its way. */
  because: StepId | null;
  ms: number;
};

export type SignerReport = {
  /** fail → exit 3, warn → exit 4, ok → 0. */
  verdict: 'ok' | 'warn' | 'fail';
  /** Origin of the signer; null when signer_key is no usable URL. */
  signer: string | null;
  address: string;
  /** What the signer signs transactions for; null when that was not found out. */
  chainId: number | null;
  /** Accounts it holds; null when that was not found out. */
  accounts: readonly string[] | null;
  steps: StepReport[];
  latency: Latency | null;
};

const STEPS: readonly Step[] = [
  connectStep,
  tlsStep,
  upcheckStep,
  healthStatusStep,
  healthcheckStep,
  accountsStep,
  signStep,
  typedDataStep,
  transactionStep,
  negativeStep,
  latencyStep,
  exposureStep,
];

const SILENT = {
  means: 'the signer took the connection, but does not answer',
  next: STUCK.next,
};

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return all.filter(({internal, family}) => !internal && family === 'IPv4').map(({address}) => address);
}

/** Runs one step within its limit; a typed error is a failed step, anything else goes up. */
async function runStep(step: Step, context: CheckContext, outer: AbortSignal | undefined): Promise<Finding> {
  const {controller: limit, unlink} = linkedAbort(outer);
  const cancel = context.time.after(context.limitMs, () => {
    limit.abort(new AosError('SIGNER_UNREACHABLE', `no answer within ${context.limitMs} ms`));
  });
  try {
    return await step.run(context, limit.signal);
  } catch (error) {
    outer?.throwIfAborted();
    if (!isAosError(error)) throw error;
    if (limit.signal.aborted)
      return {
        state: 'fail',
        found: error.message,
        ...(step.slow ?? SILENT),
        ...(step.id === 'signer.connect' ? {stop: true} : {}),
      };
    return {state: 'fail', found: error.message, means: error.hint, next: nextInCheck(error)};
  } finally {
    cancel();
    unlink();
  }
}

/** The TLS files that a check uses; what is wrong with them is a failed first step. */
function checkFiles(
  first: {url: SignerUrl | null; step: StepReport},
  files: SignerTls | null,
  now: number,
): {url: SignerUrl | null; step: StepReport; tls: TlsOptions} {
  if (first.url?.tls !== true || files === null) return {...first, tls: {}};
  try {
    return {...first, tls: readSignerTls(files, now)};
  } catch (error) {
    if (!isAosError(error)) throw error;
    const {message: found, hint: means, next} = error;
    return {url: null, step: {...first.step, state: 'fail', found, means, next}, tls: {}};
  }
}

function checkUrl(text: string): {url: SignerUrl | null; step: StepReport} {
  const step = {id: 'signer.url', asked: 'form of signer_key', because: null, ms: 0} as const;
  try {
    const url = parseSignerUrl(text);
    return {url, step: {...step, state: 'ok', found: url.origin, means: 'a usable URL', next: null}};
  } catch (error) {
    if (!isAosError(error)) throw error;
    const {message: found, hint: means} = error;
    return {url: null, step: {...step, state: 'fail', found, means, next: error.next}};
  }
}

/** A step that was not made. */
function skipped(id: StepId, because: StepId, asked: string, means: string): StepReport {
  return {id, state: 'skipped', asked, found: '', means, next: null, because, ms: 0};
}

/**
 * Looks at a Web3Signer from the URL to the exposure of its port, one step after the other. After a failure that
 * leaves nothing to ask, and for steps that need one that failed, the state is `skipped`. Everything it signs is
 * worthless to others: a text that says so, expired typed data, a transaction with 1 gas.
 * @throws AosError USAGE (address is none), or the signal's reason
 */
export async function checkSigner(options: CheckOptions): Promise<SignerReport> {
  if (!isAddress(options.address)) throw new AosError('USAGE', 'node_id is not an address');
  const {time, limitMs = 2500, signal, only = STEP_IDS, onStep = () => {}} = options;
  const address = checksumAddress(options.address);
  const first = checkFiles(checkUrl(options.url), options.tlsFiles ?? null, time.now());
  const {url, step: urlStep} = first;
  const tls = options.tls ?? first.tls;
  const report: SignerReport = {
    verdict: 'ok',
    signer: url?.origin ?? null,
    address,
    chainId: null,
    accounts: null,
    steps: [urlStep],
    latency: null,
  };
  const add = (step: StepReport): void => {
    report.steps.push(step);
    onStep(step);
  };
  onStep(urlStep);
  if (url === null) {
    const rest = STEPS.filter(({id}) => only.includes(id)).map(({id}) =>
      skipped(id, 'signer.url', '', 'the URL, or a file of node.signer_tls, is not usable'),
    );
    rest.forEach(add);
    return {...report, verdict: 'fail'};
  }

  let hasAnswered = false;
  const transport = createTransport(url.origin, {timeoutMs: limitMs, tls}, (error, waitedMs) =>
    unreachable(url, error, {waitedMs, hasAnswered, shown: tls}),
  );
  const context: CheckContext = {
    url,
    at: `${url.host.includes(':') ? `[${url.host}]` : url.host}:${url.port}`,
    address,
    chainId: options.chainId,
    transport,
    rpc: createRpc(transport),
    time,
    random: options.random ?? randomBytes,
    limitMs,
    tls,
    localAddresses: options.localAddresses ?? ownAddresses(),
    samples: options.samples ?? 10,
  };
  const failed = new Set<StepId>();
  let stopped: StepId | undefined;
  try {
    for (const step of STEPS.filter(({id}) => only.includes(id))) {
      signal?.throwIfAborted();
      const asked = step.asked(context);
      const missing = stopped ?? step.needs.find((id) => failed.has(id));
      if (missing !== undefined) {
        failed.add(step.id);
        add(skipped(step.id, missing, asked, `needs ${missing} to pass`));
        continue;
      }
      const started = time.monotonic();
      const {state, found, means, next, stop, facts = {}} = await runStep(step, context, signal);
      const ms = Math.round((time.monotonic() - started) * 10) / 10;
      add({id: step.id, state, asked, found, means, next, because: null, ms});
      if (state === 'fail') failed.add(step.id);
      hasAnswered ||= step.id === 'signer.upcheck' && state === 'ok';
      if (stop === true) stopped = step.id;
      report.latency = facts.latency ?? report.latency;
      report.chainId = facts.chainId ?? report.chainId;
      report.accounts = facts.accounts ?? report.accounts;
    }
  } finally {
    await transport.close();
  }
  const states = new Set(report.steps.map((step) => step.state));
  report.verdict = states.has('fail') ? 'fail' : states.has('warn') ? 'warn' : 'ok';
  return report;
}
