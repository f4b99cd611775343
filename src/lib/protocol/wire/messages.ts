import {type Clock} from '../clock/vlc.ts';
import {detached} from './detached.ts';
import {messageInvalid, objectAt, optionalText, requiredText} from './fields.ts';
import {isJsonNumber, isJsonObject, parseJson, type JsonObject, type JsonValue} from './json.ts';
import {clockFromWire} from './clock-field.ts';

/** The kinds of worker the protocol knows. */
export const WORKER_KINDS = ['opml', 'tee', 'zkml'] as const;

export type WorkerKind = (typeof WORKER_KINDS)[number];

/** The identity of a job: the same `job_id` may arrive again with another tag or position. */
export type JobKey = {jobId: string; tag: string; position: string};

/** One element of the params of `dispatch_job` (docs/protocol.md#dispatched-job). Absent members are '' or empty. */
export type DispatchJob = {
  key: JobKey;
  user: string;
  seed: string;
  /** The element's own `signature` field, not the envelope's. */
  signature: string;
  clock: Clock;
  /** `job.tag` as sent: the kind of worker, not always a {@link WorkerKind}. */
  kind: string;
  model: string;
  prompt: string;
  /** `job.params`, lossless. */
  params: JsonObject;
};

/** The `vrf` object of a job_result; hex without 0x. */
export type VrfFields = {
  selected: boolean;
  vrf_prompt_hash: string;
  vrf_random_value: string;
  vrf_verify_pubkey: string;
  vrf_proof: string;
};

/** The content of one element of `job_result`. */
export type JobResult = {
  user: string;
  jobId: string;
  result: string;
  reason: string;
  vrf: VrfFields;
  tag: string;
  clock: Clock;
  /** node_id of the answering operator. */
  operator: string;
};

/** The body that an opml worker posts to `/api/opml_callback` (docs/protocol.md#workers). */
export type OpmlCallback = {
  req_id: string;
  node_id: string;
  model: string;
  prompt: string;
  answer: string;
  state_root: string;
};

/**
 * Limits of ours: a job_result repeats parts of the job and must stay far below the signer's limit, and the text of a
 * frame is read again for each of its jobs.
 */
const MOST = {echoed: 64 * 1024, clockIds: 10_000} as const;

/**
 * Reads one element of the params of `dispatch_job`. `job_id` and `job` are required; other members that are absent or null
 * read as '' or empty; every present member must have its type and be within our limits.
 * @param path how an error names it
 * @throws AosError MESSAGE_INVALID naming the path, CLOCK_INVALID
 */
export function readDispatchElement(value: JsonValue, path: string): DispatchJob {
  const element = objectAt(value, path);
  const jobPath = `${path}.job`;
  const job = objectAt(element.get('job'), jobPath);
  const clock = clockFromWire(element.get('clock') ?? new Map());
  if (clock.size > MOST.clockIds)
    throw messageInvalid(`${path}.clock`, `a clock of at most ${MOST.clockIds} ids`);
  return {
    key: {
      jobId: detached(requiredText(element, path, 'job_id', MOST.echoed)),
      tag: detached(optionalText(element, path, 'tag', MOST.echoed)),
      position: detached(optionalText(element, path, 'position', MOST.echoed)),
    },
    user: optionalText(element, path, 'user', MOST.echoed),
    seed: optionalText(element, path, 'seed'),
    signature: optionalText(element, path, 'signature'),
    clock,
    kind: detached(optionalText(job, jobPath, 'tag', MOST.echoed)),
    model: detached(optionalText(job, jobPath, 'model')),
    prompt: optionalText(job, jobPath, 'prompt'),
    params: objectAt(job.get('params') ?? new Map(), `${jobPath}.params`),
  };
}

/** Writes the params of `connect` as raw JSON (docs/protocol.md#connect). */
export function connectParams(nodeId: string, workers: readonly WorkerKind[]): string {
  return JSON.stringify([{operator: nodeId, workers, hash: '', signature: ''}]);
}

/** Writes one element of the params of `job_result`: compact, in the protocol's field order, `signature` blank. */
export function jobResultContent(answer: JobResult): string {
  const {vrf} = answer;
  const text = JSON.stringify;
  const fields = [
    `"user":${text(answer.user)}`,
    `"job_id":${text(answer.jobId)}`,
    `"result":${text(answer.result)}`,
    `"reason":${text(answer.reason)}`,
    `"vrf":{"selected":${vrf.selected},"vrf_prompt_hash":${text(vrf.vrf_prompt_hash)}` +
      `,"vrf_random_value":${text(vrf.vrf_random_value)},"vrf_verify_pubkey":${text(vrf.vrf_verify_pubkey)}` +
      `,"vrf_proof":${text(vrf.vrf_proof)}}`,
    `"tag":${text(answer.tag)}`,
    `"clock":${clockText(answer.clock)}`,
    `"operator":${text(answer.operator)}`,
    `"signature":""`,
  ];
  return `{${fields.join(',')}}`;
}

/** Writes the clock in its own order: a plain object would sort its ids, which look like array indices. */
function clockText(clock: Clock): string {
  return `{${Array.from(clock, ([id, counter]) => `"${id.toString()}":"${counter}"`).join(',')}}`;
}

/**
 * Reads the `result` of a response. `code` is required; a message that is absent or not a string reads as ''.
 * @throws AosError MESSAGE_INVALID
 */
export function readReply(result: JsonValue): {code: number; message: string} {
  const reply = objectAt(result, 'result');
  const code = reply.get('code');
  if (!isJsonNumber(code) || !Number.isSafeInteger(Number(code.text))) {
    throw messageInvalid('result.code', 'an integer');
  }
  const message = reply.get('message');
  return {code: Number(code.text), message: typeof message === 'string' ? message : ''};
}

/**
 * Reads the body of an opml callback. `req_id` and `answer` are required (the answer may be empty).
 * @throws AosError FRAME_* | MESSAGE_INVALID
 */
export function readOpmlCallback(bytes: Uint8Array): OpmlCallback {
  const {value} = parseJson(bytes);
  if (!isJsonObject(value)) throw messageInvalid('body', 'an object');
  return opmlCallbackOf(value);
}

/** As {@link readOpmlCallback}, of a body that is read already. @throws AosError MESSAGE_INVALID */
export function opmlCallbackOf(value: JsonObject): OpmlCallback {
  const answer = value.get('answer');
  if (typeof answer !== 'string') throw messageInvalid('body.answer', 'a string');
  return {
    req_id: requiredText(value, 'body', 'req_id'),
    node_id: optionalText(value, 'body', 'node_id'),
    model: optionalText(value, 'body', 'model'),
    prompt: optionalText(value, 'body', 'prompt'),
    answer,
    state_root: optionalText(value, 'body', 'state_root'),
  };
}
