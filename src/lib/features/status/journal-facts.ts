import {openJournal} from '../../node/journal/sqlite.ts';
import type {JournalFacts} from './facts.ts';

/** What a node's journal says of its work, read beside the process that writes it. @throws AosError JOURNAL_* */
export async function readJournalFacts(dir: string): Promise<JournalFacts> {
  const journal = await openJournal({dir, clockId: 1n, readOnly: true});
  try {
    const {received, selected, concluded, signed, accepted} = journal.counts();
    const pending = received + selected + concluded + signed;
    return {pending, accepted, ...journal.activity(), spans: journal.liveness.spans()};
  } finally {
    await journal.close();
  }
}
