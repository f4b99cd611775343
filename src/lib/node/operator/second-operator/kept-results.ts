import {safeText} from '../../../foundation/text/safe-text.ts';
import type {Time} from '../../../foundation/time/time.ts';
import {sameAddress} from '../../../protocol/wire/ethereum.ts';
import type {JobRef} from '../../events/events.ts';
import type {JobJournal} from '../../journal/journal.ts';
import type {ResultReader} from '../ports.ts';

/** Compares what the dispatcher keeps of this node with what the journal has. */
export type KeptResults = {
  /** A result with an answer was accepted: the newest one is compared next. */
  accepted(job: JobRef): void;
  /** Never throws. @returns what is wrong; null: nothing, or it cannot be found out */
  check(signal: AbortSignal): Promise<string | null>;
};

/** A dispatcher without these rows is not asked again for so long. */
const PAUSE_MS = 30 * 60_000;

export function createKeptResults(deps: {
  nodeId: string;
  journal: Pick<JobJournal, 'get'>;
  reader: ResultReader;
  time: Pick<Time, 'monotonic'>;
}): KeptResults {
  const {nodeId, journal, reader, time} = deps;
  let newest: JobRef | null = null;
  let notBefore = -Infinity;

  return {
    accepted(job) {
      newest = job;
    },
    async check(signal) {
      if (newest === null || time.monotonic() < notBefore) return null;
      const job = newest;
      newest = null;
      try {
        const ours = resultOf(journal.get(job.seq)?.content ?? null);
        if (ours === null) return null;
        const rows = await reader.kept(job.jobId, signal);
        const mine = rows.filter(({operator}) => sameAddress(operator, nodeId));
        // Rows name no tag: the result of any of them may be ours.
        if (mine.length === 0 || mine.some(({result}) => result === ours)) return null;
        return `the dispatcher keeps a result of this node for job ${safeText(job.jobId, 80)} that this journal does not have`;
      } catch {
        // It has no such rows, or does not answer: the operator reports that itself, by what fails for it.
        notBefore = time.monotonic() + PAUSE_MS;
        return null;
      }
    },
  };
}

/** The text of an answer; null: it has none. */
function resultOf(content: string | null): string | null {
  if (content === null) return null;
  const value: unknown = JSON.parse(content);
  const isAnswer = typeof value === 'object' && value !== null && 'result' in value;
  return isAnswer && typeof value.result === 'string' ? value.result : null;
}
