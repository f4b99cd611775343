import {AosError} from '../../foundation/errors/error.ts';
import {run, say, type NextStep} from '../../foundation/next-step/next-step.ts';
import type {Refusal} from '../events/events.ts';

/** The problem that a refusal is: the dispatcher was reached, so it is never "unreachable". */
export function refusedError(refusal: Refusal, reason: string): AosError {
  const next = nextAfter(refusal);
  return new AosError('DISPATCHER_REFUSED', reason, next === null ? {} : {next});
}

/** What to do about it; null: what holds for every refusal. */
function nextAfter({how, code}: Refusal): NextStep | null {
  if (how === 'close' && code === 1009)
    return run('job list', ['--state', 'signed'], 'One message was too large');
  if (how !== 'http') return null;
  if (code >= 500)
    return say(
      'Nothing to do: the server in front of the dispatcher says that it is down, and it is tried again.',
    );
  if (code === 401 || code === 403) return null;
  return say(
    'Check the path and the scheme of net.dispatcher_url: a server answers there, but not the dispatcher’s WebSocket.',
  );
}
