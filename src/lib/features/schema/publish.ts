import {toJsonSchema} from '@valibot/to-json-schema';
import * as v from 'valibot';
import {allCodes, CODES, isErrorCode} from '../../foundation/errors/table.ts';
import type {ResultEntry, SchemaEntry, StreamEntry} from '../../cli/schema/entry.ts';
import {count, ms, time, warning} from '../../cli/schema/parts.ts';
import {SCHEMAS} from './registry.ts';
import type {SchemaRow} from './schema.ts';

const DIALECT = 'http://json-schema.org/draft-07/schema#';

const errorBody = v.object({
  code: v.picklist(allCodes().filter(isErrorCode)),
  category: v.picklist([
    ...new Set(
      allCodes()
        .filter(isErrorCode)
        .map((code) => CODES[code].category),
    ),
  ]),
  message: v.pipe(v.string(), v.description('what happened this time')),
  hint: v.pipe(v.string(), v.description('what it means')),
  next: v.pipe(v.string(), v.description('the one next thing to type or do')),
  details: v.exactOptional(
    v.record(
      v.string(),
      v.union([
        v.nullable(v.union([v.string(), v.number(), v.boolean()])),
        v.array(v.record(v.string(), v.nullable(v.union([v.string(), v.number(), v.boolean()])))),
      ]),
    ),
  ),
});

const errorFields = {
  schema: v.literal('aos.error/v1'),
  ok: v.literal(false),
  exitCode: v.pipe(v.number(), v.integer(), v.description('1, or 64 and above')),
  error: errorBody,
};

/** What every command answers with `--json` for an error. */
const errorEnvelopeSchema = v.object(errorFields);

/** What a command that answers once prints with `--json`, but for errors. */
function envelopeSchema(name: string, {result}: ResultEntry) {
  return v.object({
    schema: v.literal(`aos.${name}/v1`),
    ok: v.pipe(v.boolean(), v.description('true for exit code 0 and 4')),
    exitCode: v.pipe(v.picklist([0, 3, 4, 8]), v.description('as `aos help exit-codes` has it')),
    result,
    warnings: v.array(warning),
    meta: v.object({
      version: v.string(),
      at: time,
      durationMs: ms,
      network: v.exactOptional(v.string()),
      nodeId: v.exactOptional(v.string()),
    }),
  });
}

/** Lines that every stream may hold besides its own. */
const COMMON_LINES = {
  gap: v.object({type: v.literal('gap'), at: v.exactOptional(time), dropped: count}),
  error: v.object({type: v.literal('error'), ...errorFields}),
};

/** The line schemas of a stream by their `type`. */
function lineSchemas({lines}: StreamEntry): Record<string, v.GenericSchema> {
  const own = Object.entries(lines).map(([type, {entries}]) => [
    type,
    v.object({type: v.literal(type), seq: count, at: time, ...entries}),
  ]);
  return {...COMMON_LINES, ...(Object.fromEntries(own) as Record<string, v.GenericSchema>)};
}

const ERROR_ROW: SchemaRow = {
  name: 'error',
  id: 'aos.error/v1',
  kind: 'error',
  summary: 'An error, of any command with --json (exit code 1, 64 and above).',
};

/** All of them, in alphabetic order. */
export function schemaList(): SchemaRow[] {
  const rows = Object.entries(SCHEMAS).map(([name, entry]: [string, SchemaEntry]): SchemaRow => ({
    name,
    id: `aos.${name}/v1`,
    kind: 'result' in entry ? 'result' : 'stream',
    summary: entry.summary,
  }));
  return [...rows, ERROR_ROW].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The list for people. */
export function schemaListText(rows: readonly SchemaRow[]): string {
  const width = Math.max(...rows.map(({name}) => name.length));
  const lines = rows.map(({name, kind, summary}) =>
    [`${name.padEnd(width)}  ${summary}`, ...(kind === 'stream' ? ['NDJSON'] : [])].join(' '),
  );
  return lines.join('\n');
}

/** The JSON Schema of a name (see {@link schemaList}); null for a name that there is not. */
export function publishedSchema(name: string): object | null {
  if (name === ERROR_ROW.name) return published(ERROR_ROW.id, ERROR_ROW.summary, errorEnvelopeSchema);
  const entry = Object.entries(SCHEMAS).find(([own]) => own === name)?.[1];
  return entry === undefined ? null : jsonSchemaOf(name, entry);
}

/** The JSON Schema (draft-07) of what `--json` prints: the whole envelope, or one line of a stream. */
function jsonSchemaOf(name: string, entry: SchemaEntry): object {
  const schema = 'result' in entry ? envelopeSchema(name, entry) : v.union(Object.values(lineSchemas(entry)));
  return published(`aos.${name}/v1`, entry.summary, schema);
}

function published(id: string, description: string, schema: v.GenericSchema): object {
  const {$schema: _, ...body} = toJsonSchema(schema, {errorMode: 'throw'});
  return {$schema: DIALECT, $id: id, title: id, description, ...body};
}
