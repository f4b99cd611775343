import type * as v from 'valibot';

/** What a command answers once: the `result` in the envelope. */
export type ResultEntry = {
  /** One line: which command answers so. */
  summary: string;
  result: v.GenericSchema;
};

/** What a command streams as NDJSON: for each `type` of line its own fields, without `type`, `seq` and `at`. */
export type StreamEntry = {
  summary: string;
  lines: Readonly<Record<string, v.ObjectSchema<v.ObjectEntries, undefined>>>;
};

/** One published schema. A file of this folder makes one, `registry.ts` names it. */
export type SchemaEntry = ResultEntry | StreamEntry;
