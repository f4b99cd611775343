import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {count} from '../../foundation/text/words.ts';
import {isoTime, type Time} from '../../foundation/time/time.ts';
import type {OperatorEventBody} from '../../node/events/events.ts';
import type {CopyMark} from '../../node/journal/copy-mark.ts';
import type {NodeJournal} from '../../node/journal/sqlite.ts';

/** What a run with a restored journal is asked to do. */
export type RestoredWish = {
  /** Lift the rules: deliver what the copy held open, and answer without looking jobs up. */
  acceptAll: boolean;
  /** A person says that the former operator is off. */
  oldHostIsOff: boolean;
};

/** The rules of a journal that was restored, as far as they hold for this run. */
export type RestoredRun = {
  /** Asked for each job that comes. */
  isRestored: () => boolean;
  /** What is said of it. */
  events: readonly OperatorEventBody[];
};

/**
 * Applies the rules of a restored journal before anything works with it (docs/adr/0051-backup.md). They last until every job that
 * the copy held open has passed its retention.
 * @param deps.ping what answers at the node's public URL, while this process does not; null: nothing
 * @throws AosError RESTORE_UNSAFE for the first run of a copy whose former operator may still work | JOURNAL_*
 */
export async function applyRestored(
  journal: Pick<NodeJournal, 'copy' | 'age'>,
  wish: RestoredWish,
  deps: {retentionMs: number; time: Pick<Time, 'now'>; ping: () => Promise<string | null>},
): Promise<RestoredRun> {
  const mark = journal.copy.mark();
  if (mark === null) return {isRestored: () => false, events: []};
  if (mark.startedAt === null) await refuseSecond(mark, wish, deps.ping);
  const now = deps.time.now();
  const held =
    mark.startedAt === null
      ? await journal.copy.hold(now, mark.confirmedAt ?? now)
      : mark.held.map(([seq]) => seq);
  if (wish.acceptAll) {
    const lifted = await journal.copy.lift();
    return {isRestored: () => false, events: [liftedEvent(mark, lifted.length)]};
  }
  return {
    isRestored: untilOver(journal, mark.age + deps.retentionMs),
    events: [warningOf(mark, held.length)],
  };
}

/** @throws AosError RESTORE_UNSAFE */
async function refuseSecond(
  mark: CopyMark,
  {oldHostIsOff}: RestoredWish,
  ping: () => Promise<string | null>,
): Promise<void> {
  const answer = await ping();
  if (answer !== null)
    throw new AosError(
      'RESTORE_UNSAFE',
      `the journal is a copy of ${isoTime(mark.at)}, and the operator that it was copied from, or what is before it, still works: ${answer}`,
    );
  if (mark.confirmedAt !== null || oldHostIsOff) return;
  throw new AosError(
    'RESTORE_UNSAFE',
    `the journal is a copy of ${isoTime(mark.at)}, and it is not confirmed that the operator that it was copied from is off`,
    {
      next: run(
        'run',
        ['--old-host-is-off'],
        'Switch the former operator off and make sure that it does not start again; then',
      ),
    },
  );
}

/** Whether the rules still hold; the first time that they do not is written down. */
function untilOver(journal: Pick<NodeJournal, 'copy' | 'age'>, endAge: number): () => boolean {
  let isOver = false;
  return () => {
    if (isOver) return false;
    isOver = journal.age.now() > endAge;
    // Were it lost, the next run finds out again.
    if (isOver) journal.copy.end().catch(() => undefined);
    return !isOver;
  };
}

function warningOf({at}: CopyMark, held: number): OperatorEventBody {
  const jobs = held === 1 ? '1 job that was open in it is' : `${held} jobs that were open in it are`;
  return {
    type: 'warning',
    code: 'JOURNAL_RESTORED',
    message: `the journal was restored from a backup of ${isoTime(at)}: ${jobs} not delivered, and each job that comes is looked up at the dispatcher before it is answered`,
    next: run('job list', ['--state', 'expired'], 'See what is held; aos run --accept-all lifts this'),
  };
}

function liftedEvent({at}: CopyMark, lifted: number): OperatorEventBody {
  return {
    type: 'warning',
    code: 'JOURNAL_RESTORED',
    message: `the rules of the journal that was restored from a backup of ${isoTime(at)} are lifted: ${count(lifted, 'job')} of those that it held open ${lifted === 1 ? 'is' : 'are'} worked on again, and jobs that come are answered without a question`,
  };
}
