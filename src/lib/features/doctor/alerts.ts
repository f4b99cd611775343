import {run} from '../../foundation/next-step/next-step.ts';
import {blocked, fail, notApplicable, ok, type Finding} from './check.ts';
import type {Probe} from './run.ts';
import type {DoctorContext} from './context.ts';
import {reach} from '../../peers/http/reach.ts';

/** Nothing is posted: who gets alerts should know that a test comes (`aos alert test`). */
export function alertsProbes({config, env, limits}: DoctorContext): Probe[] {
  return [
    {
      checks: ['alerts.webhook'],
      run: async (report, signal) => {
        report('alerts.webhook', await checkWebhook(config, {limitMs: limits.answerMs, env, signal}));
      },
    },
  ];
}

async function checkWebhook(
  {alertOrigin, problems}: DoctorContext['config'],
  way: {limitMs: number; env: DoctorContext['env']; signal: AbortSignal},
): Promise<Finding> {
  if (alertOrigin === null)
    return problems.some(({path}) => path === 'alerts.webhook_url')
      ? blocked('config.valid', 'alerts.webhook_url is wrong')
      : notApplicable('none is configured: no one hears when something is wrong');
  const {via, why, next} = await reach(alertOrigin, way);
  if (why !== null)
    return fail(
      `nothing answers at ${alertOrigin} (${why})`,
      next ?? run('alert test', [], 'Correct alerts.webhook_url, then'),
    );
  return ok(
    via === null
      ? `something listens at ${alertOrigin}`
      : `${alertOrigin} answers through the proxy of ${via}`,
  );
}
