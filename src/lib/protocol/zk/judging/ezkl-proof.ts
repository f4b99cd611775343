import {createHash} from 'node:crypto';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {isJsonNumber, parseJson, type JsonValue} from '../../wire/json.ts';
import type {EzklSettings} from './ezkl-settings.ts';
import {fixedPointText, numberOfLittleEndian, R, signedOf} from './field.ts';
import {listOf, malformed, objectOf} from './members.ts';

/** What of a proof.json of ezkl a check looks at. */
export type EzklProof = {
  /** The public values: 32 bytes each, little endian, as lower-case hex; all less than the order of the field. */
  readonly instances: readonly string[];
  readonly proof: Uint8Array;
};

/** Most bytes of a proof.json; the published ones have 20 KB. */
export const MOST_PROOF_FILE = 1024 * 1024;
/** Most bytes of the proof in it; the published ones have 2 to 4 KB. */
const MOST_PROOF = 128 * 1024;
/** A proof is made of points and scalars, which have 64 and 32 bytes. */
const WORD = 32;

/**
 * Reads a proof.json: the public values and the proof. Everything else in it, such as `pretty_public_inputs` and `hex_proof`,
 * is bound by nothing, and dropped here.
 * @throws AosError FRAME_* | PROOF_MALFORMED
 */
export function readEzklProof(bytes: Uint8Array): EzklProof {
  if (bytes.length > MOST_PROOF_FILE)
    throw malformed(`the file has ${bytes.length} bytes, more than ${MOST_PROOF_FILE}`);
  const file = objectOf(parseJson(bytes).value, 'the proof');
  const transcript = file.get('transcript_type');
  if (transcript !== 'EVM') throw malformed(`transcript_type is ${wordOf(transcript)}, and not EVM`);
  const commitment = file.get('commitment') ?? null;
  if (commitment !== null && commitment !== 'KZG')
    throw malformed(`commitment is ${wordOf(commitment)}, and not KZG`);
  const columns = listOf(file.get('instances'), 'instances');
  const [column] = columns;
  if (columns.length !== 1) throw malformed(`instances has ${columns.length} columns, and not one`);
  return {
    instances: listOf(column, 'instances[0]').map(instanceOf),
    proof: bytesOf(listOf(file.get('proof'), 'proof')),
  };
}

function wordOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? safeText(value, 40) : 'missing or no text';
}

function instanceOf(value: JsonValue, index: number): string {
  if (typeof value !== 'string' || !/^[0-9a-fA-F]{64}$/.test(value))
    throw malformed(`instances[0][${index}] is not 64 hex digits`);
  const hex = value.toLowerCase();
  if (numberOfLittleEndian(hex) >= R)
    throw malformed(`instances[0][${index}] is no value of the field: it is not less than its order`);
  return hex;
}

function bytesOf(values: readonly JsonValue[]): Uint8Array {
  if (values.length > MOST_PROOF)
    throw malformed(`proof has ${values.length} bytes, more than ${MOST_PROOF}`);
  if (values.length === 0 || values.length % WORD !== 0)
    throw malformed(`proof has ${values.length} bytes, and a whole one has a multiple of ${WORD}`);
  return Uint8Array.from(values, (value, index) => {
    if (!isJsonNumber(value) || !/^(0|[1-9]\d{0,2})$/.test(value.text) || Number(value.text) > 255)
      throw malformed(`proof[${index}] is no byte`);
    return Number(value.text);
  });
}

/** The outputs that a proof states, exactly: from its public values, never from what else the file says of them. */
export function outputsOf({instances}: EzklProof, {outputScales}: EzklSettings): readonly string[] {
  return instances
    .slice(instances.length - outputScales.length)
    .map((hex, index) => fixedPointText(signedOf(numberOfLittleEndian(hex)), outputScales[index] ?? 0));
}

/** The least text that the engine reads: nothing of the file that nothing binds reaches it. */
export function engineText({instances, proof}: EzklProof): Uint8Array {
  return Buffer.from(
    JSON.stringify({instances: [instances], proof: [...proof], transcript_type: 'EVM', commitment: 'KZG'}),
  );
}

/**
 * What makes a proof the same one as another, SHA-256 in hex: the key that it is checked with, its public values and its bytes.
 * Two proofs of the same answer are two; so only one of exact length may be marked by this.
 */
export function proofMark(vkSha256: string, {instances, proof}: EzklProof): string {
  return createHash('sha256')
    .update(`ezkl\n${vkSha256}\n${instances.join(',')}\n`)
    .update(proof)
    .digest('hex');
}

/** What a true proof of these settings says nothing about, one sentence each. */
export function notBoundBy({inputs, params}: EzklSettings): readonly string[] {
  return [
    'The job: a proof holds no job id, so that it fits every job about this model.',
    ...(params === 'Private'
      ? [
          'The weights: they are private, so that some weights of this architecture give this output, not the model’s own for sure.',
        ]
      : []),
    ...(inputs === 'Private' ? ['The input: it is private, so that some input gives this output.'] : []),
  ];
}
