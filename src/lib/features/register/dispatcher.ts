import {createDispatcherRest} from '../../peers/dispatcher/rest.ts';
import {isAosError, type AosError} from '../../foundation/errors/error.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {step, type StepReport} from './report.ts';
import {deadline} from '../../foundation/system/system-time.ts';

/** Longest time for all three requests. */
const LIMIT_MS = 30_000;

/**
 * Registers the operator with the dispatcher unless it knows it; a failure is an answer, since the chain is done by then.
 * @param url base of its HTTP API
 * @param sign null: only look whether it knows the operator, and change nothing
 */
export async function registerWithDispatcher(
  url: string,
  operator: string,
  sign: ((message: Uint8Array, signal: AbortSignal) => Promise<string>) | null,
  signal: AbortSignal,
): Promise<StepReport> {
  const rest = createDispatcherRest(url);
  const end = deadline(signal, LIMIT_MS);
  const limit = end.signal;
  const {host} = new URL(url);
  try {
    const known = await rest.operatorInfo(operator, limit);
    if (known !== null && sameAddress(known.address, operator)) return step('dispatcher', 'already', host);
    if (sign === null) return step('dispatcher', 'planned', `register with ${host}, by a signed request`);
    await rest.registerOperator(operator, sign, limit);
    return step('dispatcher', 'done', `registered with ${host}`);
  } catch (error) {
    signal.throwIfAborted();
    if (isAosError(error) && error.code !== 'BUG') return failed(host, error);
    if (limit.aborted)
      return step('dispatcher', 'failed', `${host} did not answer in time`, {next: say(AGAIN)});
    throw error;
  } finally {
    end.done();
  }
}

const AGAIN = 'Run the command again; what is done on chain is not sent again.';

function failed(host: string, {code, message}: AosError): StepReport {
  const next =
    code === 'DISPATCHER_UNREACHABLE' ? `Name its HTTP address: --dispatcher URL. ${AGAIN}` : AGAIN;
  return step('dispatcher', 'failed', `${host}: ${code} ${message}`, {next: say(next)});
}
