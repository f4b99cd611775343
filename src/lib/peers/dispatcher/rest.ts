import {request} from 'undici';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {toHex} from '../../protocol/wire/ethereum.ts';
import {messageInvalid, objectAt, requiredText} from '../../protocol/wire/fields.ts';
import {isJsonNumber, parseJson, type JsonObject, type JsonValue} from '../../protocol/wire/json.ts';
import {keccak256} from '../../protocol/wire/keccak.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';

/** The body of `/api/job/submit`; `kind` is `job.tag`. */
export type JobSubmission = {prompt: string; model: string; kind: string};

/** One operator's accepted result of a job. */
export type JobResultRow = {operator: string; result: string; reason: string; selected: boolean};

/** The dispatcher's record of an operator; `range` is null until it is known. */
export type DispatcherOperator = {
  address: string;
  range: {start: bigint; end: bigint} | null;
  status: string;
};

/** Signs bytes as `eth_sign` does; 130 hex digits without 0x. */
type SignBytes = (message: Uint8Array, signal: AbortSignal) => Promise<string>;

/** The dispatcher's HTTP API (docs/protocol.md#http-api-of-the-dispatcher), as far as it is used here. */
export type DispatcherRest = {
  /** Registers the operator with the dispatcher; repeating it is allowed. @throws AosError DISPATCHER_* | SIGNER_* */
  registerOperator(operator: string, sign: SignBytes, signal: AbortSignal): Promise<void>;
  /** Reads the dispatcher's record of the operator; null: unknown. @throws AosError DISPATCHER_* */
  operatorInfo(operator: string, signal: AbortSignal): Promise<DispatcherOperator | null>;
  /** Submits a job and returns its id. @throws AosError DISPATCHER_* */
  submitJob(job: JobSubmission, signal: AbortSignal): Promise<string>;
  /** Returns the results accepted so far. @throws AosError DISPATCHER_* */
  jobResults(jobId: string, signal: AbortSignal): Promise<JobResultRow[]>;
};

const TIMEOUT_MS = 10_000;
const MAX_REPLY = 16 * 1024 * 1024;

/** @param base http(s)://host:port */
export function createDispatcherRest(base: string): DispatcherRest {
  const root = base.replace(/\/+$/, '');

  async function post(path: string, body: object, signal: AbortSignal): Promise<JsonValue> {
    const reply = await exchange(`${root}${path}`, body, signal);
    const code = reply.get('code');
    if (isJsonNumber(code) && code.text === '200') return reply.get('result') ?? null;
    const message = reply.get('message');
    const said = typeof message === 'string' ? message : 'no reason given';
    throw new AosError('DISPATCHER_REFUSED', `${path} was refused: ${said}`, {
      next: say('Correct the request and send it again.'),
    });
  }

  return {
    async registerOperator(operator, sign, signal) {
      // docs/protocol.md#http-api-of-the-dispatcher: the open dispatcher checks none of it; hash and both signatures
      // are over these very bytes.
      const message = Buffer.from(JSON.stringify({operator}));
      const hash = toHex(keccak256(message));
      const signature = await sign(message, signal);
      const body = {address: operator, signature, params: {operator, signature, hash}};
      await post('/api/operator/register', body, signal);
    },
    async operatorInfo(operator, signal) {
      const found = await post('/api/operator/info', {operator}, signal);
      return found === null ? null : readOperator(objectAt(found, 'result'));
    },
    async submitJob({prompt, model, kind}, signal) {
      const job = {tag: kind, prompt, model, params: {}};
      const id = await post('/api/job/submit', {from: null, job, verify: null}, signal);
      if (typeof id !== 'string') throw messageInvalid('result', 'a job id');
      return id;
    },
    async jobResults(jobId, signal) {
      const rows = await post('/api/job/result', {job_id: jobId}, signal);
      if (!Array.isArray(rows)) throw messageInvalid('result', 'an array');
      return rows.map((row, index) => readRow(row, `result[${index}]`));
    },
  };
}

function readOperator(row: JsonObject): DispatcherOperator {
  const [start, end] = [rangeEnd(row.get('start')), rangeEnd(row.get('end'))];
  const status = row.get('status');
  return {
    address: requiredText(row, 'result', 'address'),
    range: start === null || end === null ? null : {start, end},
    status: typeof status === 'string' ? status : '',
  };
}

/** Reads a decimal number, as text or number; null for anything else. */
function rangeEnd(value: JsonValue | undefined): bigint | null {
  const text = typeof value === 'string' ? value : isJsonNumber(value) ? value.text : '';
  return /^\d{1,78}$/.test(text) ? BigInt(text) : null;
}

function readRow(value: JsonValue, path: string): JobResultRow {
  const row = objectAt(value, path);
  const vrf = objectAt(row.get('vrf'), `${path}.vrf`);
  const text = (name: string): string => {
    const found = row.get(name);
    return typeof found === 'string' ? found : '';
  };
  return {
    operator: requiredText(row, path, 'operator'),
    result: text('result'),
    reason: text('reason'),
    selected: vrf.get('selected') === true,
  };
}

/** Sends one POST; the body decides, whatever the HTTP status. */
async function exchange(url: string, body: object, signal: AbortSignal): Promise<JsonObject> {
  const {host} = new URL(url);
  try {
    const response = await request(url, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: {'content-type': 'application/json'},
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      signal,
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > MAX_REPLY) throw new AosError('DISPATCHER_REFUSED', `${host} sent more than 16 MiB`);
      chunks.push(chunk);
    }
    return objectAt(parseJson(Buffer.concat(chunks)).value, 'body');
  } catch (error) {
    signal.throwIfAborted();
    if (isAosError(error)) throw error;
    throw new AosError('DISPATCHER_UNREACHABLE', `${host}: ${errorText(error)}`, {
      cause: error,
      next: run('devnet up', [], 'Name the dispatcher with --dispatcher URL, or start a devnet'),
    });
  }
}
