import * as v from 'valibot';
import type {Explanation} from './explain.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {count, schemaOf} from '../../cli/schema/parts.ts';

const explanation = schemaOf<Explanation>()(
  v.object({
    code: v.string(),
    kind: v.picklist(['error', 'notice', 'exit-code', 'check']),
    exitCode: v.nullable(count),
    category: v.nullable(v.string()),
    means: v.string(),
    causes: v.array(v.string()),
    next: v.string(),
    codes: v.array(v.string()),
  }),
);

export const explain: ResultEntry = {
  summary: 'aos explain CODE: what a code means, what is behind it, what to do.',
  result: explanation,
};
export const explainList: ResultEntry = {
  summary: 'aos explain, aos help exit-codes --json: the same of all codes.',
  result: v.object({codes: v.array(explanation)}),
};
