import * as v from 'valibot';
import {toNextStep} from '../../foundation/next-step/next-step.ts';

/** A next step as another process, or an earlier run, wrote it: an object, or text in a recording. */
export const nextStepSchema = v.pipe(
  v.union([
    v.string(),
    v.object({
      say: v.string(),
      run: v.optional(v.object({command: v.string(), args: v.optional(v.array(v.string()), [])})),
    }),
  ]),
  v.transform(toNextStep),
);
