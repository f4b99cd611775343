import * as check from '../../foundation/check/check.ts';
import {run, say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {networkPreset} from '../../config/networks.ts';
import {FIELDS} from '../../config/schema.ts';
import {dispatcherUrl, listenAddress} from '../../config/values.ts';
import {withChain} from '../../peers/chain/open.ts';
import {numbersOf, shareText, USUAL_PRECISION} from '../../protocol/vrf/share.ts';
import {createRangeReader} from '../../peers/chain/range.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {networkValue, nodeIdOf} from './fields.ts';
import type {Check, Finding, Known} from './question.ts';
import {ether} from '../../foundation/text/amounts.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {checkSigners} from '../signer/check-line.ts';
import {openSigner, type SignerPlace} from '../../peers/signer/open.ts';
import {count} from '../../foundation/text/words.ts';
import {deadline, systemTime} from '../../foundation/system/system-time.ts';
import type {WorkerClient} from '../../peers/worker/driver.ts';
import {driverOf} from '../../peers/worker/workers.ts';
import {engineConfigOf, isEngine, workerKind} from './questions-engine.ts';
import {canListen, findUsualWorkers} from './probe.ts';
import {isUrlOfSetup} from './web3signer-files.ts';
import {checkAlertFile} from './check-alert-file.ts';
import {checkStore, checkVrfKey, placed, type FilePlace} from './files.ts';
import {lookAtDispatcher, lookAtMail, lookAtWebhook} from './reach.ts';
import {signerOf} from './signer-flags.ts';

/** Checks the answer that was just given; null: there is nothing to check. Never takes longer than some seconds. */
export type Probe = (what: Check, known: Known, signal: AbortSignal) => Promise<Finding | null>;

const QUICK_MS = 800;
const LIMIT_MS = 5_000;
const NO_ADDRESS = `0x${'00'.repeat(20)}`;

export function createProbe(place: FilePlace): Probe {
  const probes: Readonly<Record<Check, (known: Known, signal: AbortSignal) => Promise<Finding | null>>> = {
    network: checkNetwork,
    operator: (known, signal) => checkOperator(known, signal),
    signer: (known, signal) => checkSignerUrl(known, place, signal),
    dispatcher: checkDispatcher,
    rpc: checkRpc,
    range: checkRange,
    worker: (known, signal) => checkWorker({known, place, key: 'worker-url'}, signal),
    second: (known, signal) => checkWorker({known, place, key: 'second-url'}, signal),
    'known-good': (known, signal) => checkKnownGood(known, place, signal),
    listen: checkListen,
    'vrf-key': (known) => Promise.resolve(checkVrfKey(known.answers['vrf-key-file'] ?? '', place)),
    store: (known) => Promise.resolve(checkStore(known, place)),
    'alert-file': (known) => Promise.resolve(checkAlertFile(known, place)),
    'mail-server': ({answers}, signal) => lookAtMail(answers['alert-server'] ?? '', signal),
    webhook: ({answers}, signal) => lookAtWebhook(answers['alert-webhook'] ?? '', signal),
  };
  return async (what, known, signal) => {
    try {
      return await probes[what](known, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error) || error.code === 'BUG') throw error;
      return fail(error.message, error.next);
    }
  };
}

const ok = (found: string, facts: Finding['facts'] = {}): Finding => ({...check.ok(safeText(found)), facts});
/** Nothing to do now: it comes later. */
const pending = (found: string): Finding => check.pending(safeText(found), null);
const fail = (found: string, next: NextStep, facts: Finding['facts'] = {}): Finding => ({
  ...check.fail(safeText(found), next),
  facts,
});

/** What is on this machine already: a signer where it usually is, and workers. */
async function checkNetwork(known: Known, signal: AbortSignal): Promise<Finding> {
  const url = networkValue(known, FIELDS.signerKey.path) ?? 'http://127.0.0.1:9000';
  const [accounts, workers] = await Promise.all([
    accountsAt({url, tls: null}, QUICK_MS, signal).catch(() => null),
    findUsualWorkers(QUICK_MS, signal),
  ]);
  signal.throwIfAborted();
  const here = [
    ...(accounts === null ? [] : [`Web3Signer at ${url} with ${count(accounts.length, 'account')}`]),
    ...workers.map(({what, url: at, kind}) => `${what} at ${at}${kind === null ? ' (an engine)' : ''}`),
  ];
  const text = here.length === 0 ? 'no signer and no worker on the usual ports' : `found ${here.join('; ')}`;
  return ok(text, {accounts, workers});
}

