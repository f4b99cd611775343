import {cut} from './cut-text.ts';
import type {JobRef, OperatorEvent} from './events.ts';
import type {JobOutcome} from './job-states.ts';

/** The stage of a job, from its events. */
export type JobStage =
  | 'received'
  | 'sampled'
  | 'asked'
  | 'answered'
  | 'unanswered'
  | 'concluded'
  | 'sent'
  | 'accepted'
  | 'expired';

export type JobView = {
  /** Its row in the journal. */
  seq: number;
  jobId: string;
  tag: string;
  position: string;
  kind: string;
  model: string;
  stage: JobStage;
  selected: boolean | null;
  outcome: JobOutcome | null;
  /** Its answer is held. */
  held: boolean;
  /** What last stood in its way; null when nothing does. */
  problem: string | null;
  /** Of its first and its last event, Unix ms. */
  firstAt: number;
  at: number;
};

/** What an event that is about a job changes of it; null for the others. */
export function jobChange(event: OperatorEvent): Partial<JobView> | null {
  switch (event.type) {
    case 'job_received':
      return {stage: 'received'};
    case 'job_sampled':
      return {stage: 'sampled', selected: event.selected};
    case 'job_asked':
      return {stage: 'asked', held: false, problem: null};
    case 'job_answered':
      return {stage: 'answered', problem: null};
    case 'job_retry':
    case 'result_retry':
      return {problem: cut(event.message)};
    case 'job_listening':
      return {problem: cut(event.message)};
    case 'job_unanswered':
      return {stage: 'unanswered', held: false, problem: cut(event.reason)};
    case 'job_asked_again':
      return {stage: 'sampled', held: false, problem: null};
    case 'job_checked':
      return {problem: event.verdict === 'ok' ? null : cut(event.message)};
    case 'job_held':
      return {held: true, problem: cut(event.message)};
    case 'job_released':
      return {held: false, problem: null};
    case 'job_concluded': {
      const {outcome, reason} = event;
      return {stage: 'concluded', held: false, outcome, problem: outcome === 'failed' ? cut(reason) : null};
    }
    case 'result_sent':
      return {stage: 'sent'};
    case 'result_accepted':
      return {stage: 'accepted', outcome: event.outcome, problem: null};
    case 'result_expired':
      return {stage: 'expired'};
    default:
      return null;
  }
}

/** A job after an event about it; one that is not known yet begins with it. */
export function jobAfter(
  known: JobView | undefined,
  {at, job}: {at: number; job: JobRef},
  change: Partial<JobView>,
): JobView {
  const before = known ?? {
    seq: job.seq,
    jobId: cut(job.jobId),
    tag: cut(job.tag),
    position: cut(job.position),
    kind: cut(job.kind),
    model: cut(job.model),
    stage: 'received' as const,
    selected: null,
    outcome: null,
    held: false,
    problem: null,
    firstAt: at,
  };
  return {...before, ...change, at};
}
