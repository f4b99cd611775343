import * as v from 'valibot';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {schemaOf} from '../../cli/schema/parts.ts';

export const schemaList: ResultEntry = {
  summary: 'aos schema: the names of all schemas.',
  result: schemaOf<{schemas: SchemaRow[]}>()(
    v.object({
      schemas: v.array(
        v.object({
          name: v.string(),
          id: v.string(),
          kind: v.picklist(['result', 'stream', 'error']),
          summary: v.string(),
        }),
      ),
    }),
  ),
};

export const schema: ResultEntry = {
  summary: 'aos schema NAME: a JSON Schema, draft-07.',
  result: v.objectWithRest({$schema: v.string(), $id: v.string()}, v.unknown()),
};

/** A schema in the list of `aos schema`. */
export type SchemaRow = {name: string; id: string; kind: 'result' | 'stream' | 'error'; summary: string};
