import * as v from 'valibot';
import type {ResultEntry} from '../../cli/schema/entry.ts';

export const completion: ResultEntry = {
  summary: 'aos completion: the script.',
  result: v.object({shell: v.picklist(['bash', 'zsh', 'fish']), script: v.string()}),
};
