import {createHash} from 'node:crypto';
import {deflateRawSync, inflateRawSync} from 'node:zlib';
import {AosError} from '../../foundation/errors/error.ts';
import type {VrfFields} from '../../protocol/wire/messages.ts';
import type {Delivery} from './records.ts';
import {isVrf} from './rows.ts';

/** What is left of the evidence of a job once it is packed. */
export type PackedJob = {
  signer: string | null;
  vrf: VrfFields | null;
  /** The sampling range as text (vrf/range-text.ts). */
  range: string | null;
  delivery: Delivery | null;
  /** Requests that were put to workers. */
  attempts: number;
  /** Why no worker answered it. */
  why: string | null;
  /** The job_result byte for byte; null: there is none, or it is too large and only known by {@link cut}. */
  content: string | null;
  /** Of a job_result that is too large: its SHA-256, lower-case hex, and its bytes. */
  cut: {sha256: string; bytes: number} | null;
};

/** The form of the bytes; another dictionary is another form. */
const FORM = 1;
const MOST_INFLATED = 8 * 1024 * 1024;
const HEX = '0123456789abcdef';

/** What the texts of most jobs have in common, the most common last. */
const DICTIONARY = Buffer.from(
  [
    'unsupported worker type, need opml,tee, got ',
    'invalid tag/position suspicion/malicious/first/second/third/',
    `"attempts":1,"why":"no opml worker answered within "`,
    `${HEX}0x${HEX}`,
    `{"signer":null,"range":"","delivery":{"envelopeId":"","signature":"","at":17},"attempts":0,"why":null,`,
    `"cut":{"sha256":"","bytes":}},"cut":null,`,
    `"vrf":{"selected":true,"vrf_prompt_hash":"","vrf_random_value":"","vrf_verify_pubkey":"","vrf_proof":""}}\n`,
    `{"user":"0x","job_id":"","result":"","reason":"unselected worker by vrf",`,
    `"vrf":{"selected":false,"vrf_prompt_hash":"","vrf_random_value":"","vrf_verify_pubkey":"","vrf_proof":""},`,
    `"tag":"","clock":{"1":"","2":""},"operator":"0x","signature":""}`,
  ].join(''),
);

/** @returns lower-case hex */
export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * @param jobId is in the content too, and known when it is unpacked
 * @returns at most `most` bytes, without the content where that takes more; null: not even without it
 */
export function packJob(job: PackedJob, jobId: string, most: number): Uint8Array | null {
  const whole = encode(job, jobId);
  const {content} = job;
  if (whole.length <= most || content === null) return whole.length <= most ? whole : null;
  const cut = encode(
    {...job, content: null, cut: {sha256: sha256(content), bytes: Buffer.byteLength(content)}},
    jobId,
  );
  return cut.length <= most ? cut : null;
}

function encode({content, ...head}: PackedJob, jobId: string): Buffer {
  // No JSON text of JSON.stringify has a line end.
  const text = content === null ? JSON.stringify(head) : `${JSON.stringify(head)}\n${content}`;
  const bytes = deflateRawSync(text, {dictionary: dictionaryOf(jobId), level: 9, memLevel: 9});
  return Buffer.concat([Buffer.of(FORM), bytes]);
}

const dictionaryOf = (jobId: string): Buffer => Buffer.concat([Buffer.from(jobId), DICTIONARY]);

/** @throws AosError JOURNAL_UNREADABLE */
export function unpackJob(bytes: Uint8Array, jobId: string): PackedJob {
  if (bytes[0] !== FORM) throw damaged();
  try {
    const text = inflateRawSync(bytes.subarray(1), {
      dictionary: dictionaryOf(jobId),
      maxOutputLength: MOST_INFLATED,
    }).toString();
    const end = text.indexOf('\n');
    const content = end < 0 ? null : text.slice(end + 1);
    const head: unknown = JSON.parse(end < 0 ? text : text.slice(0, end));
    if (!isHead(head)) throw damaged();
    return {...head, content};
  } catch (error) {
    throw damaged(error);
  }
}

function isHead(value: unknown): value is Omit<PackedJob, 'content'> {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const isTextOrNull = (name: string): boolean => {
    const field = fields.get(name);
    return field === null || typeof field === 'string';
  };
  const vrf = fields.get('vrf');
  const delivery = fields.get('delivery');
  const cut = fields.get('cut');
  return (
    ['signer', 'range', 'why'].every(isTextOrNull) &&
    typeof fields.get('attempts') === 'number' &&
    (cut === null || isCut(cut)) &&
    (vrf === null || isVrf(vrf)) &&
    (delivery === null || isDelivery(delivery))
  );
}

function isCut(value: unknown): value is NonNullable<PackedJob['cut']> {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return typeof fields.get('sha256') === 'string' && typeof fields.get('bytes') === 'number';
}

function isDelivery(value: unknown): value is Delivery {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return (
    typeof fields.get('envelopeId') === 'string' &&
    typeof fields.get('signature') === 'string' &&
    typeof fields.get('at') === 'number'
  );
}

function damaged(cause?: unknown): AosError {
  return new AosError('JOURNAL_UNREADABLE', 'the journal holds a packed job that no aos writes', {cause});
}
