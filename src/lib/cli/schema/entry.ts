import type * as v from 'valibot';

/** The schema of one answer: the `result` in the envelope. */
export type ResultEntry = {
  /** One line with the command of the answer. */
  summary: string;
  result: v.GenericSchema;
};

/** The schema of an NDJSON stream: the fields of each `type` of line, without `type`, `seq` and `at`. */
export type StreamEntry = {
  summary: string;
  lines: Readonly<Record<string, v.ObjectSchema<v.ObjectEntries, undefined>>>;
};

/** One published schema; features/schema/registry.ts lists them all. */
export type SchemaEntry = ResultEntry | StreamEntry;