/** On chain, where the network brings an RPC; any other RPC is checked with its own question. */
async function checkOperator(known: Known, signal: AbortSignal): Promise<Finding | null> {
  const rpcUrl = networkValue(known, FIELDS.rpcUrl.path);
  const operator = nodeIdOf(known.answers);
  const {accounts} = known.facts;
  // Before the signer is known, its accounts are those of the usual port.
  const isAsked = known.answers['signer-url'] !== undefined && known.answers.account !== undefined;
  if (isAsked && accounts !== null && !accounts.includes(operator))
    return fail(`the signer does not hold the key of ${operator}`, say('Load it into Web3Signer.'));
  if (rpcUrl === null || operator === '') return null;
  return ok((await readOperator(rpcUrl, known, operator, signal)).text);
}

async function checkSignerUrl(known: Known, place: FilePlace, signal: AbortSignal): Promise<Finding> {
  const url = known.answers['signer-url'] ?? '';
  if (known.facts.withSigner && url !== '' && !isUrlOfSetup(url))
    return fail(
      'the signer that is set up here answers at http://127.0.0.1 only',
      say('Give a URL such as http://127.0.0.1:9000'),
    );
  if (known.facts.withSigner)
    return pending('its files will be created; check it later with aos signer check');
  const access = signerOf(url, known.facts.more, place);
  const operator = nodeIdOf(known.answers);
  if (operator === '') {
    const at = {url, tls: access.signerTls};
    const accounts = await accountsAt(at, LIMIT_MS, signal).catch((error: unknown) => unreachable(error));
    if ('state' in accounts) return accounts;
    if (accounts.length > 0) return ok(`the signer holds ${count(accounts.length, 'account')}`, {accounts});
    return fail('the signer holds no key', say('Load a key into Web3Signer.'), {accounts});
  }
  const chainId = expectedChain(known);
  const asked = {address: operator, chainId, time: systemTime, samples: 3, signal};
  const report = await checkSigners(access, asked);
  const {accounts} = report;
  // The user chooses another account next; the signer has no problem.
  const isOther = accounts !== null && accounts.length > 0 && !accounts.includes(operator);
  const failed = report.steps.find(({state}) => state === 'fail');
  const unfit = report.standby.find(({verdict}) => verdict === 'fail');
  const step = unfit?.steps.find(({state}) => state === 'fail');
  const warned = report.steps.find(({state}) => state === 'warn');
  if (failed !== undefined && !isOther)
    return fail(`${failed.means} (${failed.found})`, failed.next ?? run('signer check'), {accounts});
  if (isOther) return ok('the signer answers', {accounts});
  if (step !== undefined)
    return {
      ...check.warn(
        safeText(`${unfit?.signer ?? 'one of --signer-urls'} could not sign in its place: ${step.means}`),
        step.next ?? run('signer check'),
      ),
      facts: {accounts},
    };
  if (warned !== undefined)
    return {
      ...check.warn(
        safeText(`the signer holds the key of ${operator}; ${warned.means}`),
        warned.next ?? run('signer check'),
      ),
      facts: {accounts},
    };
  return ok(`the signer holds the key of ${operator} and signs rightly`, {accounts});
}

function unreachable(error: unknown): Finding {
  if (!isAosError(error)) throw error;
  return fail(error.message, error.next, {accounts: null});
}

async function accountsAt(place: SignerPlace, timeoutMs: number, signal: AbortSignal): Promise<string[]> {
  const signer = openSigner(place, {address: NO_ADDRESS, timeoutMs});
  try {
    return await signer.accounts(signal);
  } finally {
    await signer.close();
  }
}

async function checkDispatcher({answers}: Known, signal: AbortSignal): Promise<Finding> {
  const parsed = dispatcherUrl.parse(answers['dispatcher-url'] ?? '');
  if ('wrong' in parsed)
    return fail('the URL cannot be read', say('Type host:port, or a ws:// or wss:// URL.'));
  return await lookAtDispatcher(parsed.value, signal);
}

function expectedChain({answers}: Known): number | null {
  const text = networkPreset(answers.network ?? '')?.values[FIELDS.chainId.path];
  return text === undefined ? null : Number(text);
}

async function checkRpc(known: Known, signal: AbortSignal): Promise<Finding> {
  const operator = nodeIdOf(known.answers);
  const {text, chainId} = await readOperator(known.answers['rpc-url'] ?? '', known, operator, signal);
  return ok(text, {chainId});
}

