import * as v from 'valibot';
import {decimal, next, schemaOf, time} from '../../cli/schema/parts.ts';
import {CHECK_STATES} from '../../foundation/check/check.ts';
import type {Precondition} from '../../peers/chain/precondition.ts';

/** One precondition, as the checks of `register`, `deregister` and `tx` answer it. */
export const precondition = schemaOf<Precondition>()(
  v.object({
    id: v.string(),
    state: v.picklist(CHECK_STATES),
    found: v.string(),
    needed: v.string(),
    next,
    at: v.exactOptional(v.number()),
    clearsAt: v.exactOptional(v.object({at: time, block: v.nullable(decimal)})),
    done: v.exactOptional(v.literal(true)),
    needsOperator: v.exactOptional(v.literal(true)),
  }),
);
