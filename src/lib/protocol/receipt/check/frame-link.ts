import {atOnce} from '../../../foundation/async/slices.ts';
import {isAosError} from '../../../foundation/errors/error.ts';
import {readFrame, verifyFrame, type RequestFrame} from '../../wire/frame.ts';
import type {Verification} from '../../wire/envelope.ts';
import {isJsonObject, parseJson} from '../../wire/json.ts';
import {readDispatchElement, type DispatchJob} from '../../wire/messages.ts';
import {broken, notHere, notSigned, type Link} from '../links.ts';
import type {JobEvidence} from '../receipt.ts';
import {signerLink, type Dispatchers} from './signer-link.ts';

/** A message with what its signature says; null: it cannot be read. */
type ReadMessage = {frame: RequestFrame; verified: Verification; repeated: () => ReadonlySet<string>} | null;

/** The dispatcher's message of a job, checked. */
export type CheckedFrame = {
  link: Link;
  /** Whose signature the message has; null: none that is right. */
  signer: string | null;
  /** The job as it was dispatched; null: it is not here, or cannot be read. */
  job: DispatchJob | null;
  /** Why there is no job; null: there is one. */
  why: string | null;
  /** Whether another job of the message has its id and tag: then the place of the job is bound by nothing. */
  isAlone: boolean;
};

export type CheckFrame = (frame: JobEvidence['frame'], dispatchers: Dispatchers) => CheckedFrame;

/** Checks messages; the jobs of one message follow each other, so the last one is read and hashed once for all of them. */
export function frameChecker(): CheckFrame {
  let last: {bytes: Uint8Array; message: ReadMessage} | null = null;

  function read(bytes: Uint8Array): ReadMessage {
    if (last !== null && (last.bytes === bytes || Buffer.compare(last.bytes, bytes) === 0))
      return last.message;
    const message = readMessage(bytes);
    last = {bytes, message};
    return message;
  }

  return (frame, dispatchers) => {
    if (frame === null)
      return {...NO_JOB, link: notHere('dispatcher', 'the dispatcher’s message is not here')};
    const message = read(frame.bytes);
    if (message === null)
      return {
        ...NO_JOB,
        link: broken('dispatcher', 'the dispatcher’s message cannot be read'),
        why: 'the dispatcher’s message cannot be read',
      };
    const job = jobAt(message.frame, frame.index);
    return {
      link: linkOf(message.verified, dispatchers),
      signer: message.verified.state === 'signed' ? message.verified.signer : null,
      job,
      why: job === null ? 'the message has no job at that place' : null,
      isAlone: job !== null && !message.repeated().has(nameOf(job.key.jobId, job.key.tag)),
    };
  };
}

const NO_JOB = {signer: null, job: null, why: 'the dispatcher’s message is not here', isAlone: true} as const;

function readMessage(bytes: Uint8Array): ReadMessage {
  try {
    const incoming = atOnce(readFrame(bytes));
    if (incoming.kind !== 'request' || incoming.frame.method !== 'dispatch_job') return null;
    const {frame} = incoming;
    let repeated: ReadonlySet<string> | null = null;
    return {
      frame,
      verified: atOnce(verifyFrame(frame)),
      repeated: () => (repeated ??= repeatedIn(frame)),
    };
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

function linkOf(verified: Verification, dispatchers: Dispatchers): Link {
  switch (verified.state) {
    case 'invalid':
      return broken('dispatcher', verified.reason);
    case 'unsigned':
      return notSigned('dispatcher', 'the dispatcher’s message is not signed');
    case 'signed':
      return signerLink('dispatcher', verified.signer, dispatchers);
  }
}

function jobAt({bytes, elements}: RequestFrame, index: number): DispatchJob | null {
  const element = elements?.[index];
  if (element === undefined) return null;
  try {
    const {value} = parseJson(bytes.subarray(element.start, element.end));
    return readDispatchElement(value, `params[${index}]`);
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

/** Id and tag of the jobs that a message has at several places. */
function repeatedIn({bytes, elements}: RequestFrame): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  if (elements === null || elements.length < 2) return repeated;
  for (const {start, end} of elements) {
    const name = nameIn(bytes.subarray(start, end));
    if (name !== null && seen.has(name)) repeated.add(name);
    else if (name !== null) seen.add(name);
  }
  return repeated;
}

function nameIn(element: Uint8Array): string | null {
  try {
    const {value} = parseJson(element);
    const jobId = isJsonObject(value) ? value.get('job_id') : undefined;
    const tag = isJsonObject(value) ? (value.get('tag') ?? '') : undefined;
    return typeof jobId === 'string' && typeof tag === 'string' ? nameOf(jobId, tag) : null;
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

const nameOf = (jobId: string, tag: string): string => JSON.stringify([jobId, tag]);
