import {checksumAddress, isAddress, toHex} from '../../protocol/wire/ethereum.ts';
import {messageInvalid} from '../../protocol/wire/fields.ts';
import {keccak256} from '../../protocol/wire/keccak.ts';
import {createExchange} from './rest-exchange.ts';
import {readOperatorRow, readResultRows, type DispatcherOperator, type JobResultRow} from './rest-rows.ts';

/** The body of `/api/job/submit`; `kind` is `job.tag`, and `proofPath` what a zkml job has in place of other parameters. */
export type JobSubmission = {prompt: string; model: string; kind: string; proofPath?: string};

/** Signs bytes as `eth_sign` does; 130 hex digits without 0x. */
export type SignBytes = (message: Uint8Array, signal: AbortSignal) => Promise<string>;

/** The dispatcher's HTTP API (docs/protocol.md#http-api-of-the-dispatcher), as far as it is used here. */
export type DispatcherRest = {
  /**
   * Registers the operator with the dispatcher, which answers after its transaction is in a block. Not for an id that has
   * a row: the published dispatcher then moves its range on chain.
   * @throws AosError DISPATCHER_* | SIGNER_*
   */
  registerOperator(operator: string, sign: SignBytes, signal: AbortSignal): Promise<void>;
  /**
   * Reads the dispatcher's row of the operator, in whatever letter case the row has the id; null: there is none.
   * @throws AosError DISPATCHER_* | MESSAGE_INVALID
   */
  operatorInfo(operator: string, signal: AbortSignal): Promise<DispatcherOperator | null>;
  /** Submits a job and returns its id. @throws AosError DISPATCHER_* | MESSAGE_INVALID */
  submitJob(job: JobSubmission, signal: AbortSignal): Promise<string>;
  /** Returns the results kept so far. @throws AosError DISPATCHER_* | MESSAGE_INVALID */
  jobResults(jobId: string, signal: AbortSignal): Promise<JobResultRow[]>;
};

type DispatcherRestOptions = {
  /** For one answer [10 s], ms; 0: only the signal ends a request. */
  timeoutMs?: number;
};

/** Those of the published client: a published operator ends at a tee job without them. */
const PARAMS = {temperature: 1, top_p: 0.5, max_tokens: 1024};

/** @param base http(s)://host:port */
export function createDispatcherRest(
  base: string,
  {timeoutMs = 10_000}: DispatcherRestOptions = {},
): DispatcherRest {
  const post = createExchange(base, timeoutMs);

  return {
    async registerOperator(operator, sign, signal) {
      // docs/protocol.md#http-api-of-the-dispatcher: the open dispatcher checks none of it; hash and both signatures
      // are over these very bytes.
      const message = Buffer.from(registrationText(operator));
      const hash = toHex(keccak256(message));
      const signature = await sign(message, signal);
      const body = {address: operator, signature, params: {operator, signature, hash}};
      await post('/api/operator/register', body, signal);
    },
    async operatorInfo(operator, signal) {
      for (const id of lettersOf(operator)) {
        const row = await post('/api/operator/info', {operator: id}, signal);
        if (row !== null) return readOperatorRow(row);
      }
      return null;
    },
    async submitJob({prompt, model, kind, proofPath}, signal) {
      const params = proofPath === undefined ? PARAMS : {proof_path: proofPath};
      const job = {tag: kind, prompt, model, params};
      const id = await post('/api/job/submit', {from: null, job, verify: null}, signal);
      if (typeof id !== 'string') throw messageInvalid('result', 'a job id');
      return id;
    },
    async jobResults(jobId, signal) {
      return readResultRows(await post('/api/job/result', {job_id: jobId}, signal));
    },
  };
}

/** What an operator signs (eth_sign) to register with a dispatcher. */
export function registrationText(operator: string): string {
  return JSON.stringify({operator});
}

/**
 * The forms in which a configuration may have had the id: as given, with its checksum, and in letters of one case. The
 * published dispatcher compares ids as text.
 */
function lettersOf(operator: string): string[] {
  if (!isAddress(operator)) return [operator];
  const digits = operator.slice(2);
  const forms = [checksumAddress(operator), `0x${digits.toLowerCase()}`, `0x${digits.toUpperCase()}`];
  return [...new Set([operator, ...forms])];
}
