import {createBudget} from '../../../foundation/async/budget.ts';
import type {JobRecord} from '../../journal/records.ts';
import type {Job, Next, StepOf} from './job.ts';
import type {Clocked, Recording} from './parts.ts';
import {recordOf} from './record.ts';

/** A lighter job is worked on as it comes: all that are in progress together are not much. */
const LIGHT_BYTES = 256 * 1024;
/** Bytes of the heavier ones that one kind of step works on at once. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The same step, of which only so much is in memory at once, by the bytes of the jobs: 16 jobs may be 16 short questions,
 * or all that a dispatcher can send.
 */
export function inBudget(
  step: StepOf,
  {journal, signal}: Pick<Recording & Clocked, 'journal' | 'signal'>,
): StepOf {
  const budget = createBudget(MOST_BYTES);
  let turn: Promise<unknown> = Promise.resolve();

  /** Begins one heavy job a turn of the event loop: reading one takes some milliseconds. */
  function inTurn(job: Job): Promise<Next> {
    turn = turn.then(() => new Promise(setImmediate));
    return turn.then(() => step(job));
  }

  /** Leaves the record of a light job at hand. */
  function weightOf(job: Job): number {
    if (job.bytes !== undefined && job.bytes >= LIGHT_BYTES) return job.bytes;
    const record = job.record ?? recordOf(journal, job.seq);
    const weight = bytesOf(record);
    job.record = weight < LIGHT_BYTES ? record : undefined;
    return weight;
  }

  return (job) => {
    const weight = weightOf(job);
    return weight < LIGHT_BYTES ? step(job) : budget.run(weight, () => inTurn(job), signal);
  };
}

function bytesOf({element, content}: JobRecord): number {
  return (element?.length ?? 0) + (content?.length ?? 0);
}
