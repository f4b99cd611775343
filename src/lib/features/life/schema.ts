import * as v from 'valibot';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {count, ms, schemaOf} from '../../cli/schema/parts.ts';
import type {DrainResult} from './drain.ts';
import type {ReloadAnswer} from './reload.ts';
import type {RestartResult} from './restart.ts';
import type {StopResult} from './stop.ts';

export const stop: ResultEntry = {
  summary: 'aos stop: the end of the operator.',
  result: schemaOf<StopResult>()(
    v.object({
      pid: count,
      pending: v.pipe(v.nullable(count), v.description('open jobs, which the next start continues')),
      tookMs: ms,
    }),
  ),
};

export const drain: ResultEntry = {
  summary: 'aos drain: how far the drain is.',
  result: schemaOf<DrainResult>()(
    v.object({
      pid: count,
      phase: v.picklist(['working', 'draining', 'drained']),
      toAnswer: v.pipe(count, v.description('jobs without an answer')),
      toDeliver: v.pipe(count, v.description('answers that are not accepted yet')),
    }),
  ),
};

export const restart: ResultEntry = {
  summary: 'aos restart: the restart, confirmed.',
  result: schemaOf<RestartResult>()(
    v.object({
      oldPid: v.nullable(count),
      newPid: count,
      unit: v.pipe(v.nullable(v.string()), v.description('null: restarted by hand')),
      probed: v.pipe(
        v.nullable(v.boolean()),
        v.description('null: the network had not probed the node in the hour before'),
      ),
      awayMs: v.pipe(ms, v.description('from the last sign of the old process to the new connection')),
      allowanceShare: v.pipe(v.nullable(v.number()), v.description('of the offline allowance, 0 to 1')),
    }),
  ),
};

export const reload: ResultEntry = {
  summary: 'aos reload: what the operator took over.',
  result: schemaOf<ReloadAnswer>()(
    v.object({
      pid: count,
      file: v.nullable(v.string()),
      applied: v.pipe(v.array(v.string()), v.description('keys that hold from now on')),
      needRestart: v.pipe(v.array(v.string()), v.description('keys that hold after a restart')),
    }),
  ),
};
