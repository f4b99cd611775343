import type {SchemaEntry} from './entry.ts';
import {schema, schemaList} from './schema.ts';
import {signerCheck} from './signer-check.ts';

/**
 * Every published schema by its name: `aos schema NAME` prints it, the envelope has it as `aos.NAME/v1`, and the
 * compiler refuses an {@link SchemaName} that is not here. Loaded by `aos schema` alone. In alphabetic order.
 */
export const SCHEMAS = {
  schema,
  'schema-list': schemaList,
  'signer-check': signerCheck,
} as const satisfies Readonly<Record<string, SchemaEntry>>;

export type SchemaName = keyof typeof SCHEMAS;
