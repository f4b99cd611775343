import type {KnownGood} from '../../config/config.ts';
import {createLimiter} from '../../foundation/async/limiter.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {shownUrl} from '../../foundation/text/shown-url.ts';
import {durationText} from '../../foundation/time/duration.ts';
import {isJsonNumber, type JsonObject} from '../../protocol/wire/json.ts';
import {isModelName, isProofUrl} from '../../protocol/wire/proof.ts';
import {networkCode} from '../http/network-code.ts';
import type {ClientConfig, WorkerClient, WorkerDriver, WorkerRequest} from './driver.ts';
import {createWorkerHttp, NEAR, type WorkerHttp} from './http.ts';
import {createEngineClient} from './proof-engine.ts';
import {judgeHttpStatus, wordsOf} from './refusal.ts';
import {objectIn} from '../../protocol/wire/object-in.ts';

/** Workers of kind zkml (docs/protocol.md#zkml-workers). */
export const ZKML: WorkerDriver = {
  kind: 'zkml',
  // It holds one lock from the download of a proof on.
  mostAtOnce: 1,
  sticks: false,
  restart: (host) => say(`Restart the zkml worker at ${host}, and check that it reaches the proofs.`),
  hangs: 'the published zkml worker hangs like this while the server of a proof does not answer',
  idle: () => null,
  createClient: (url, config) =>
    url.startsWith('engine:') ? createEngineClient(url, config.proofEngine) : createZkmlClient(url, config),
  whyUnfit,
  needsKnownGood: true,
  checkJob: (_question, {knownGood = null}) =>
    knownGood === null
      ? null
      : {model: knownGood.model, prompt: '', params: new Map([['proof_path', knownGood.proofPath]])},
};

/** Most characters of a model’s name that are shown. */
const MOST_NAME = 100;
/** Our limit of one verification is over. */
const TOO_LATE: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** Where a job has the address of its proof; '' where it names none. */
function proofOf(params: JsonObject): string {
  const path = params.get('proof_path');
  return typeof path === 'string' ? path : '';
}

function whyUnfit({model, params}: {model: string; params: JsonObject}): string | null {
  if (!isModelName(model))
    return `the model name "${safeText(model, MOST_NAME)}" is none that a zkml worker is asked about`;
  const proof = proofOf(params);
  if (proof === '') return 'the job names no proof in params.proof_path';
  if (!isProofUrl(proof)) return 'params.proof_path of the job is no http(s) URL';
  const {username, password} = new URL(proof);
  return username === '' && password === '' ? null : 'params.proof_path of the job has a user or a password';
}

/** A worker’s words without the address of the proof that it was asked about: what is behind it may let someone in. */
function withoutAddress(words: string, proof: string): string {
  const {href, search} = new URL(proof);
  const hidden = [proof, href].reduce((text, url) => text.replaceAll(url, () => shownUrl(url)), words);
  return search.length > 1 ? hidden.replaceAll(search, '?…') : hidden;
}

/** What a worker said of a proof, as it came. */
type Verdict = {word: string; body: string};

/** A `false` that nothing can be held against. */
function unproven(name: string): AosError {
  const why = 'no proof is configured that is known to be good';
  return new AosError('WORKER_UNPROVEN', `${name} says false, and ${why}`);
}

