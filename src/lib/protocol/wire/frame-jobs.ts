import type {Slices} from '../../foundation/async/slices.ts';
import {isAosError, type AosError} from '../../foundation/errors/error.ts';
import {messageInvalid} from './fields.ts';
import type {ByteSpan, ScannedElement} from './frame-scan.ts';
import type {RequestFrame} from './frame.ts';
import {parseJson} from './json.ts';
import {readDispatchElement, type DispatchJob} from './messages.ts';

/** A job of a frame: what its row in the journal says of it, and the rest when it is asked for. */
export type FrameJob = Pick<DispatchJob, 'key' | 'kind' | 'model' | 'clock'> & {
  /** Where its element is in the bytes of the frame. */
  span: ByteSpan;
  /** Its place among the params. */
  index: number;
  /** All that it says; read again unless it came alone, so that a frame of many jobs is not in memory twice. */
  read(): DispatchJob;
};

/** An element of params that is no job we take. */
type BadJob = {index: number; span: ByteSpan; error: AosError};

/** What one frame asks for; `jobs` and `bad` are in the order of the frame. */
export type FrameJobs = {jobs: FrameJob[]; bad: BadJob[]};

/** Limits of ours, so that no step of a job takes long, and no job much memory (docs/protocol.md#dispatched-job). */
const MOST_OF_JOBS = {
  /** Jobs of a frame. */
  jobs: 1_000,
  /** Bytes of a prompt, as UTF-8. */
  prompt: 2 * 1024 * 1024,
  /** Bytes of a job as it is written: a prompt may be written in escapes. */
  element: 6 * 1024 * 1024,
  /** JSON values in a job. */
  nodes: 50_000,
  /** Characters of each other text. */
  text: 64 * 1024,
} as const;

/** So many bytes are read before the event loop may turn; a value, and a job, count as so many. */
const SLICE = 256 * 1024;
const OF_VALUE = 16;
const OF_JOB = 1024;

/**
 * Reads the jobs of a request. One that breaks the protocol, or a limit of ours, does not keep the others from being taken.
 * @throws AosError MESSAGE_INVALID when there are none, or too many
 */
export function* readJobs({bytes, elements}: Pick<RequestFrame, 'bytes' | 'elements'>): Slices<FrameJobs> {
  if (elements === null || elements.length === 0)
    throw messageInvalid('params', 'an array with at least one job');
  if (elements.length > MOST_OF_JOBS.jobs)
    throw messageInvalid(
      'params',
      `an array of at most ${MOST_OF_JOBS.jobs} jobs: there are ${elements.length}`,
    );
  const isAlone = elements.length === 1;
  const found: FrameJobs = {jobs: [], bad: []};
  let left = SLICE;
  for (const [index, element] of elements.entries()) {
    const job = readJob(bytes, element, index);
    if ('error' in job) found.bad.push(job);
    else {
      const {key, kind, model, clock} = job;
      const span = {start: element.start, end: element.end};
      const read = isAlone ? () => job : () => elementAt(bytes, span, index);
      found.jobs.push({key, kind, model, clock, span, index, read});
    }
    left -= element.end - element.start + element.nodes * OF_VALUE + OF_JOB;
    if (left > 0) continue;
    yield;
    left = SLICE;
  }
  return found;
}

function readJob(bytes: Uint8Array, element: ScannedElement, index: number): DispatchJob | BadJob {
  const path = pathOf(index);
  const {start, end} = element;
  const span = {start, end};
  const tooLarge = tooLargeFor(element, path);
  if (tooLarge !== null) return {index, span, error: tooLarge};
  try {
    const job = elementAt(bytes, span, index);
    const error = tooLong(job, path);
    return error === null ? job : {index, span, error};
  } catch (error) {
    if (isAosError(error)) return {index, span, error};
    throw error; // a bug of ours must not pass for the sender's
  }
}

function elementAt(bytes: Uint8Array, {start, end}: ByteSpan, index: number): DispatchJob {
  return readDispatchElement(parseJson(bytes.subarray(start, end)).value, pathOf(index));
}

/** What is too large is known before anything of it is built. */
function tooLargeFor({start, end, nodes, longest}: ScannedElement, path: string): AosError | null {
  const {element, prompt, nodes: mostNodes} = MOST_OF_JOBS;
  if (nodes > mostNodes) return messageInvalid(path, `a job of at most ${mostNodes} values: it has ${nodes}`);
  if (end - start <= element) return null;
  const limits = `a job of at most ${element} bytes, with a prompt of at most ${prompt}`;
  return messageInvalid(path, `${limits}: it has ${end - start}, its longest text ${longest}`);
}

function tooLong({prompt, model, seed, signature}: DispatchJob, path: string): AosError | null {
  const bytes = Buffer.byteLength(prompt);
  if (bytes > MOST_OF_JOBS.prompt)
    return messageInvalid(`${path}.job.prompt`, `at most ${MOST_OF_JOBS.prompt} bytes long: it has ${bytes}`);
  const texts = [
    ['job.model', model],
    ['seed', seed],
    ['signature', signature],
  ] as const;
  const long = texts.find(([, text]) => text.length > MOST_OF_JOBS.text);
  if (long === undefined) return null;
  const [name, text] = long;
  return messageInvalid(
    `${path}.${name}`,
    `a string of at most ${MOST_OF_JOBS.text} characters: it has ${text.length}`,
  );
}

const pathOf = (index: number): string => `params[${index}]`;
