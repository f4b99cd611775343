import * as v from 'valibot';
import {AosError} from '../../foundation/errors/error.ts';
import {JOB_STATES, type JobState} from '../events/job-states.ts';
import type {Database} from './driver.ts';
import {factNotes} from './facts.ts';
import {numberOf, stateOf} from './rows.ts';

/** The name of the note in a journal that was copied by `aos backup`: also a copy that was put back by hand has it. */
const NOTE = 'copy';

/**
 * What a journal says of itself when it is a copy. The one it was copied from went on: what it answered afterwards is not known
 * here (docs/adr/0051-backup.md).
 */
export type CopyMark = {
  /** Of the backup. */
  id: string;
  /** When it was copied, Unix ms, and how old the journal was then, ms. */
  at: number;
  age: number;
  /** When a person said that the old operator is off, Unix ms; null: not said. */
  confirmedAt: number | null;
  /** When an operator first worked with the copy, Unix ms; null: none has. */
  startedAt: number | null;
  /** The jobs that it held open, and in which state. They are `expired` while the rules of a restored journal hold. */
  held: [seq: number, state: JobState][];
};

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const markSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  at: whole,
  age: whole,
  confirmedAt: v.nullable(whole),
  startedAt: v.nullable(whole),
  held: v.array(v.tuple([whole, v.picklist(JOB_STATES)])),
});

/** Reads the mark of a journal; null: it is no copy, or one whose rules are lifted. @throws AosError JOURNAL_UNREADABLE */
function read(database: Database): CopyMark | null {
  const text = factNotes(database).get(NOTE) ?? '';
  if (text === '') return null;
  const parsed = v.safeParse(markSchema, parsedJson(text));
  if (parsed.success) return parsed.output;
  throw new AosError(
    'JOURNAL_UNREADABLE',
    'the journal says that it is a copy, in a form that this aos does not know',
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the schema refuses it
  }
}

/** Marks the file of a journal as a copy. @throws SQLite's own error */
export function markCopy(database: Database, mark: CopyMark): void {
  factNotes(database).set(NOTE, JSON.stringify(mark));
}

/** The mark of a copy that is not opened as a journal. @throws AosError JOURNAL_UNREADABLE; SQLite's own error */
export const readCopyMark = read;

/** The rules of a restored journal, in the journal that holds them. Changes are on the disk when they resolve. */
export type CopyRules = {
  /** Null: it is no copy, or its rules are over. @throws AosError JOURNAL_UNREADABLE */
  mark(): CopyMark | null;
  /** A first run begins: open jobs are held, and none of them is delivered. Resolves with their seqs. */
  hold(at: number, confirmedAt: number): Promise<readonly number[]>;
  /** What is held is open again, except what is packed by now. Resolves with the seqs. */
  lift(): Promise<readonly number[]>;
  /** The rules are over: what was held stays given up. */
  end(): Promise<void>;
};

const WHY = 'the journal was restored from a backup: whether this node answered afterwards is not known';

export function copyRules(
  database: Database,
  {change, read: reading}: {change: <T>(work: () => T) => Promise<T>; read: <T>(work: () => T) => T},
): CopyRules {
  const open = database.prepare(
    `SELECT seq, state FROM jobs WHERE state IN ('received', 'selected', 'unanswered', 'concluded', 'signed') ORDER BY seq`,
  );
  const holdOne = database.prepare(
    `UPDATE jobs SET state = 'expired', closed_at = ?, why = ?, over = coalesce(over, born) WHERE seq = ?`,
  );
  // One that had its answer meanwhile is delivered; of one that is packed or gone nothing is left to do.
  const liftOne = database.prepare(
    `UPDATE jobs SET state = CASE WHEN EXISTS (SELECT 1 FROM answers a WHERE a.seq = jobs.seq) AND ? IN ('received', 'selected', 'unanswered')
       THEN 'concluded' ELSE ? END, closed_at = NULL, why = NULL, over = NULL WHERE seq = ? AND state = 'expired'`,
  );
  const notes = factNotes(database);

  return {
    mark: () => reading(() => read(database)),
    hold: (at, confirmedAt) =>
      change(() => {
        const mark = read(database);
        if (mark === null) return [];
        const held = open.all().map((row): [number, JobState] => [numberOf(row, 'seq'), stateOf(row)]);
        for (const [seq] of held) holdOne.run(at, WHY, seq);
        markCopy(database, {...mark, startedAt: at, confirmedAt, held});
        return held.map(([seq]) => seq);
      }),
    lift: () =>
      change(() => {
        const mark = read(database);
        const lifted = (mark?.held ?? []).filter(
          ([seq, state]) => liftOne.run(state, state, seq).changes > 0,
        );
        notes.set(NOTE, '');
        return lifted.map(([seq]) => seq);
      }),
    end: () => change(() => notes.set(NOTE, '')),
  };
}
