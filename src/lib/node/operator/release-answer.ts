import type {Time} from '../../foundation/time/time.ts';
import type {Emit} from '../events/events.ts';
import type {JobJournal, RequestJournal} from '../journal/journal.ts';
import type {Released, ShownAnswer} from '../journal/verdicts.ts';
import type {Answering} from './job/answer.ts';
import {makeBy} from './job/checking.ts';
import type {Made} from './job/listeners.ts';
import {refOf} from './job/record.ts';

/**
 * Makes the held answer of a job its one answer, by the word of the operator, and has it delivered.
 * @param shown the answer that a person has seen; null: whichever is held
 * @throws AosError JOURNAL_WRITE_FAILED
 */
export type ReleaseAnswer = (seq: number, shown: ShownAnswer | null) => Promise<Released['state']>;

export function createReleaseAnswer(deps: {
  journal: Pick<JobJournal, 'get'> & {checks: RequestJournal['checks']};
  node: Answering;
  time: Time;
  emit: Emit;
  onConcluded: (seq: number, made: Made) => void;
  onHeld: () => void;
}): ReleaseAnswer {
  const {journal, emit} = deps;
  return async (seq, shown) => {
    const {state, made} = await releaseIn(deps, seq, shown);
    if (state !== 'released') return state;
    const record = journal.get(seq);
    if (record !== undefined) emit({type: 'job_released', job: refOf(record)});
    for (const [other, one] of made) deps.onConcluded(other, one);
    deps.onHeld();
    return state;
  };
}

/** The same in a journal that no operator works with: it delivers the answer when it starts. */
export async function releaseIn(
  {
    journal,
    node,
    time,
  }: {journal: {checks: RequestJournal['checks']}; node: Answering; time: Pick<Time, 'now'>},
  seq: number,
  shown: ShownAnswer | null,
): Promise<{state: Released['state']; made: ReadonlyMap<number, Made>}> {
  const made = new Map<number, Made>();
  const {state} = await journal.checks.release(seq, shown, time.now(), (body, ...which) =>
    makeBy({node, time}, {requestId: '', body}, made)(...which),
  );
  return {state, made};
}
