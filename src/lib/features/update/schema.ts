import * as v from 'valibot';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {schemaOf} from '../../cli/schema/parts.ts';
import type {UpdateCheck, UpdatePlan} from './update.ts';
import {WAYS} from './way.ts';

export const updateCheck: ResultEntry = {
  summary: 'aos update check: the newest version in the registry.',
  result: schemaOf<UpdateCheck>()(v.object({current: v.string(), latest: v.string(), isNewer: v.boolean()})),
};

const commands = v.pipe(v.array(v.string()), v.description('what to type, in this order'));

export const update: ResultEntry = {
  summary: 'aos update --to: what to type to get a version, and to come back.',
  result: schemaOf<UpdatePlan>()(
    v.object({
      current: v.string(),
      to: v.string(),
      direction: v.picklist(['newer', 'same', 'older']),
      installedBy: v.picklist(WAYS),
      commands,
      wayBack: commands,
    }),
  ),
};
