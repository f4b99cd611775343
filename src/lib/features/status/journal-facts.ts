import {createJobRates, MOST_RATED, RATES_MS} from '../../node/events/job-rates.ts';
import {openJournal} from '../../node/journal/sqlite.ts';
import {MISSING_AFTER_MS, UNANSWERED_FOR_MS} from '../../node/events/missing.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {readSources, SOURCES_NOTE, sourcesOf} from '../../node/liveness/sources.ts';
import type {JournalFacts} from './facts.ts';

/** What a node's journal says of its work, read beside the process that writes it. @throws AosError JOURNAL_* */
export async function readJournalFacts(dir: string): Promise<JournalFacts> {
  const journal = await openJournal({dir, clockId: 1n, readOnly: true});
  try {
    const {accepted} = journal.counts();
    const now = systemTime.now();
    return {
      pending: journal.pending(),
      accepted,
      ...journal.activity(),
      missing: journal.withoutAnswer(now - MISSING_AFTER_MS, now - UNANSWERED_FOR_MS),
      oldestOpenAt: journal.oldestOpenAt(),
      refused: journal.inflow.refused(),
      newestSigner: journal.inflow.newestSigner(),
      rates: createJobRates(journal.inflow.minutes(now - RATES_MS, MOST_RATED), []).rates(now),
      spans: journal.liveness.spans(),
      sources: sourcesOf(readSources(journal.recall(SOURCES_NOTE) ?? ''), now),
    };
  } finally {
    await journal.close();
  }
}
