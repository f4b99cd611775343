import {verifyReadings, type Reading} from '../../protocol/clock/readings.ts';
import {shownUrl} from '../../foundation/text/shown-url.ts';
import {clockToWire, type Clock} from '../../protocol/clock/vlc.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {draftEnvelope, parseEnvelope, verifyEnvelope} from '../../protocol/wire/envelope.ts';
import {eip191Digest, fromHex, sameAddress} from '../../protocol/wire/ethereum.ts';
import {recoverAddress} from '../../protocol/wire/key-address.ts';
import {isJsonObject, parseJson, type JsonObject} from '../../protocol/wire/json.ts';
import {readDispatchElement, WORKER_KINDS, type DispatchJob} from '../../protocol/wire/messages.ts';
import {readWorkerAnswer, type WorkerAnswer} from '../../protocol/wire/worker-answers.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {sha256} from '../../node/journal/packed.ts';
import {vrfJson} from '../../protocol/vrf/vrf-json.ts';
import {sampleNumber, widen, type SamplingRange} from '../../protocol/vrf/sampling.ts';
import type {EvidenceRow, JobRequestRow, JobDetailRecord} from '../../node/journal/job-query-types.ts';
import {clockFromWire} from '../../protocol/wire/clock-field.ts';
import {checkJson} from './checks.ts';
import {isFormer, isKnown} from './known-dispatcher.ts';
import {timelineOf} from './timeline.ts';

/** What is known beside the journal's row. */
export type DetailFacts = {
  /** Whose journal it is; null where the configuration does not say. */
  nodeId: string | null;
  /** `node.dispatcher_address` */
  dispatcher: string | null;
  /** `node.former_dispatchers` */
  formerDispatchers: readonly string[];
  /** As last read from the chain, for a job that was sampled before the journal kept its range. */
  lastRange: SamplingRange | null;
  /** `chain.vrf_sort_precision` */
  precision: number | null;
  now: number;
};

/** Everything about one job, as `--json` has it; times RFC 3339, clocks as decimal strings. `receiptKept`: of one that is packed. */
export type JobDetail = ReturnType<typeof jobDetail>;

export function jobDetail(record: JobDetailRecord, facts: DetailFacts, receiptKept = false) {
  const dispatch = record.frame === null ? null : readFrame(record.frame);
  const job = record.element === null ? null : readElement(record.element);
  return {
    seq: record.seq,
    jobId: record.key.jobId,
    tag: record.key.tag,
    position: record.key.position,
    state: record.state,
    outcome: record.outcome,
    /** The evidence period is over: the frame, the requests and the readings are gone. */
    packed: record.packed !== null,
    receiptKept,
    kind: record.kind,
    model: record.model,
    user: job?.user ?? null,
    prompt: job?.prompt ?? null,
    dispatch: {
      receivedAt: isoTime(record.receivedAt),
      frameBytes: record.frame === null ? null : Buffer.byteLength(record.frame),
      frameJobs: dispatch?.jobs ?? null,
      frameIndex: record.index,
      envelopeId: dispatch?.id ?? null,
      address: dispatch?.address ?? null,
      signature:
        dispatch?.signature ?? (record.packed === null ? UNREADABLE : {...PACKED, signer: record.signer}),
      hashMatches: dispatch?.hashMatches ?? null,
      isKnownDispatcher: isKnown(dispatch?.signature.signer ?? null, facts),
      isFormerDispatcher: isFormer(dispatch?.signature.signer ?? null, facts),
      clock: job === null ? null : clockToWire(job.clock),
      seed: job?.seed ?? null,
    },
    sampling: samplingOf(record, facts),
    requests: record.requests.map(requestJson),
    whyUnanswered: record.why,
    checks: record.checks.map((row) =>
      checkJson(row, (body) => readAnswer(record.kind, body)?.answer ?? null),
    ),
    evidence: record.evidence.map((row) => evidenceJson(record.kind, row)),
    answer: answerOf(record),
    delivery: deliveryOf(record, facts.nodeId),
    readings: {
      chainValid:
        record.readings.length === 0
          ? null
          : record.readings.every((reading) => verifyReadings([reading]).ok),
      list: record.readings.map(readingJson),
    },
    timeline: timelineOf(record),
    ageMs: (record.closedAt ?? facts.now) - record.receivedAt,
  };
}

type FrameSignature = {
  state: 'verified' | 'unsigned' | 'invalid' | 'unreadable' | 'packed';
  signer: string | null;
  reason: string | null;
};

const UNREADABLE: FrameSignature = {state: 'unreadable', signer: null, reason: null};
/** It was verified when the job came; its message is gone. */
const PACKED: FrameSignature = {state: 'packed', signer: null, reason: null};

type Frame = {
  id: string;
  address: string;
  /** How many. */
  jobs: number;
  signature: FrameSignature;
  hashMatches: boolean | null;
};

