import {untilAbort} from '../../foundation/async/abort.ts';
import {count} from '../../foundation/text/words.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit} from '../events/events.ts';
import type {Journal} from '../journal/journal.ts';
import {limitedEvidence, type EvidencePort} from './evidence-limit.ts';
import type {Health} from './health.ts';

/** How often the journal is tidied, and its age written down. */
const EVERY_MS = 60_000;
const EVIDENCE = 'evidence';
const EVIDENCE_ROOM = 'evidence room';

/**
 * Packs in the journal what was over for the evidence period, and deletes what was over for the retention, now and every
 * minute, until the signal aborts. The retention is at least the evidence period, challenge and checkpoint period together
 * (docs/protocol.md#evidence-of-a-job), so no evidence goes too early; both count by the journal's age. Before a job is packed
 * its receipt is kept. A directory that refuses it is a problem, and does not keep the journal from being packed: a full disk
 * would never get room again.
 */
export async function keepTidy(deps: {
  journal: Pick<Journal, 'tidy' | 'age'>;
  evidence?: EvidencePort | undefined;
  time: Time;
  health: Pick<Health, 'failed' | 'worked'>;
  emit: Emit;
  evidenceMs: number;
  retentionMs: number;
  signal: AbortSignal;
}): Promise<void> {
  const {journal, time, health, signal, evidenceMs, retentionMs} = deps;
  const ended = untilAbort(signal);
  const receipts = receiptsOf(deps);
  while (!signal.aborted) {
    const tidied = journal.age
      .keep()
      .then(() => journal.tidy({evidenceMs, retentionMs, ...receipts?.begin()}))
      .then(() => receipts?.end())
      .catch((error: unknown) => {
        // What was under way when the run ended is done by the next one.
        if (!signal.aborted) health.failed('journal', error);
      });
    // A disk that does not keep it must not keep the run from ending.
    await Promise.race([tidied, ended]);
    await time.sleep(EVERY_MS, signal).catch(() => undefined); // the end of the run: the loop's condition tells
  }
}

/** What is done about receipts in one round: once refused, the directory is not tried again before the next one. */
function receiptsOf({
  evidence: directory,
  time,
  health,
  emit,
  signal,
}: Pick<Parameters<typeof keepTidy>[0], 'evidence' | 'time' | 'health' | 'emit' | 'signal'>) {
  if (directory === undefined) return null;
  const evidence = limitedEvidence(directory, time);
  let isRefused = false;
  let isFullKnown = false;

  async function keep(seqs: readonly number[]): Promise<void> {
    if (isRefused) return;
    try {
      // That nothing had to be written says nothing of the directory.
      if ((await evidence.keep(seqs)) !== 0) health.worked('journal', EVIDENCE);
    } catch (error) {
      isRefused = true;
      if (!signal.aborted) health.failed('journal', error, EVIDENCE);
    }
  }

  return {
    begin() {
      isRefused = false;
      return {beforePacking: keep};
    },
    async end() {
      if (isRefused) return;
      try {
        const early = await evidence.drop();
        health.worked('journal', EVIDENCE_ROOM);
        if (early === 0 || isFullKnown) return;
        isFullKnown = true;
        const message = `the evidence directory is full: the oldest ${count(early, 'receipt')} went before their time`;
        emit({type: 'warning', code: 'EVIDENCE_FULL', message});
      } catch (error) {
        if (!signal.aborted) health.failed('journal', error, EVIDENCE_ROOM);
      }
    },
  };
}
