import * as v from 'valibot';
import {CHECK_STATES} from '../../foundation/check/check.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {next, schemaOf} from '../../cli/schema/parts.ts';
import {ROAD_STEPS, type Road} from './road.ts';

export const guide: ResultEntry = {
  summary:
    'aos, and aos guide: the steps to a running operator, and where this machine is, by its files alone.',
  result: schemaOf<Road>()(
    v.object({
      steps: v.array(
        v.object({
          id: v.picklist(ROAD_STEPS),
          state: v.picklist(CHECK_STATES),
          found: v.string(),
          needed: v.exactOptional(v.string()),
          next,
          at: v.exactOptional(v.number()),
        }),
      ),
      next: v.pipe(v.string(), v.description('the one command that comes next')),
    }),
  ),
};
