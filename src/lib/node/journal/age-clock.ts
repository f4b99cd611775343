import type {Time} from '../../foundation/time/time.ts';

/**
 * How old the journal is: a clock that only moves forward, and that no jump of the machine's clock moves. Everything that is
 * given up or deleted by its age is judged by it (docs/adr/0024-age-not-the-wall-clock.md).
 */
export type AgeClock = {
  /** ms, whole: the time that runs of the operator lasted, and that between them as far as two witnesses agree on it. */
  now(): number;
  /**
   * The chain's newest block, and the wall clock when it was read, both Unix ms. Time in which the operator did not run
   * counts as far as the chain and the wall clock both moved since a block before it.
   */
  witness(seen: {chainAt: number; wallAt: number}): void;
  /** Writes the age down: a run that ends without it is not counted from the last time on. @throws AosError JOURNAL_WRITE_FAILED */
  keep(): Promise<void>;
};

/** Where the age is written down. */
type AgeNotes = {recall(name: string): string | null; remember(name: string, value: string): Promise<void>};

/** One moment by three clocks. */
type Moment = {age: number; chainAt: number; wallAt: number};

const NOTE = 'age';

/** @param least the age of the newest job: the clock is never behind what it has said */
export function createAgeClock(notes: AgeNotes, time: Pick<Time, 'monotonic'>, least: number): AgeClock {
  const stored = readNote(notes.recall(NOTE));
  let base = Math.max(stored.age, least);
  let moment = stored.moment;
  const started = time.monotonic();
  const now = (): number => Math.floor(base + Math.max(0, time.monotonic() - started));

  return {
    now,
    witness({chainAt, wallAt}) {
      if (!Number.isFinite(chainAt) || !Number.isFinite(wallAt)) return;
      if (moment !== null) {
        const passed = Math.min(chainAt - moment.chainAt, wallAt - moment.wallAt);
        base += Math.max(0, moment.age + passed - now());
        // A chain that stands still says nothing of the time since.
        if (moment.chainAt === chainAt) return;
      }
      moment = {age: now(), chainAt, wallAt};
    },
    keep: () => notes.remember(NOTE, JSON.stringify({age: now(), moment})),
  };
}

/** The age as it was written last, 0 in a new journal: for a journal that is only read. */
export function storedAge(notes: Pick<AgeNotes, 'recall'>): AgeClock {
  return {
    now: () => readNote(notes.recall(NOTE)).age,
    witness: () => undefined,
    keep: () => Promise.resolve(),
  };
}

function readNote(text: string | null): {age: number; moment: Moment | null} {
  const nothing = {age: 0, moment: null};
  if (text === null) return nothing;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return nothing; // too young is safe: what is kept too long is only kept
  }
  if (typeof value !== 'object' || value === null || !('age' in value) || !isTime(value.age)) return nothing;
  const moment = 'moment' in value && isMoment(value.moment) ? value.moment : null;
  return {age: value.age, moment};
}

function isMoment(value: unknown): value is Moment {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return ['age', 'chainAt', 'wallAt'].every((name) => isTime(fields.get(name)));
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
