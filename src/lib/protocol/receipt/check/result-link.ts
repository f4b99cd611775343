import {isAosError} from '../../../foundation/errors/error.ts';
import type {Clock} from '../../clock/vlc.ts';
import {clockFromWire} from '../../wire/clock-field.ts';
import {parseEnvelope, verifyEnvelope, type Envelope} from '../../wire/envelope.ts';
import {sameAddress} from '../../wire/ethereum.ts';
import {isJsonObject, parseJson, type JsonValue} from '../../wire/json.ts';
import type {VrfFields} from '../../wire/messages.ts';
import {broken, notHere, notSigned, valid, type Link} from '../links.ts';
import type {JobEvidence, Parties} from '../receipt.ts';

/** The fields of a job_result that are checked. */
export type ResultFields = {
  user: string;
  jobId: string;
  tag: string;
  result: string;
  reason: string;
  vrf: VrfFields;
  clock: Clock;
  operator: string;
};

/** Our result, checked. */
export type CheckedResult = {
  link: Link;
  /** What it says; null: there is none, or it cannot be read. */
  fields: ResultFields | null;
  /** The id that the dispatcher's reply repeats; null: it was not sent. */
  envelopeId: string | null;
};

/** Checks that the operator signed the result. */
export function checkResult(
  {operator, result, content}: Pick<JobEvidence, 'operator' | 'result' | 'content'>,
  parties: Parties,
): CheckedResult {
  const nothing = {fields: null, envelopeId: null};
  if (result === null) {
    if (content === null) return {...nothing, link: notHere('operator', 'there is no result')};
    const fields = fieldsOf(content);
    return fields === null
      ? {...nothing, link: broken('operator', 'the result cannot be read')}
      : {fields, envelopeId: null, link: notSigned('operator', 'the result is not signed yet')};
  }
  const envelope = envelopeIn(result);
  if (envelope === null) return {...nothing, link: broken('operator', 'the result cannot be read')};
  const fields = soleElement(envelope);
  if (fields === null)
    return {...nothing, link: broken('operator', 'the signed message is no result of one job')};
  return {fields, envelopeId: envelope.id, link: linkOf(envelope, {operator, fields}, parties)};
}

function linkOf(
  envelope: Envelope,
  {operator, fields}: {operator: string; fields: ResultFields},
  parties: Parties,
): Link {
  const verified = verifyEnvelope(envelope);
  if (verified.state === 'unsigned') return notSigned('operator', 'the result is not signed');
  if (verified.state === 'invalid') return broken('operator', verified.reason);
  const {signer} = verified;
  if (!sameAddress(signer, parties.operator))
    return broken('operator', `signed by ${signer}, not by the operator ${parties.operator}`);
  if (!sameAddress(operator, signer)) return broken('operator', 'the receipt names another operator');
  if (!sameAddress(fields.operator, signer)) return broken('operator', 'the result names another operator');
  return valid('operator');
}

function envelopeIn(bytes: Uint8Array): Envelope | null {
  try {
    return parseEnvelope(bytes);
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

function soleElement({method, params}: Envelope): ResultFields | null {
  if (method !== 'job_result' || !Array.isArray(params) || params.length !== 1) return null;
  return fieldsIn(params[0]);
}

/** What an element of job_result says; null: it cannot be read. */
function fieldsOf(content: string): ResultFields | null {
  try {
    return fieldsIn(parseJson(Buffer.from(content)).value);
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

function fieldsIn(value: JsonValue | undefined): ResultFields | null {
  if (!isJsonObject(value)) return null;
  const vrf = readVrf(value.get('vrf'));
  const clock = clockIn(value.get('clock'));
  const texts = ['user', 'job_id', 'tag', 'result', 'reason', 'operator'].flatMap((name) => {
    const member = value.get(name);
    return typeof member === 'string' ? [member] : [];
  });
  if (vrf === null || clock === null || texts.length < 6) return null;
  const [user = '', jobId = '', tag = '', result = '', reason = '', operator = ''] = texts;
  return {user, jobId, tag, result, reason, vrf, clock, operator};
}

/** Reads the `vrf` object of a job_result; null: it is none. */
function readVrf(value: JsonValue | undefined): VrfFields | null {
  if (!isJsonObject(value)) return null;
  const selected = value.get('selected');
  const hash = value.get('vrf_prompt_hash');
  const random = value.get('vrf_random_value');
  const key = value.get('vrf_verify_pubkey');
  const proof = value.get('vrf_proof');
  if (typeof selected !== 'boolean' || typeof hash !== 'string' || typeof random !== 'string') return null;
  if (typeof key !== 'string' || typeof proof !== 'string') return null;
  return {
    selected,
    vrf_prompt_hash: hash,
    vrf_random_value: random,
    vrf_verify_pubkey: key,
    vrf_proof: proof,
  };
}

function clockIn(value: JsonValue | undefined): Clock | null {
  try {
    return clockFromWire(value ?? null);
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}
