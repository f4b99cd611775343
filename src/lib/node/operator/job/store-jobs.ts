import type {Sequencer} from '../../../foundation/async/sequencer.ts';
import type {FrameJob} from '../../../protocol/wire/frame-jobs.ts';
import {PRUNED, type JobRecord, type NewJob} from '../../journal/records.ts';
import type {Duplicates} from './duplicates.ts';
import type {Job} from './job.ts';
import type {Recording} from './parts.ts';
import {refOf} from './record.ts';
import {isOtherJob} from './same-job.ts';

/** A job of a frame, and the row that it becomes. */
export type Incoming = {job: FrameJob; row: NewJob};

/** Stores the jobs of one frame. @returns those that were new, and those whose id another job has */
export type StoreJobs = (incoming: readonly Incoming[]) => Promise<{stored: Job[]; others: FrameJob[]}>;

type Deps = Recording & {duplicates: Duplicates};

/** What of one frame is written at once: it shares a transaction, which must not take long. */
const AT_ONCE = {jobs: 64, bytes: 1024 * 1024} as const;

/** A frame that is too large for one transaction, which would hold the event loop. */
export const isLarge = ({bytes}: {bytes: Uint8Array}): boolean => bytes.length > AT_ONCE.bytes;

/** @param entry jobs enter the journal in its order */
export function createStoreJobs(deps: Deps, entry: Sequencer): StoreJobs {
  const {journal, retryJournalWrite} = deps;

  /** Writes a large frame, unless it brings nothing new. @returns what to call when its jobs are stored */
  async function keepFrame([first, ...others]: readonly Incoming[]): Promise<() => void> {
    const isKept = first !== undefined && isLarge({bytes: first.row.frame});
    if (!isKept || ![first, ...others].some(({job}) => !journal.knows(job.key))) return () => undefined;
    return retryJournalWrite(() => journal.keepFrame(first.row.frame));
  }

  return async (incoming) => {
    const stored: Job[] = [];
    const others: FrameJob[] = [];
    const ticket = entry.take();
    let letGo = (): void => undefined;
    try {
      await ticket.ready;
      letGo = await keepFrame(incoming);
      for (let from = 0; from < incoming.length;) {
        // The first one brings the frame into the journal, which the others share.
        const some = incoming.slice(from, from === 0 ? 1 : endOfSome(incoming, from));
        from += some.length;
        const writing = some.map(async ({job, row}) => ({
          job,
          row,
          received: await retryJournalWrite(() => journal.receive(row)),
        }));
        if (from === incoming.length) ticket.done();
        for (const {job, row, received} of await Promise.all(writing)) {
          if (received.known && isOtherJob(received.record, job)) {
            others.push(job);
            continue;
          }
          reportReceived(deps, received, row);
          const bytes = job.span.end - job.span.start;
          if (!received.known) stored.push({seq: received.record.seq, bytes, kind: job.kind});
        }
      }
      return {stored, others};
    } finally {
      ticket.done();
      letGo();
    }
  };
}

/** The end of the jobs from `from` on that are written at once: one or more. */
function endOfSome(incoming: readonly Incoming[], from: number): number {
  let bytes = 0;
  const count = incoming.slice(from, from + AT_ONCE.jobs).findIndex(({job: {span}}) => {
    bytes += span.end - span.start;
    return bytes > AT_ONCE.bytes;
  });
  return from + (count < 0 ? AT_ONCE.jobs : Math.max(1, count));
}

/** Tells what came of a job that is in the journal now. */
export function reportReceived(
  {emit, duplicates}: Pick<Deps, 'emit' | 'duplicates'>,
  {known, record}: {known: boolean; record: JobRecord},
  {signer}: NewJob,
): void {
  const job = refOf(record);
  if (known) duplicates.came(job, record.seq === PRUNED ? 'pruned' : record.state);
  else emit({type: 'job_received', job, signer});
}