/** Chain id, and what the operator's account is there. @throws AosError CHAIN_* */
function readOperator(
  rpcUrl: string,
  known: Known,
  operator: string,
  signal: AbortSignal,
): Promise<{text: string; chainId: number}> {
  const options = {rpcUrls: [rpcUrl], chainId: expectedChain(known), timeoutMs: LIMIT_MS, signal};
  return withChain({...options, now: systemTime.now}, async ({client, chainId, blockNumber, endpoint}) => {
    const chain = `${endpoint} serves chain ${chainId}, block ${blockNumber}`;
    if (!isHex(operator)) return {text: chain, chainId};
    const [wei, code] = await Promise.all([
      client.getBalance({address: operator}),
      client.getCode({address: operator}),
    ]).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new AosError('CHAIN_UNREACHABLE', `${endpoint} did not return the balance of ${operator}`, {
        cause,
      });
    });
    const kind = code === undefined ? '' : '; it is a contract, which cannot sign jobs';
    const funds = wei === 0n ? 'has no ETH yet (registration needs some)' : `has ${ether(wei, 4)} ETH`;
    return {text: `${chain}; ${operator} ${funds}${kind}`, chainId};
  });
}

function isHex(text: string): text is `0x${string}` {
  return text.startsWith('0x');
}

async function checkRange(known: Known, signal: AbortSignal): Promise<Finding | null> {
  const rpcUrl = known.answers['rpc-url'] ?? '';
  const contract = known.answers['range-contract'] ?? '';
  const nodeId = nodeIdOf(known.answers);
  if (known.facts.chainId === null || nodeId === '') return null; // the RPC did not answer a moment ago
  const options = {rpcUrls: [rpcUrl], contract, nodeId, chainId: expectedChain(known), timeoutMs: LIMIT_MS};
  const {start, end, max} = await createRangeReader(options).read(signal);
  const numbers = numbersOf(max, USUAL_PRECISION);
  return start === 0n && end === 0n
    ? pending('no sampling range is set for the operator yet: the network sets it when you register')
    : ok(`sampling range ${start} to ${end} of ${numbers}: ${shareText({start, end, numbers})}`);
}

/** Which worker of the answers is asked. */
type Asked = {known: Known; place: FilePlace; key: 'worker-url' | 'second-url'};

/** The worker of the answers, until `use` is done. */
async function withWorker(
  {known, place, key}: Asked,
  signal: AbortSignal,
  use: (worker: WorkerClient, signal: AbortSignal) => Promise<Finding>,
): Promise<Finding> {
  const {answers} = known;
  const url = answers[key] ?? '';
  const model = answers['known-good-model'] ?? '';
  const proofPath = answers['known-good-proof'] ?? '';
  const knownGood = model === '' || proofPath === '' ? null : {model, proofPath};
  const limits = {answerTimeoutMs: LIMIT_MS, knownGood};
  const keyFile = answers['engine-key-file'] ?? '';
  const engine = engineConfigOf(known, keyFile === '' ? null : placed(keyFile, place));
  const worker = driverOf(workerKind(answers), engine, systemTime).createClient(
    /^https?:/i.test(url) ? url : `http://${url}`,
    limits,
  );
  const limit = deadline(signal, LIMIT_MS);
  try {
    return await use(worker, limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isAosError(error))
      return fail('the worker did not answer in time', say('Start the worker, or correct its URL.'));
    throw error;
  } finally {
    limit.done();
    await worker.close();
  }
}

async function checkWorker(asked: Asked, signal: AbortSignal): Promise<Finding | null> {
  const {known} = asked;
  // An engine is looked at by its models, which are asked for after its URL.
  if (isEngine(known) && (known.answers['engine-models'] ?? '') === '') return null;
  return withWorker(asked, signal, async (worker, end) => {
    const {places, busy, about} = await worker.status(end);
    if (about !== undefined && busy === null) return ok(`it is ${about}`);
    if (busy !== null) return ok('the worker answers; it is at work');
    return ok(
      places === 1 ? 'the worker is well; it takes one request at a time' : 'the worker is idle and ready',
    );
  });
}

function checkKnownGood(known: Known, place: FilePlace, signal: AbortSignal): Promise<Finding> {
  return withWorker({known, place, key: 'worker-url'}, signal, async (worker, end) => {
    await worker.prove(end);
    return ok('the worker says true to it');
  });
}

async function checkListen({answers}: Known): Promise<Finding> {
  const parsed = listenAddress.parse(answers.listen ?? '');
  if ('wrong' in parsed) return fail('the address cannot be read', say('Type host:port.'));
  const {host, port} = parsed.value;
  const why = await canListen(host, port);
  if (why === null) return ok('the port is free');
  return fail(
    `cannot listen at ${host}:${port} (${why})`,
    say('Choose another port, or stop the other program.'),
  );
}
