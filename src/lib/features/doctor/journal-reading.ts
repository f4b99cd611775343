import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {isAosError, type AosError} from '../../foundation/errors/error.ts';
import {markFile} from '../../node/journal/commit-mark.ts';
import {inspectJournal, type JournalInspection} from '../../node/journal/inspect.ts';
import {JOURNAL_FILE} from '../../node/journal/sqlite.ts';
import type {JournalFacts} from '../status/facts.ts';
import {readJournalFacts} from '../status/journal-facts.ts';

/** What the journal of the node says. */
export type JournalReading =
  | {state: 'read'; facts: JournalFacts; inspection: JournalInspection}
  | {state: 'missing'; dir: string}
  | {state: 'failed'; error: AosError}
  /** The configuration does not say where it is. */
  | {state: 'unknown'};

/** Reads the journal while an operator may write it. */
export async function readJournal(dir: string | null): Promise<JournalReading> {
  if (dir === null) return {state: 'unknown'};
  // A file that is gone beside its mark is no journal that was never made.
  const path = join(dir, JOURNAL_FILE);
  if (!existsSync(path) && !existsSync(markFile(path))) return {state: 'missing', dir};
  try {
    return {state: 'read', facts: await readJournalFacts(dir), inspection: inspectJournal(dir)};
  } catch (error) {
    if (!isAosError(error)) throw error;
    return {state: 'failed', error};
  }
}
