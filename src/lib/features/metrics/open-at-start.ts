import type {JobState} from '../../node/events/job-states.ts';
import type {NodeJournal} from '../../node/journal/sqlite.ts';
import type {OpenAtStart, OpenJobState} from './open-jobs.ts';

/** As the metrics name the open states of the journal: a signed answer waits for its acceptance as an unsigned one does. */
const OPEN: Partial<Record<JobState, OpenJobState>> = {
  received: 'received',
  selected: 'selected',
  concluded: 'answered',
  signed: 'answered',
};
/** Jobs left without an answer whose late answer is still counted as one. */
const MOST_UNANSWERED = 10_000;

/** Counts what waits in the journal, once: jobs that are over are not looked at. @throws AosError JOURNAL_UNREADABLE */
export function openAtStart(journal: Pick<NodeJournal, 'openByKind' | 'queued'>): OpenAtStart {
  return {
    jobs: journal.openByKind().flatMap(({state, kind, count}) => {
      const open = OPEN[state];
      return open === undefined ? [] : [{state: open, kind, count}];
    }),
    unanswered: journal.queued('unanswered', 0, MOST_UNANSWERED).map(({seq}) => seq),
  };
}
