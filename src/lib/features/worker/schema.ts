import * as v from 'valibot';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {count, ms, next, schemaOf} from '../../cli/schema/parts.ts';
import {CHECK_STATES} from '../../foundation/check/check.ts';
import {WORKER_CHECKS} from '../../node/operator/worker-check/report.ts';
import {WORKER_KINDS} from '../../protocol/wire/messages.ts';
import type {WorkerCheckReport} from './check.ts';

const described = <S extends v.GenericSchema<unknown, unknown>>(schema: S, description: string) =>
  v.pipe(schema, v.description(description));

export const workerCheck: ResultEntry = {
  summary: 'aos worker check: each worker with its status, a request and the answer to it.',
  result: schemaOf<WorkerCheckReport>()(
    v.object({
      verdict: v.picklist(['ok', 'warn', 'fail']),
      askedBy: v.picklist(['operator', 'command']),
      callbackUrl: v.string(),
      workers: v.array(
        v.object({
          kind: v.picklist(WORKER_KINDS),
          url: v.string(),
          method: described(
            v.nullable(v.picklist(['GET', 'POST'])),
            'how it takes the request for its status; POST alone: the published worker',
          ),
          nodeId: described(v.nullable(v.string()), 'of its status, new at each start'),
          places: described(count, 'most requests at a time'),
          open: described(count, 'requests of the operator that were open there'),
          checks: v.array(
            v.object({
              id: v.picklist(WORKER_CHECKS),
              state: v.picklist(CHECK_STATES),
              found: v.string(),
              needed: v.exactOptional(v.string()),
              next,
              at: v.exactOptional(v.number()),
              ms,
            }),
          ),
          answer: v.nullable(
            v.object({
              text: described(v.string(), 'the beginning of it'),
              characters: count,
              stateRoot: v.string(),
              attestation: described(v.string(), 'of a tee worker: the beginning of it'),
              engine: described(v.string(), 'of an OpenAI-compatible server: what it says of itself'),
              ms,
            }),
          ),
        }),
      ),
    }),
  ),
};
