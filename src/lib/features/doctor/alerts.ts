import {run} from '../../foundation/next-step/next-step.ts';
import {blocked, fail, notApplicable, ok, type Finding} from './check.ts';
import type {Probe} from './run.ts';
import type {DoctorContext} from './context.ts';
import {connectFailure} from '../../peers/http/try-connect.ts';

/** Within the limit of a check. */
const LIMIT_MS = 2_500;

/** Nothing is posted: who gets alerts should know that a test comes (`aos alert test`). */
export function alertsProbes({config}: DoctorContext): Probe[] {
  return [
    {
      checks: ['alerts.webhook'],
      run: async (report, signal) => {
        report('alerts.webhook', await checkWebhook(config, signal));
      },
    },
  ];
}

async function checkWebhook(
  {alertOrigin, problems}: DoctorContext['config'],
  signal: AbortSignal,
): Promise<Finding> {
  if (alertOrigin === null)
    return problems.some(({path}) => path === 'alerts.webhook_url')
      ? blocked('config.valid', 'alerts.webhook_url is wrong')
      : notApplicable('none is configured: no one hears when something is wrong');
  const why = await connectFailure(alertOrigin, LIMIT_MS, signal);
  return why === null
    ? ok(`something listens at ${alertOrigin}`)
    : fail(
        `nothing answers at ${alertOrigin} (${why})`,
        run('alert test', [], 'Correct alerts.webhook_url, then'),
      );
}