/** The message as it came, verified again from its bytes; null for one that cannot be read any more. */
function readFrame(text: string): Frame | null {
  try {
    const envelope = parseEnvelope(Buffer.from(text));
    const jobs = Array.isArray(envelope.params) ? envelope.params.length : 0;
    const base = {id: envelope.id, address: envelope.address, jobs};
    const found = verifyEnvelope(envelope);
    switch (found.state) {
      case 'unsigned':
        return {...base, signature: {state: 'unsigned', signer: null, reason: null}, hashMatches: null};
      case 'invalid':
        return {
          ...base,
          signature: {state: 'invalid', signer: null, reason: found.reason},
          hashMatches: null,
        };
      case 'signed':
        return {
          ...base,
          signature: {state: 'verified', signer: found.signer, reason: null},
          hashMatches: found.hashMatches,
        };
    }
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

/** The job as it was dispatched; null for one that cannot be read any more. */
function readElement(element: string): DispatchJob | null {
  try {
    return readDispatchElement(parseJson(Buffer.from(element)).value, 'params');
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

function samplingOf({vrf, key, range: own}: JobDetailRecord, {lastRange, precision}: DetailFacts) {
  if (vrf === null) return null;
  const range = own ?? lastRange;
  const known = range === null || precision === null ? null : {range, precision};
  const widened = known === null ? null : widen(known.range, key.tag, key.position);
  return {
    ...vrfJson(vrf),
    number: known === null ? null : sampleNumber(vrf.vrf_random_value, known.precision, known.range.max),
    threshold: widened === null ? null : Math.max(0, widened.end - widened.start),
    range: range === null ? null : rangeJson(range, own === null ? 'last_read' : 'sampled_with'),
  };
}

/** `last_read`: not necessarily the one it was sampled with. */
type RangeSource = 'sampled_with' | 'last_read';

function rangeJson({start, end, max, block}: SamplingRange, source: RangeSource) {
  return {
    start: start.toString(),
    end: end.toString(),
    max: max.toString(),
    block: block?.toString() ?? null,
    source,
  };
}

function requestJson(request: JobRequestRow) {
  const {attempt, kind, askedAt, answer, answeredAt, worker, takenAt, ended, endedAt} = request;
  const read = answer === null ? null : readAnswer(kind, answer);
  return {
    attempt,
    kind,
    askedAt: isoTime(askedAt),
    worker: worker === null ? null : shownUrl(worker.url),
    workerNode: worker?.nodeId ?? null,
    takenAt: takenAt === null ? null : isoTime(takenAt),
    ended,
    endedAt: endedAt === null ? null : isoTime(endedAt),
    answeredAt: answeredAt === null ? null : isoTime(answeredAt),
    durationMs: answeredAt === null ? null : answeredAt - askedAt,
    answer: read?.answer ?? null,
    stateRoot: read?.stateRoot || null,
    ...attestationOf(read),
    engine: read?.engine ?? null,
    answerBytes: answer === null ? null : Buffer.byteLength(answer),
  };
}

/** The document that a tee worker sent with its answer, as it came (base64), with the size and the hash of its bytes. */
function attestationOf(read: WorkerAnswer | null) {
  const attestation = read?.attestation || null;
  const document = attestation === null ? null : Buffer.from(attestation, 'base64');
  return {
    attestation,
    attestationBytes: document?.length ?? null,
    attestationSha256: document === null ? null : sha256(document),
  };
}

function evidenceJson(kind: string, {attempt, at, why, body, bytes}: EvidenceRow) {
  return {attempt, at: isoTime(at), why, answer: readAnswer(kind, body)?.answer ?? null, body, bytes};
}

/** What a worker of a kind sent; null for what cannot be read. */
function readAnswer(kind: string, body: string): WorkerAnswer | null {
  const known = WORKER_KINDS.find((one) => one === kind);
  try {
    return known === undefined ? null : readWorkerAnswer(known, Buffer.from(body));
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

function answerOf({content, outcome, concludedAt, packed}: JobDetailRecord) {
  const hash = content === null ? (packed?.cut?.sha256 ?? null) : sha256(content);
  if (hash === null) return null;
  const fields = content === null ? null : parseContent(content);
  const text = (name: string): string | null => {
    const value = fields?.get(name);
    return typeof value === 'string' ? value : null;
  };
  const clock = clockIn(fields);
  return {
    outcome,
    concludedAt: concludedAt === null ? null : isoTime(concludedAt),
    result: text('result'),
    reason: text('reason'),
    clock: clock === null ? null : clockToWire(clock),
    bytes: content === null ? (packed?.cut?.bytes ?? 0) : Buffer.byteLength(content),
    sha256: hash,
    content,
  };
}

function parseContent(content: string): JsonObject | null {
  try {
    const {value} = parseJson(Buffer.from(content));
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

function clockIn(fields: JsonObject | null): Clock | null {
  try {
    return fields === null ? null : clockFromWire(fields.get('clock') ?? new Map());
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

/** The last delivery: the bytes that were signed are made again from what is stored, and the signer recovered. */
function deliveryOf({delivery, content, state, closedAt}: JobDetailRecord, nodeId: string | null) {
  if (delivery === null) return null;
  const {envelopeId, signature, at} = delivery;
  const signer =
    nodeId === null || content === null ? null : signerOf({envelopeId, signature, content, nodeId});
  return {
    envelopeId,
    signature,
    signedAt: isoTime(at),
    signer,
    signatureValid: signer === null || nodeId === null ? null : sameAddress(signer, nodeId),
    acceptedAt: state === 'accepted' && closedAt !== null ? isoTime(closedAt) : null,
    expiredAt: state === 'expired' && closedAt !== null ? isoTime(closedAt) : null,
  };
}

function signerOf(of: {
  envelopeId: string;
  signature: string;
  content: string;
  nodeId: string;
}): string | null {
  const draft = draftEnvelope({
    id: of.envelopeId,
    method: 'job_result',
    params: `[${of.content}]`,
    result: 'null',
    address: of.nodeId,
  });
  const bytes = fromHex(of.signature);
  return bytes === null ? null : recoverAddress(eip191Digest(draft.message), bytes);
}

function readingJson({n, at, event, clock, previous, hash}: Reading) {
  return {n, at: isoTime(at), event, clock: clockToWire(clock), previous, hash};
}
