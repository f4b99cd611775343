import {answerClock} from '../../../protocol/clock/vlc.ts';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {
  jobResultContent,
  type DispatchJob,
  type VrfFields,
  type WorkerKind,
} from '../../../protocol/wire/messages.ts';
import type {WorkerAnswer} from '../../../protocol/wire/worker-answers.ts';
import type {Sampling} from '../../../protocol/vrf/sampling.ts';
import type {NoAnswer} from '../../journal/journal.ts';
import type {SignedText} from '../../journal/job-texts.ts';
import type {Conclusion, JobRecord} from '../../journal/records.ts';
import {dispatchOf} from './record.ts';
import type {JobOutcome} from '../../events/job-states.ts';

/** Who answers: the operator’s identity in a job_result. */
export type Answering = {nodeId: string; clockId: bigint | null};

/** What is said about one job: its outcome, and the fields of `job_result` that depend on it. */
export type Answer = {outcome: JobOutcome; result: string; reason: string; vrf: VrfFields};

/** An answer with what of it is journalled, signed and sent. */
export type FinalAnswer = Answer & Conclusion;

/**
 * The answer to a job that no worker is asked about, or null when one has to be (docs/protocol.md#job-result).
 * A kind we do not run comes first, whatever the VRF says; then a `malicious` job whose position the protocol does not
 * know; then the VRF.
 */
export function answerWithoutWorker(
  job: DispatchJob,
  sampling: Sampling,
  kinds: readonly WorkerKind[],
): Answer | null {
  const say = (outcome: JobOutcome, reason: string, vrf = sampling.vrf): Answer => ({
    outcome,
    result: '',
    reason,
    vrf,
  });
  if (!kinds.some((kind) => kind === job.kind)) {
    return say('unsupported', `unsupported worker type, need ${kinds.join(',')}, got ${job.kind}`);
  }
  if (!sampling.valid) {
    const vrf = {...sampling.vrf, selected: false};
    return say('invalid', `invalid tag/position ${job.key.tag}/${job.key.position}`, vrf);
  }
  return sampling.vrf.selected ? null : say('unselected', 'unselected worker by vrf');
}

/** Web3Signer takes bodies of 10 MiB, in which the message is twice as long, as hex, and the content in an envelope. */
const MAX_CONTENT_BYTES = 4 * 1024 * 1024;

/** The answer with its content. `at` is Unix ms. */
export function finalAnswer(job: DispatchJob, answer: Answer, node: Answering, at: number): FinalAnswer {
  return {...answer, content: answerContent(job, answer, node), at};
}

/**
 * What a worker said to a request: its answer, what it repeats of the request, '' where it repeats nothing, and why it cannot
 * be an answer. `doubt`: why it may not be delivered now, although the worker may say so again.
 */
export type Said = Pick<WorkerAnswer, 'answer' | 'model' | 'prompt'> &
  Partial<Pick<WorkerAnswer, 'kind' | 'flaw' | 'unattested'>> & {doubt?: string | null};

/** An answer whose attestation is for a check to judge: a missing one is held then, and not an attempt that is lost. */
export function checkedAnswer<T extends Said>(said: T): T {
  return {...said, unattested: null};
}

/** What a worker said as the answer to a selected job, or why it is none (docs/adr/0020-an-answer-is-the-workers.md). */
export function workerAnswer(
  job: DispatchJob,
  {said, vrf}: {said: Said; vrf: VrfFields},
  node: Answering,
  at: number,
): FinalAnswer | NoAnswer {
  const text = said.answer;
  if (text === '') return {noAnswer: 'the answer is empty'};
  const {kind = job.kind, flaw = null, unattested = null, doubt = null} = said;
  // Each kind has to show something of its own with its answer.
  if (kind !== job.kind) return {noAnswer: `the answer came as that of a worker of the kind ${kind}`};
  const other = flaw ?? unattested ?? otherRequest(said, job);
  if (other !== null) return {noAnswer: other};
  if (job.kind === 'zkml' && text !== 'true' && text !== 'false')
    return {noAnswer: 'the answer is neither true nor false'};
  if (doubt !== null) return {noAnswer: doubt, mayComeAgain: true};
  const answer = finalAnswer(job, {outcome: 'answered', result: text, reason: '', vrf}, node, at);
  const bytes = Buffer.byteLength(answer.content);
  if (bytes <= MAX_CONTENT_BYTES) return answer;
  return {noAnswer: `the answer is too large: ${bytes} bytes of at most ${MAX_CONTENT_BYTES}`};
}

/** Why what is repeated says that the answer is to another request; null: it does not. A job without a model gets any. */
function otherRequest({model, prompt}: Said, job: DispatchJob): string | null {
  if (prompt !== '' && !isSameText(prompt, job.prompt)) return 'the answer is to another prompt';
  if (model !== '' && job.model !== '' && !isSameText(model, job.model))
    return 'the answer is of another model';
  return null;
}

/** The published worker repeats the very text. One that stores texts in its own way asks nothing else by that. */
function isSameText(a: string, b: string): boolean {
  const plain = (text: string): string => text.normalize('NFC').replaceAll('\r\n', '\n').trim();
  return a === b || plain(a) === plain(b);
}

/** The answer to a job whose (job_id, tag) has its text already, under another position. */
export function sameText(
  job: DispatchJob,
  {text, vrf}: {text: SignedText; vrf: VrfFields},
  node: Answering,
  at: number,
): FinalAnswer {
  return finalAnswer(job, {...text, vrf}, node, at);
}

/** The answer to a stored, selected job: the text of its (job_id, tag) where there is one, else what the worker said. */
export function answerFor(
  record: JobRecord,
  {said, text}: {said: Said; text: SignedText | null},
  node: Answering,
  at: number,
): FinalAnswer | NoAnswer {
  const {vrf} = record;
  if (vrf === null) throw new AosError('BUG', `job ${record.seq} was selected without a VRF`);
  const job = dispatchOf(record);
  return text === null ? workerAnswer(job, {said, vrf}, node, at) : sameText(job, {text, vrf}, node, at);
}

/**
 * The job_result element for an answer: the text that is journalled, signed and sent, and never made again.
 * A clock that cannot advance is returned as it came, with the reason in words: the job is still answered.
 */
export function answerContent(job: DispatchJob, answer: Answer, node: Answering): string {
  const {user, key, clock} = job;
  const base = {user, jobId: key.jobId, vrf: answer.vrf, tag: key.tag, operator: node.nodeId};
  try {
    const advanced = answerClock(clock, node.clockId);
    return jobResultContent({...base, result: answer.result, reason: answer.reason, clock: advanced});
  } catch (error) {
    if (!isAosError(error, 'CLOCK_OVERFLOW')) throw error;
    const reason = answer.reason === '' ? error.message : `${answer.reason}; ${error.message}`;
    return jobResultContent({...base, result: answer.result, reason, clock});
  }
}
