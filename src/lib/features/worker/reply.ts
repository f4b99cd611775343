import * as v from 'valibot';
import {CHECK_STATES} from '../../foundation/check/check.ts';
import {count, optionalText, text} from '../../node/control/view-schema.ts';
import {nextStepSchema as nextStep} from '../../node/events/next-step-schema.ts';
import {WORKER_CHECKS} from '../../node/operator/worker-check/report.ts';
import {WORKER_KINDS} from '../../protocol/wire/messages.ts';

const ms = v.pipe(v.number(), v.minValue(0));

/** The report of a check as the control socket has it. */
export const checkedWorkers = v.array(
  v.object({
    kind: v.picklist(WORKER_KINDS),
    url: text,
    method: v.nullable(v.picklist(['GET', 'POST'])),
    nodeId: optionalText,
    places: count,
    open: count,
    checks: v.array(
      v.object({
        id: v.picklist(WORKER_CHECKS),
        state: v.picklist(CHECK_STATES),
        found: text,
        next: v.nullable(nextStep),
        ms,
      }),
    ),
    answer: v.nullable(
      v.object({
        text,
        characters: count,
        stateRoot: text,
        attestation: v.optional(text, ''),
        engine: v.optional(text, ''),
        ms,
      }),
    ),
  }),
);
