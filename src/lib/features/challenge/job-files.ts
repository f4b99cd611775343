import {createHash} from 'node:crypto';
import {verifyReadings, type Reading} from '../../protocol/clock/readings.ts';
import {clockToWire} from '../../protocol/clock/vlc.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {jsonLine, safeText} from '../../foundation/text/safe-text.ts';
import {parseEnvelope, verifyEnvelope} from '../../protocol/wire/envelope.ts';
import {WORKER_KINDS, type WorkerKind} from '../../protocol/wire/messages.ts';
import {engineText, type EngineFacts} from '../../protocol/wire/engine-body.ts';
import {readWorkerAnswer, type WorkerAnswer} from '../../protocol/wire/worker-answers.ts';
import {vrfJson} from '../../protocol/vrf/vrf-json.ts';
import type {SamplingRange} from '../../protocol/vrf/sampling.ts';
import type {SelectedJob} from './select.ts';
import type {RequestRecord} from '../../node/journal/records.ts';

/** One file of the evidence; its name comes from numbers and hashes alone, since job ids are outside text. */
export type EvidenceFile = {name: string; what: string; text: string};

/** The facts of one selected job in the journal. */
export type JobFacts = SelectedJob & {
  /** The dispatcher's message; null: the job is packed. */
  frame: string | null;
  requests: readonly RequestRecord[];
  /** All readings from the first to the last about the job. */
  readings: readonly Reading[];
  /** The last range from the chain, for a job without a range of its own in the journal. */
  range: SamplingRange | null;
};

/** A job's entry in the manifest. */
export type JobEntry = {
  seq: number;
  jobId: string;
  tag: string;
  position: string;
  matches: readonly string[];
  state: string;
  outcome: string | null;
  /** The signer of the dispatcher's message, recovered from its bytes; null when it has no valid signature. */
  dispatcher: string | null;
  selected: boolean | null;
  /** The state root in the last answer of an OPML worker. */
  stateRoot: string | null;
  /** The engine that gave the last answer, by its own words; null: the network's worker did, or none answered. */
  engine: EngineFacts | null;
  readings: {first: number; last: number; chainValid: boolean} | null;
  files: readonly string[];
};

/** The files of one job; `missing` lists what a complete evidence also has. */
export type JobEvidence = {entry: JobEntry; files: EvidenceFile[]; missing: string[]};

const PACKED =
  'it is packed since its evidence period (challenge and checkpoint period) is over: the dispatcher’s message, the worker’s answers and the clock readings are gone';

/** Returns the SHA-256 of a UTF-8 text as lower-case hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Builds the files of one job (docs/protocol.md#evidence-of-a-job). Outside texts stay byte for byte. */
export function jobEvidence({job, matches, frame, requests, readings, range}: JobFacts): JobEvidence {
  const prefix = `job-${job.seq}`;
  const missing: string[] = [];
  const lacks = (what: string): void => {
    missing.push(`job ${job.seq}: ${what}`);
  };
  const dispatcher = frame === null ? null : signerOf(frame);
  const files: EvidenceFile[] = [];
  if (frame === null) lacks(PACKED);
  else {
    if (dispatcher === null) lacks('the dispatcher’s message has no valid signature');
    files.push({
      name: `frame-${sha256(frame).slice(0, 32)}.json`,
      what: 'the dispatcher’s message, byte for byte',
      text: frame,
    });
  }

  if (job.vrf === null) lacks('no VRF proof: the job is not sampled yet');
  else {
    const shown = rangeOf(job.range, range);
    if (shown === null) lacks('no sampling range is known');
    files.push({
      name: `${prefix}-vrf.json`,
      what: 'VRF proof and sampling range',
      text: `${jsonLine({...vrfJson(job.vrf), range: shown}, 2)}\n`,
    });
  }

  if (job.content === null)
    lacks(
      frame === null ? 'no answer, or one too large to be packed' : 'no answer: the job is not concluded yet',
    );
  else files.push({name: `${prefix}-answer.json`, what: 'the signed job_result', text: job.content});

  const answers: Shown[] = [];
  for (const [index, {kind, answer}] of requests.entries()) {
    if (answer === null) continue;
    const shown = shownBy(kind, answer);
    answers.push(shown);
    const name = `${prefix}-${kind}-${index + 1}.json`;
    files.push({name, what: `${fileOf(kind, shown)}, byte for byte`, text: answer});
  }
  const engine = answers.at(-1)?.engine ?? null;
  if (frame !== null && job.vrf?.selected === true && job.outcome !== 'unsupported') {
    const kind = WORKER_KINDS.find((one) => one === job.kind) ?? 'opml';
    if (answers.length === 0) lacks(`selected, but no ${kind.toUpperCase()} worker answered`);
    else if (answers.every(({what}) => what === null))
      lacks(engine === null ? SHOWS[kind].lack : ofEngine(engine));
  }

  const [first] = readings;
  const last = readings.at(-1);
  const chainValid = verifyReadings(readings).ok;
  if (first === undefined && frame !== null) lacks('no clock readings');
  if (first !== undefined && last !== undefined) {
    if (!chainValid) lacks('a hash in the chain of clock readings is wrong');
    files.push({
      name: `${prefix}-readings.ndjson`,
      what: 'clock readings, first to last about the job',
      text: readingLines(readings),
    });
  }

  const {jobId, tag, position} = job.key;
  const entry: JobEntry = {
    seq: job.seq,
    jobId,
    tag,
    position,
    matches,
    state: job.state,
    outcome: job.outcome,
    dispatcher,
    selected: job.vrf?.selected ?? null,
    stateRoot: stateRootOf(requests),
    engine,
    readings: first === undefined || last === undefined ? null : {first: first.n, last: last.n, chainValid},
    files: files.map(({name}) => name),
  };
  return {entry, files, missing};
}