/** @param config its answer_timeout is the limit of one verification */
function createZkmlClient(url: string, config: ClientConfig): WorkerClient {
  const {answerTimeoutMs, knownGood = null, proofEngine} = config;
  const http = createWorkerHttp('zkml', url, {...NEAR, requestMs: answerTimeoutMs});
  /** Each verification waits here for the one before it, and not inside the worker. */
  const turn = createLimiter(1);
  const {name} = http;
  const verify = (asked: Asked, signal: AbortSignal): Promise<Verdict> =>
    verifyBy(http, asked, answerTimeoutMs, signal);

  /** Why a `false` says nothing of the proof; null: a proof that is known to be good is `true` right after it. */
  async function doubtAbout(
    {model, params, requestId}: WorkerRequest,
    signal: AbortSignal,
  ): Promise<AosError | null> {
    if (knownGood === null) return unproven(name);
    if (knownGood.model === model && knownGood.proofPath === proofOf(params)) return unsound(name);
    try {
      return await judgeKnownGood(knownGood, `${requestId}-known-good`, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error)) throw error;
      return new AosError(
        'WORKER_UNPROVEN',
        `${name} says false, and the proof that is known to be good could not be checked: ${error.message}`,
        {cause: error, next: say('Check workers.zkml.known_good: aos worker check --kind zkml')},
      );
    }
  }

  /** The engine has to say the same of a model whose proofs are checked here, so that its false needs no other proof. */
  function isForEngine({model}: WorkerRequest, doubt: AosError): boolean {
    return doubt.code === 'WORKER_UNPROVEN' && proofEngine?.judges(model) === true;
  }

  async function judgeKnownGood(good: KnownGood, id: string, signal: AbortSignal): Promise<AosError | null> {
    const {word} = await verify({model: good.model, proof: good.proofPath, id}, signal);
    if (word === 'true') return null;
    if (word === 'false') return unsound(name);
    throw new AosError('WORKER_BAD_ANSWER', `${name} says neither true nor false`);
  }

  /** A proof that cannot be checked is one of the job; if that is so of every proof, the worker is of no use. */
  async function ofJob(asked: Asked, signal: AbortSignal): Promise<Verdict> {
    try {
      return await verify(asked, signal);
    } catch (error) {
      if (isAosError(error, 'WORKER_TIMEOUT')) throw await whoIsLate(asked, error, signal);
      if (knownGood === null || !isAosError(error, 'PROOF_NOT_CHECKED')) throw error;
      throw (await whyNone(knownGood, `${asked.id}-known-good`, signal)) ?? error;
    }
  }

  /**
   * A proof whose server hangs looks like a worker that is locked. Only a worker that has no verdict of the proof that is
   * known to be good either is late itself; without such a proof that is never known.
   */
  async function whoIsLate(asked: Asked, late: AosError, signal: AbortSignal): Promise<AosError> {
    const ofProof = new AosError('PROOF_TIMEOUT', late.message, {cause: late.cause});
    if (knownGood === null) return ofProof;
    if (knownGood.model === asked.model && knownGood.proofPath === asked.proof) return late;
    try {
      return (await judgeKnownGood(knownGood, `${asked.id}-known-good`, signal)) ?? ofProof;
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error)) throw error;
      return error.code === 'WORKER_TIMEOUT' ? late : ofProof;
    }
  }

  /** Why the worker checks not even the proof that is known to be good; null: it does, or that is not known. */
  async function whyNone(good: KnownGood, id: string, signal: AbortSignal): Promise<AosError | null> {
    try {
      return await judgeKnownGood(good, id, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error, 'PROOF_NOT_CHECKED')) return null;
      const words = `not even the proof that is known to be good is checked: ${error.message}`;
      const next = say('Check the worker’s log, its models, and that it reaches workers.zkml.known_good.');
      return new AosError('WORKER_REFUSED', words, {cause: error, next});
    }
  }

  return {
    url: http.url,
    host: http.host,
    name,
    async status(signal) {
      const reply = await http.look({method: 'GET', path: '/api/v1/healthcheck', body: null}, signal);
      const code = codeOf(objectIn(reply.body));
      if (reply.status !== 200 || (code !== null && code !== 200)) {
        const said = `HTTP ${reply.status}${code === null ? '' : ` and code ${code}`}`;
        throw new AosError('WORKER_UNREACHABLE', `${name} answers its healthcheck with ${said}`, {
          next: http.start,
        });
      }
      return {method: 'GET', busy: null, open: null, nodeId: null, places: 1, isIdle: false};
    },
    ask: (request, signal) =>
      turn.run(async () => {
        const {model, params, requestId} = request;
        const why = whyUnfit(request);
        if (why !== null) throw new AosError('PROOF_NOT_CHECKED', why);
        const {word, body} = await ofJob({model, proof: proofOf(params), id: requestId}, signal);
        const doubt = word === 'false' ? await doubtAbout(request, signal) : null;
        if (doubt !== null && isForEngine(request, doubt)) {
          await request.replied({body, doubt: null, doubtUnchecked: doubt});
          return;
        }
        await request.replied({body, doubt});
        if (doubt !== null) throw doubt;
      }, signal),
    prove: (signal) =>
      turn.run(async () => {
        if (knownGood === null) return;
        const doubt = await judgeKnownGood(knownGood, 'known-good', signal);
        if (doubt !== null) throw doubt;
      }, signal),
    close: () => http.close(),
  };
}

function unsound(name: string): AosError {
  return new AosError('WORKER_UNSOUND', `${name} says false to a proof that is known to be good`);
}

type Asked = {model: string; proof: string; id: string};

/** @throws AosError as WorkerClient.ask */
async function verifyBy(
  http: WorkerHttp,
  {model, proof, id}: Asked,
  limitMs: number,
  signal: AbortSignal,
): Promise<Verdict> {
  const {name} = http;
  const text = JSON.stringify({model, req_id: id, proof_path: proof});
  let reply;
  try {
    reply = await http.put('/api/v1/verify', text, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isAosError(error, 'WORKER_LOST') || !TOO_LATE.has(networkCode(error.cause))) throw error;
    const limit = durationText(limitMs);
    throw new AosError('WORKER_TIMEOUT', `${name} gave no verdict within ${limit}`, {cause: error.cause});
  }
  const {status, body} = reply;
  const words = (said: string): string => wordsOf(withoutAddress(said, proof));
  if (status === 408)
    throw new AosError('WORKER_TIMEOUT', `${name} ended the verification: HTTP 408${words(body)}`);
  const next = say('Check the worker’s log, and that workers.zkml names a zkml worker.');
  const failure = judgeHttpStatus(name, status, `HTTP ${status}${words(body)}`, next);
  if (failure !== null) throw failure;
  const said = objectIn(body);
  const result = said?.get('result');
  const code = codeOf(said);
  if (code !== 200) {
    const why = typeof result === 'string' ? words(result) : '';
    throw new AosError('PROOF_NOT_CHECKED', `${name} did not check the proof: code ${code ?? 'none'}${why}`);
  }
  if (typeof result !== 'string' || said?.get('req_id') !== id)
    throw new AosError('WORKER_BAD_ANSWER', `${name} sent a reply to another request, or an unreadable one`);
  return {word: result, body};
}

function codeOf(said: JsonObject | null): number | null {
  const code = said?.get('code');
  return isJsonNumber(code) && /^-?\d{1,9}$/.test(code.text) ? Number(code.text) : null;
}
