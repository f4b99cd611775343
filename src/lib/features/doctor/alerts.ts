import type {AosError} from '../../foundation/errors/error.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {type NextStep, run} from '../../foundation/next-step/next-step.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {readMute} from '../../node/alerts/mute.ts';
import {reach} from '../../peers/http/reach.ts';
import {tryConnect} from '../../peers/http/try-connect.ts';
import {MUTE_END} from '../../node/events/mute-end.ts';
import {alertPlaces} from '../alert/peers.ts';
import {blocked, fail, notApplicable, ok, warn, type Finding} from './check.ts';
import type {Probe} from './run.ts';
import type {DoctorContext} from './context.ts';

type Way = {limitMs: number; env: DoctorContext['env']; signal: AbortSignal};

/** Nothing is posted: who gets alerts should know that a test comes (`aos alert test`). */
export function alertsProbes(context: DoctorContext): Probe[] {
  const {config, env, limits} = context;
  return [
    {
      checks: ['alerts.webhook'],
      run: async (report, signal) => {
        report('alerts.webhook', await checkWebhook(config, {limitMs: limits.answerMs, env, signal}));
      },
    },
    {
      checks: ['alerts.channels'],
      run: async (report, signal) => {
        report('alerts.channels', await checkChannels(context, {limitMs: limits.answerMs, env, signal}));
      },
    },
  ];
}

async function checkWebhook({alertOrigin, problems}: DoctorContext['config'], way: Way): Promise<Finding> {
  if (alertOrigin === null)
    return problems.some(({path}) => path === 'alerts.webhook_url')
      ? blocked('config.valid', 'alerts.webhook_url is wrong')
      : notApplicable('none is configured: no one hears by it when something is wrong');
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

/** What is found of one of them; `why` null: it is well. */
type Reached = {name: string; why: string | null; next: NextStep};

async function checkChannels({config, time}: DoctorContext, way: Way): Promise<Finding> {
  const {alertChannels, watchdog, problems, storeDir} = config;
  const others = alertChannels.filter(({name}) => name !== 'webhook');
  const wrong = problems.find(({path}) => path.startsWith('alerts.') && path !== 'alerts.webhook_url');
  if (wrong !== undefined) return blocked('config.valid', `${wrong.path} is wrong`);
  const muted = storeDir === null ? null : readMute(storeDir, time.now());
  if (alertChannels.length === 0 && watchdog === null) return notApplicable('none is configured');
  const places = alertPlaces(others, watchdog);
  const reached = await Promise.all(places.map(({name, place}) => lookAt(name, place, way)));
  const away = reached.filter(({why}) => why !== null);
  const [first] = away;
  if (first !== undefined) return fail(away.map(({name, why}) => `${name}: ${why}`).join('; '), first.next);
  if (muted !== null) return warn(`alerts are muted until ${isoTime(muted.until)}`, MUTE_END);
  if (reached.length === 0) return notApplicable('none is configured beside the webhook');
  return ok(`something listens: ${reached.map(({name}) => name).join(', ')}`);
}

async function lookAt(
  name: string,
  placed: () => URL | {host: string; port: number},
  way: Way,
): Promise<Reached> {
  const next = run(
    'alert test',
    name === 'watchdog' ? [] : ['--channel', name],
    `Correct alerts.${name}, then`,
  );
  let place: URL | {host: string; port: number};
  try {
    place = placed();
  } catch (error) {
    return {name, ...secretFault(error)};
  }
  if (place instanceof URL) {
    const found = await reach(place.href, way);
    const why = found.why === null ? null : `nothing answers at ${place.origin} (${found.why})`;
    return {name, why, next: found.next ?? next};
  }
  const {host, port} = place;
  const why = await tryConnect(host, port, way.limitMs, way.signal);
  return {name, why: why === null ? null : `nothing answers at ${host}:${port} (${why})`, next};
}

function secretFault(error: unknown): {why: string; next: NextStep} {
  if (!isAosError(error)) throw error;
  const {message, code, next}: AosError = error;
  return {why: `${message} (${code})`, next};
}