function rangeOf(own: SamplingRange | null, lastRead: SamplingRange | null): object | null {
  if (own !== null) return {...own, note: 'the range with which the job was sampled'};
  return lastRead === null
    ? null
    : {...lastRead, note: 'the last range from the chain; the job may have been sampled with another one'};
}

/** Formats readings as NDJSON, with every field that their hashes cover. */
export function readingLines(readings: readonly Reading[]): string {
  return readings.map(({clock, ...rest}) => `${jsonLine({...rest, clock: clockToWire(clock)})}\n`).join('');
}

function signerOf(frame: string): string | null {
  try {
    const verified = verifyEnvelope(parseEnvelope(Buffer.from(frame)));
    return verified.state === 'signed' ? verified.signer : null;
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

/** That of the last answer of an opml worker. */
function stateRootOf(requests: readonly RequestRecord[]): string | null {
  return requests.reduce(
    (root: string | null, {kind, answer}) =>
      kind !== 'opml' || answer === null ? root : (shownBy(kind, answer).what ?? root),
    null,
  );
}

/** What a kind of worker shows with its answer. */
const SHOWS: Readonly<Record<WorkerKind, {file: string; lack: string}>> = {
  opml: {file: 'OPML answer with its state root', lack: 'the OPML answer names no state root'},
  tee: {file: 'TEE answer with its attestation', lack: 'the TEE answer has no attestation'},
  zkml: {file: 'ZKML verdict on the proof', lack: 'the ZKML answer is no verdict'},
};

/** What shows how an answer was made: state root, attestation or verdict; null: nothing. And the engine that gave it. */
type Shown = {what: string | null; engine: EngineFacts | null};

function shownBy(kind: WorkerKind, answer: string): Shown {
  try {
    const read = readWorkerAnswer(kind, Buffer.from(answer));
    return {what: WHAT[kind](read) || null, engine: read.engine};
  } catch (error) {
    if (isAosError(error)) return {what: null, engine: null};
    throw error;
  }
}

const WHAT: Readonly<Record<WorkerKind, (answer: WorkerAnswer) => string>> = {
  opml: ({stateRoot}) => stateRoot,
  tee: ({attestation}) => attestation,
  zkml: ({answer}) => answer,
};

const MOST_ENGINE = 300;

function fileOf(kind: WorkerKind, {engine}: Shown): string {
  return engine === null ? SHOWS[kind].file : 'answer of an engine, with what it says of itself';
}

/** No engine computes a state root, so that none was lost: the network cannot repeat the computation by one. */
function ofEngine(engine: EngineFacts): string {
  return `an engine answered (${safeText(engineText(engine), MOST_ENGINE)}), and no engine gives a state root: only the text can be compared, with what the network’s worker says to the same prompt`;
}
