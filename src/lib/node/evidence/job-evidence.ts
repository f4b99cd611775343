import {inflateRawSync} from 'node:zlib';
import {isAosError} from '../../foundation/errors/error.ts';
import type {Reading} from '../../protocol/clock/readings.ts';
import type {Clock} from '../../protocol/clock/vlc.ts';
import type {JobEvidence, Receipt, ReceiptAnswer, ReceiptProof} from '../../protocol/receipt/receipt.ts';
import {clockFromWire} from '../../protocol/wire/clock-field.ts';
import {draftEnvelope} from '../../protocol/wire/envelope.ts';
import type {JsonObject} from '../../protocol/wire/json.ts';
import {objectIn} from '../../protocol/wire/object-in.ts';
import {WORKER_KINDS} from '../../protocol/wire/messages.ts';
import {readWorkerAnswer} from '../../protocol/wire/worker-answers.ts';
import type {JobReader} from '../journal/job-query.ts';
import type {JobDetailRecord} from '../journal/job-query-types.ts';
import type {KeptProof} from '../journal/verdicts.ts';

/** What is known beside the journal. */
export type EvidenceFacts = {
  /** `node_id`: whose journal it is. */
  nodeId: string;
  /** `chain.vrf_sort_precision` */
  precision: number;
};

/** More readings between the first and the last about a job are left out, those about other jobs first. */
const MOST_READINGS = 200;

/** Of a proof; more than any that is kept has. */
const MOST_PROOF = 1024 * 1024;

/**
 * What the journal has of a job, in the form that is checked (docs/verification.md).
 * @param journal gives the readings between those about the job; null: the job's own are enough
 * @param bytesOf gives the bytes of a message; another one gives the same bytes for the jobs of one message
 */
export function evidenceOf(
  record: JobDetailRecord,
  journal: Pick<JobReader, 'readings'> | null,
  {nodeId, precision}: EvidenceFacts,
  bytesOf: (text: string) => Uint8Array = (text) => Buffer.from(text),
): JobEvidence {
  const {frame, element, index, range, vrf, content, reply} = record;
  const fields = content === null ? null : objectIn(content);
  const after = clockIn(fields);
  const job = element === null ? null : objectIn(element);
  return {
    operator: nodeId,
    frame: frame === null ? null : {bytes: bytesOf(frame), index},
    vrf,
    range: range === null ? null : {start: range.start, end: range.end, max: range.max, precision},
    clock: after === null ? null : {before: job === null ? null : clockIn(job), after},
    result: resultOf(record, nodeId),
    content,
    worker: answerOf(record, fields?.get('result')),
    readings: journal === null ? record.readings : readingsOf(record.readings, journal),
    reply,
  };
}

/** The receipt of a job; null: its result is not signed, or not kept. */
export function receiptOf({vrf, clock, result, content: _content, ...rest}: JobEvidence): Receipt | null {
  return vrf === null || clock === null || result === null ? null : {...rest, vrf, clock, result};
}

/** The message as it was signed and sent: the same id, content and signature make the same bytes. */
function resultOf({content, delivery}: JobDetailRecord, nodeId: string): Uint8Array | null {
  if (content === null || delivery === null) return null;
  const {envelopeId, signature} = delivery;
  const draft = draftEnvelope({
    id: envelopeId,
    method: 'job_result',
    params: `[${content}]`,
    result: 'null',
    address: nodeId,
  });
  return orNull(() => Buffer.from(draft.seal(signature))) ?? unsealed(draft.message, signature);
}

/** With a signature that is none, as a journal that was changed has it: the check says so. */
function unsealed(message: Uint8Array, signature: string): Uint8Array {
  return Buffer.from(`${Buffer.from(message).toString().slice(0, -3)}${JSON.stringify(signature)}}`);
}

/** The answer of the worker whose text is the result; of several the last. */
function answerOf(
  {requests, proof}: Pick<JobDetailRecord, 'requests' | 'proof'>,
  result: unknown,
): ReceiptAnswer | null {
  const answers = requests.flatMap(
    ({kind, answer, askedAt, answeredAt}): (ReceiptAnswer & {text: string | null})[] => {
      const known = WORKER_KINDS.find((one) => one === kind);
      if (known === undefined || answer === null) return [];
      const body = Buffer.from(answer);
      return [{kind: known, body, proof: null, askedAt, answeredAt, text: textIn(known, body)}];
    },
  );
  const found = answers.findLast(({text}) => text === result) ?? answers.at(-1);
  if (found === undefined) return null;
  const {text: _text, ...answer} = found;
  return {...answer, proof: proofIn(proof)};
}

/** Null also for one that was changed by hand. */
function proofIn(kept: KeptProof | null): ReceiptProof | null {
  if (kept === null) return null;
  const {deflated, ...hashes} = kept;
  try {
    return {bytes: inflateRawSync(deflated, {maxOutputLength: MOST_PROOF}), ...hashes};
  } catch {
    return null; // nothing else of the job depends on it, and the link says that it is not here
  }
}

function textIn(kind: ReceiptAnswer['kind'], body: Uint8Array): string | null {
  return orNull(() => readWorkerAnswer(kind, body).answer);
}

/** All readings from the first to the last about the job where they are few, else its own. */
function readingsOf(own: readonly Reading[], journal: Pick<JobReader, 'readings'>): readonly Reading[] {
  const [first] = own;
  const last = own.at(-1);
  if (first === undefined || last === undefined) return [];
  if (last.n - first.n < MOST_READINGS) return journal.readings(first.n, last.n);
  return own.slice(0, MOST_READINGS);
}

function clockIn(object: JsonObject | null): Clock | null {
  return object === null ? null : orNull(() => clockFromWire(object.get('clock') ?? new Map()));
}

/** What was stored can be read; null where a file was changed by hand, which the check then says. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}
