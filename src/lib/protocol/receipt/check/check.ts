import {clockToWire} from '../../clock/vlc.ts';
import type {Vrf} from '../../vrf/ecvrf.ts';
import type {DispatchJob} from '../../wire/messages.ts';
import {checkAnswer} from './answer-links.ts';
import {checkChain, checkClock} from './clock-links.ts';
import {frameChecker, type CheckedFrame} from './frame-link.ts';
import type {KindEvidence, KindVerdict} from '../kind-check.ts';
import {broken, LINKS, notHere, valid, type Link} from '../links.ts';
import type {JobEvidence, Parties} from '../receipt.ts';
import {checkReply} from './reply-link.ts';
import {checkResult, type ResultFields} from './result-link.ts';
import {checkRange, checkVrf} from './sampling-links.ts';

/** What valid signatures bind; null: none does. Nothing else of a receipt is ever shown. */
export type BoundFacts = {
  /** By the operator's signature. */
  result: {
    operator: string;
    jobId: string;
    tag: string;
    user: string;
    result: string;
    reason: string;
    selected: boolean;
    vrfPublicKey: string;
    clock: Record<string, string>;
    envelopeId: string;
  } | null;
  /** By the VRF whose prompt hash the operator signed. */
  prompt: string | null;
  /** By the dispatcher's signature. */
  job: {
    dispatcher: string;
    /** Null: the message has the job at several positions. */
    position: string | null;
    kind: string;
    model: string;
    clock: Record<string, string>;
  } | null;
};

/** A job or a receipt, checked. */
export type Checked = {
  links: readonly Link[];
  facts: BoundFacts;
  /** What the checker of its kind is to be asked (`withKind`). */
  ask: KindEvidence | null;
  /** Who signed the message, where that is no dispatcher that is trusted; null: a trusted one, or nothing is known to compare with. */
  stranger: string | null;
};

export type Check = (evidence: JobEvidence, parties: Parties) => Checked;

/** Makes a check of jobs, one after the other. It keeps the last message only. */
export function createCheck(vrf: Pick<Vrf, 'verify'>): Check {
  const checkFrame = frameChecker();
  return (evidence, parties) => {
    const frame = checkFrame(evidence.frame, parties);
    const result = checkResult(evidence, parties);
    const {fields} = result;
    const matched = checkJob(frame, fields);
    const {job} = frame;
    const proven = checkVrf({vrf: evidence.vrf, fields, job}, vrf);
    const tag = fields?.tag ?? job?.key.tag ?? null;
    const answer = checkAnswer(fields, evidence.worker, job);
    const jobId = fields?.jobId ?? job?.key.jobId ?? null;
    const links = [
      frame.link,
      matched,
      proven,
      checkRange({vrf: evidence.vrf, range: evidence.range, tag, job}, proven, parties),
      checkClock(evidence.clock, {job: job?.clock ?? null, result: fields?.clock ?? null}),
      ...answer.links,
      result.link,
      checkChain(evidence.readings, jobId, job?.clock ?? null),
      checkReply(evidence.reply, result.envelopeId, parties),
    ];
    const stranger = frame.link.verdict === 'broken' ? frame.signer : null;
    return {links, facts: factsOf({frame, result, links}, parties), ask: answer.ask, stranger};
  };
}

/** The job of the message is the one that the result is about. */
function checkJob({job, why}: CheckedFrame, fields: ResultFields | null): Link {
  if (job === null)
    return why === 'the message has no job at that place' ? broken('job', why) : notHere('job', why ?? '');
  if (fields === null) return notHere('job', 'there is no result');
  const other = otherField(job, fields);
  return other === null ? valid('job') : broken('job', `the result has another ${other} than the job`);
}

function otherField({key, user}: DispatchJob, fields: ResultFields): string | null {
  if (key.jobId !== fields.jobId) return 'job_id';
  if (key.tag !== fields.tag) return 'tag';
  return user === fields.user ? null : 'user';
}

function factsOf(
  {
    frame,
    result,
    links,
  }: {
    frame: CheckedFrame;
    result: ReturnType<typeof checkResult>;
    links: readonly Link[];
  },
  parties: Parties,
): BoundFacts {
  const holds = (name: Link['link']): boolean =>
    links.some(({link, verdict}) => link === name && verdict === 'valid');
  const {fields, envelopeId} = result;
  const {job, isAlone, signer} = frame;
  const isSigned = holds('operator') && fields !== null && envelopeId !== null;
  return {
    result: !isSigned
      ? null
      : {
          operator: parties.operator,
          jobId: fields.jobId,
          tag: fields.tag,
          user: fields.user,
          result: fields.result,
          reason: fields.reason,
          selected: fields.vrf.selected,
          vrfPublicKey: fields.vrf.vrf_verify_pubkey,
          clock: clockToWire(fields.clock),
          envelopeId,
        },
    prompt: isSigned && holds('vrf') && job !== null ? job.prompt : null,
    job:
      !holds('dispatcher') || !holds('job') || job === null || signer === null
        ? null
        : {
            dispatcher: signer,
            position: isAlone ? job.key.position : null,
            kind: job.kind,
            model: job.model,
            clock: clockToWire(job.clock),
          },
  };
}

/** The links with what the checker of the kind says of the proof or the attestation. */
export function withKind(
  {links, ask}: Pick<Checked, 'links' | 'ask'>,
  verdict: KindVerdict,
): readonly Link[] {
  if (ask === null) return links;
  const name = ask.kind === 'zkml' ? 'proof' : 'attestation';
  return LINKS.flatMap((one) =>
    links.filter(({link}) => link === one).map((link) => (one === name ? {link: name, ...verdict} : link)),
  );
}
