import {run} from '../../foundation/next-step/next-step.ts';
import {count} from '../../foundation/text/words.ts';
import type {OperatorEventBody} from '../../node/events/events.ts';
import type {NodeJournal} from '../../node/journal/sqlite.ts';
import {refOf} from '../../node/operator/job/record.ts';

/** Events of single jobs; the warning counts them all. */
const MOST_EVENTS = 1_000;

/** What a run says of the damage that a person has accepted: a warning, and each job that was given up for it. */
export function damageEvents(journal: Pick<NodeJournal, 'get' | 'acceptedDamage'>): OperatorEventBody[] {
  if (journal.acceptedDamage === null) return [];
  const {message, givenUp} = journal.acceptedDamage;
  const were = givenUp.length === 1 ? 'was' : 'were';
  const given = `${count(givenUp.length, 'open job')} without an answer ${were} given up`;
  const warning = {
    type: 'warning',
    code: 'JOURNAL_DAMAGED',
    message: `the damage to the journal was accepted (${message}); ${given}; jobs that are lost are not known`,
    next: run('job list', ['--state', 'expired']),
  } as const;
  const jobs = givenUp.slice(0, MOST_EVENTS).flatMap((seq) => journal.get(seq) ?? []);
  return [warning, ...jobs.map((record) => ({type: 'result_expired', job: refOf(record)}) as const)];
}
