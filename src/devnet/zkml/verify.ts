import path from 'node:path';
import type {JsonObject} from '../../lib/protocol/wire/json.ts';
import type {Fields} from '../published/body.ts';
import {download} from './download.ts';
import type {ZkmlFaults} from './faults.ts';
import {KNOWN_GOOD, type Proofs} from './proofs.ts';
import type {Verifier} from './verifier.ts';

/** The body of the worker's JSON replies, whose HTTP status is always 200. */
export type ZkmlReply = {readonly req_id: string; readonly code: number; readonly result: string};

export const VERIFY: Fields = {
  name: 'VerifyRequest',
  fields: [
    {name: 'req_id', kind: 'text'},
    {name: 'model', kind: 'text'},
    {name: 'proof_path', kind: 'text'},
  ],
};
export const PROVE: Fields = {
  name: 'ProveRequest',
  fields: [
    {name: 'req_id', kind: 'text'},
    {name: 'input', kind: 'text'},
  ],
};

const OTHER_ERROR = 1004;
/** The folder of the models, to which the published program joins the name of one unchecked. */
const MODELS = '/models';

/**
 * Answers a request to verify as the published worker does: fetches the proof first, then looks for the model's files, then
 * verifies.
 * @throws the signal's reason
 */
export async function verify(
  body: JsonObject,
  {proofs, verifier, faults}: {proofs: Proofs; verifier: Verifier; faults: ZkmlFaults},
  signal: AbortSignal,
): Promise<ZkmlReply> {
  const req_id = textOf(body, 'req_id');
  const failed = (why: string): ZkmlReply => ({
    req_id,
    code: OTHER_ERROR,
    result: `Other Error for the Operator: ${why}`,
  });
  const fetched = await download(textOf(body, 'proof_path'), signal);
  if ('why' in fetched) return failed(fetched.why);
  const model = modelAt(textOf(body, 'model'), proofs.models);
  if ('missing' in model) return failed(`${model.missing} does not exist`);
  if (faults.noEzkl === true) return failed('Failed to execute ezkl verify');
  // Without its SRS ezkl fails, which the worker takes for a proof that is false.
  const isTrue = faults.noSrs !== true && (await verifier.isTrue(model.name, fetched.bytes, signal));
  return {req_id, code: 200, result: String(isTrue)};
}

/** The other word, as a worker says it that lies; its reply is one of a verdict. */
export function otherWord(reply: ZkmlReply): ZkmlReply {
  return {...reply, result: reply.result === 'true' ? 'false' : 'true'};
}

/** Whether a request is about the proof that is known to be good, of which also a liar says the truth. */
export function isAboutKnownGood(body: JsonObject): boolean {
  return textOf(body, 'proof_path').endsWith(`/${KNOWN_GOOD.name}.json`);
}

/** Answers a request to prove: the published worker cannot do it. */
export function prove(body: JsonObject): ZkmlReply {
  const isEmpty = textOf(body, 'input') === '';
  return {
    req_id: textOf(body, 'req_id'),
    code: 500,
    result: isEmpty ? 'The input must not be empty' : 'Failed to execute ezkl prove',
  };
}

/** The model of a name that may hold `../` or be a path. */
function modelAt(name: string, models: readonly string[]): {name: string} | {missing: string} {
  const at = path.posix.resolve(MODELS, name);
  const found = models.find((model) => at === `${MODELS}/${model}`);
  if (found !== undefined) return {name: found};
  return {missing: at === MODELS || at === '/' ? 'VK' : 'Model directory'};
}

/** A member that was checked to be a text. */
function textOf(body: JsonObject, name: string): string {
  const value = body.get(name);
  return typeof value === 'string' ? value : '';
}
