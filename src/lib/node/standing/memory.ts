import * as v from 'valibot';
import {isCode} from '../../foundation/errors/table.ts';
import {nextStepSchema} from '../events/next-step-schema.ts';
import {COST_KINDS, type ChainCost} from '../events/standing.ts';

/**
 * What earlier readings have shown, which the next one is compared with: it is in the journal, so that a restart neither
 * misses a change nor reports it twice.
 */
export type StandingMemory = {
  /** What cost something at the last reading. */
  costs: readonly ChainCost[];
  /** The quorums or operator sets that the operator was in; null: it was never seen registered. */
  member: readonly number[] | null;
  /** What slashing had left of the stake in each strategy, by address, of 10^18. */
  magnitudes: Readonly<Record<string, string>>;
  /** Their names, as far as they were read. */
  symbols: Readonly<Record<string, string>>;
  /** How often slashing took more of it. */
  slashes: number;
  /** The greatest number of a penalty of this operator, and how many of its penalties were seen executed; -1: none yet. */
  lastPenalty: number;
  penalties: number;
  executed: number;
  /** The ones that were seen executed, newest last; only the newest penalties of the ledger are read. Null: not known. */
  executedIds: readonly string[] | null;
  /** Numbers of its penalties that were recorded and not seen executed, the newest. */
  openPenalties: readonly string[];
  range: {start: string; end: string} | null;
  /** How often the range was changed. */
  ranges: number;
  /** How many challenges there were; null: it was never read. */
  challenges: number | null;
};

export const EMPTY_MEMORY: StandingMemory = {
  costs: [],
  member: null,
  magnitudes: {},
  symbols: {},
  slashes: 0,
  lastPenalty: -1,
  penalties: 0,
  executed: 0,
  executedIds: [],
  openPenalties: [],
  range: null,
  ranges: 0,
  challenges: null,
};

/** Name of the journal's durable note. */
export const STANDING_NOTE = 'standing';

const text = v.string();
const whole = v.pipe(v.number(), v.integer());
const costSchema = v.object({
  key: text,
  kind: v.picklist(COST_KINDS),
  code: v.pipe(text, v.check(isCode)),
  severity: v.picklist(['warning', 'critical']),
  message: text,
  next: nextStepSchema,
  since: v.number(),
  step: whole,
});
const memorySchema = v.object({
  costs: v.array(v.unknown()),
  member: v.nullable(v.array(whole)),
  magnitudes: v.record(text, v.pipe(text, v.regex(/^\d{1,40}$/))),
  // Notes of earlier versions do not have it.
  symbols: v.optional(v.record(text, text), {}),
  slashes: whole,
  lastPenalty: whole,
  penalties: whole,
  executed: whole,
  // Notes of earlier versions do not have it.
  executedIds: v.optional(v.nullable(v.array(text)), null),
  // Notes of earlier versions do not have it.
  openPenalties: v.optional(v.array(v.pipe(text, v.regex(/^\d{1,40}$/))), []),
  range: v.nullable(v.object({start: text, end: text})),
  ranges: whole,
  challenges: v.nullable(whole),
});

/** The memory as a note of the journal. */
export function memoryText(memory: StandingMemory): string {
  return JSON.stringify(memory);
}

/** Reads the note; one that another version wrote in its own way is as good as none. */
export function memoryOf(note: string | null): StandingMemory {
  if (note === null) return EMPTY_MEMORY;
  try {
    const read = v.safeParse(memorySchema, JSON.parse(note));
    if (!read.success) return EMPTY_MEMORY;
    return {...read.output, costs: read.output.costs.flatMap(costOf)};
  } catch {
    return EMPTY_MEMORY; // not JSON
  }
}

function costOf(value: unknown): ChainCost[] {
  const read = v.safeParse(costSchema, value);
  if (!read.success) return [];
  const {code, ...cost} = read.output;
  return isCode(code) ? [{...cost, code}] : [];
}
