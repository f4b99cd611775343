import {mailServer} from '../../config/alert-values.ts';
import * as check from '../../foundation/check/check.ts';
import {isAosError, type AosError} from '../../foundation/errors/error.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {deadline, systemTime} from '../../foundation/system/system-time.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {probeWebSocket} from '../../peers/dispatcher/probe.ts';
import {reach} from '../../peers/http/reach.ts';
import {connectFailure, tryConnect} from '../../peers/http/try-connect.ts';

const LIMIT_MS = 5_000;
/** For the scheme alone: a dispatcher that says nothing is not at fault by it. */
const SCHEME_MS = 1_500;

/** Whether something listens at the dispatcher's URL, and speaks TLS as its scheme says. */
export async function lookAtDispatcher(url: string, signal: AbortSignal): Promise<check.Finding> {
  const {host} = new URL(url);
  const why = await connectFailure(url, LIMIT_MS, signal);
  if (why !== null)
    return check.fail(
      safeText(`nothing answers at ${host} (${why})`),
      say('Start the dispatcher, or correct net.dispatcher_url.'),
    );
  const fault = await schemeFault(url, signal);
  return fault === null
    ? check.ok(safeText(`something listens at ${host}`))
    : check.fail(safeText(fault.message), fault.next);
}

/** Before a registration the dispatcher may refuse the connection, which is no mistake of its URL. */
async function schemeFault(url: string, signal: AbortSignal): Promise<AosError | null> {
  const limit = deadline(signal, SCHEME_MS);
  try {
    await probeWebSocket(url, {time: systemTime, signal: limit.signal});
    return null;
  } catch (error) {
    signal.throwIfAborted();
    return isAosError(error) && error.details['rightUrl'] !== undefined ? error : null;
  } finally {
    limit.done();
  }
}

/** Nothing is posted: who gets it should know that a test comes. */
export async function lookAtWebhook(url: string, signal: AbortSignal): Promise<check.Finding> {
  const {host} = new URL(url);
  const {via, why, next} = await reach(url, {limitMs: LIMIT_MS, signal});
  if (why !== null)
    return check.fail(
      safeText(`nothing answers at ${host} (${why})`),
      next ?? run('alert test', [], 'Correct alerts.webhook_url, then'),
    );
  const found = via === null ? `something listens at ${host}` : `${host} answers through the proxy of ${via}`;
  return check.ok(safeText(`${found}; send a test later: aos alert test`));
}

/** Nothing is sent: a login that fails several times may lock the user out. */
export async function lookAtMail(text: string, signal: AbortSignal): Promise<check.Finding> {
  const parsed = mailServer.parse(text);
  if ('wrong' in parsed) return check.fail('the URL cannot be read', say('Type smtp://host:port.'));
  const {host, port} = parsed.value;
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const why = await tryConnect(host, port, LIMIT_MS, signal);
  if (why === null)
    return check.ok(safeText(`something listens at ${place}; send a test later: aos alert test`));
  return check.fail(
    safeText(`nothing answers at ${place} (${why})`),
    run('alert test', ['--channel', 'email'], 'Correct alerts.email.server, then'),
  );
}
