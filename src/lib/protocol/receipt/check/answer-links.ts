import {isAosError} from '../../../foundation/errors/error.ts';
import type {DispatchJob} from '../../wire/messages.ts';
import {readWorkerAnswer, type WorkerAnswer} from '../../wire/worker-answers.ts';
import type {KindEvidence} from '../kind-check.ts';
import {broken, notChecked, notHere, valid, type Link, type LinkName} from '../links.ts';
import type {ReceiptAnswer} from '../receipt.ts';
import type {ResultFields} from './result-link.ts';

/** The link of what a kind of worker shows with its answer; an opml worker shows nothing that can be checked here. */
export const KIND_LINK: Readonly<Record<string, LinkName>> = {zkml: 'proof', tee: 'attestation'};

/** The links of the answer, and what the checker of the kind is to be asked; null: nothing. */
export type CheckedAnswer = {links: readonly Link[]; ask: KindEvidence | null};

/** Checks that the result is what the worker sent, or that no answer was due. */
export function checkAnswer(
  fields: ResultFields | null,
  worker: ReceiptAnswer | null,
  job: DispatchJob | null,
): CheckedAnswer {
  const alone = (link: Link): CheckedAnswer => ({links: [link], ask: null});
  if (fields === null) return alone(notHere('answer', 'there is no result'));
  const {result, reason, vrf} = fields;
  if (result === '')
    return alone(
      !vrf.selected || reason !== ''
        ? valid('answer', 'the result is that there is no answer')
        : broken('answer', 'the result is empty, and does not say why'),
    );
  if (!vrf.selected) return alone(broken('answer', 'the job is not selected, and has an answer'));
  const kindLink = KIND_LINK[worker?.kind ?? job?.kind ?? ''];
  const shown = kindLink === undefined ? [] : [notHere(kindLink, 'what the worker sent is not here')];
  if (worker === null)
    return {links: [notHere('answer', 'what the worker sent is not here'), ...shown], ask: null};
  const wrong = wrongAnswer(worker, {result, kind: job?.kind ?? worker.kind});
  if (wrong !== null) return alone(broken('answer', wrong));
  if (kindLink === undefined) return alone(valid('answer'));
  const ask: KindEvidence = {
    ...worker,
    jobId: fields.jobId,
    model: job?.model ?? '',
    prompt: job?.prompt ?? '',
    result,
    proofPath: proofPathOf(job),
  };
  return {links: [valid('answer'), notChecked(kindLink, 'it is checked by its own checker')], ask};
}

function wrongAnswer({kind, body}: ReceiptAnswer, expected: {result: string; kind: string}): string | null {
  if (kind !== expected.kind) return `a worker of the kind ${kind} answered a job of another kind`;
  let read: WorkerAnswer;
  try {
    read = readWorkerAnswer(kind, body);
  } catch (error) {
    if (isAosError(error)) return 'what the worker sent cannot be read';
    throw error;
  }
  if (read.flaw !== null) return read.flaw;
  return read.answer === expected.result ? null : 'the result is another text than the worker sent';
}

function proofPathOf(job: DispatchJob | null): string | null {
  const path = job?.params.get('proof_path');
  return typeof path === 'string' ? path : null;
}
