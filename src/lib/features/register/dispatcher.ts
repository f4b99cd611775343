import {linkedAbort} from '../../foundation/async/abort.ts';
import {AosError, isAosError, stoppedBy} from '../../foundation/errors/error.ts';
import {known, unknown, type Fact} from '../../foundation/fact.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {Time} from '../../foundation/time/time.ts';
import {createDispatcherRest, type DispatcherRest, type SignBytes} from '../../peers/dispatcher/rest.ts';
import type {DispatcherOperator} from '../../peers/dispatcher/rest-rows.ts';
import {rangeText, rowDifference, type SetRange} from '../../peers/dispatcher/row-range.ts';
import type {ProgressLine} from '../../cli/progress-line.ts';
import {judgeAftermath} from './aftermath.ts';
import type {ConfirmDispatcher} from './confirm-dispatcher.ts';
import type {ChainLook} from './range.ts';
import {step, type StepReport} from './report.ts';
import {whileWaiting} from './wait.ts';

type DispatcherTask = {
  /** Base of its HTTP API. */
  url: string;
  operator: string;
  /** Null: only look whether it has a row, and change nothing. */
  sign: SignBytes | null;
  /** Asked before it is signed; no limit of time holds meanwhile. */
  agree: ConfirmDispatcher;
  look: (signal: AbortSignal) => Promise<ChainLook>;
  time: Time;
  note: (line: string) => void;
  progress: ProgressLine;
  signal: AbortSignal;
};

/**
 * For the look, and for the registration. The dispatcher answers after its transaction is in a block, one caller after the other, and
 * nothing else meanwhile: five at once took it 63 s at 12-second blocks.
 */
const LIMIT_MS = 300_000;
/** Where nothing is registered, a look is not worth more. */
const LOOK_LIMIT_MS = 30_000;
/** For the row after a failure: the dispatcher may have stopped for good. */
const ROW_LIMIT_MS = 15_000;

const AGAIN = 'Run the command again; what is done on chain is not sent again.';

/**
 * Registers the operator with the dispatcher unless that has a row of it. A failure is an answer, since the chain is done
 * by then: it says what chain and row look like afterwards. Nothing is sent twice.
 * @returns the step, and the range on chain before it
 * @throws AosError INTERRUPTED | TERMINATED, or the signal's reason
 */
export async function registerWithDispatcher(
  task: DispatcherTask,
): Promise<{report: StepReport; before: Fact<SetRange>}> {
  const {url, operator, sign, agree, look, time, signal} = task;
  const {host} = new URL(url);
  const rest = createDispatcherRest(url, {timeoutMs: 0});
  const {range: before} = await look(signal);
  const limitMs = sign === null ? LOOK_LIMIT_MS : LIMIT_MS;
  const wait = {...task, host, limitMs, isRegistering: sign !== null};
  const request = {isSent: false, isLate: false};

  /** Runs requests within the limit, and shows how long they take. */
  async function within<T>(work: (end: AbortSignal) => Promise<T>): Promise<T> {
    const end = limited(time, limitMs, signal);
    try {
      return await whileWaiting(wait, work(end.signal));
    } catch (error) {
      request.isLate = end.signal.aborted;
      throw error;
    } finally {
      end.done();
    }
  }

  async function askThenRegister(): Promise<StepReport> {
    const row = await within((end) => rest.operatorInfo(operator, end));
    if (row !== null) return step('dispatcher', 'already', rowText(host, operator, row, before));
    const effect = rangeEffect(before);
    if (sign === null)
      return step(
        'dispatcher',
        'planned',
        `register with ${host}, by a signed request; its transaction ${effect}`,
      );
    if (!(await agree({url, operator, effect})))
      return step('dispatcher', 'declined', 'nothing was signed for it');
    const signThenSend: SignBytes = async (message, cancel) => {
      const signature = await sign(message, cancel);
      request.isSent = true;
      return signature;
    };
    await within((end) => rest.registerOperator(operator, signThenSend, end));
    return step('dispatcher', 'done', `registered with ${host}`);
  }

  try {
    return {report: await askThenRegister(), before};
  } catch (thrown) {
    if (signal.aborted && request.isSent) throw stoppedWhileRegistering(host, signal);
    signal.throwIfAborted();
    const error = request.isLate ? tooLate(host, limitMs) : thrown;
    if (!isAosError(error) || error.code === 'BUG' || isQuestion(error)) throw error;
    const isAsked = request.isSent && error.code !== 'DISPATCHER_UNREACHABLE';
    const report = isAsked ? await lookAfterwards(task, {host, rest, error, before}) : notSent(host, error);
    return {report, before};
  }
}

/** The end of a question is that of the command. */
function isQuestion({code}: AosError): boolean {
  return code === 'USAGE' || code === 'INTERRUPTED';
}

/** A signal that aborts with `outer`, or after `ms`. */
function limited(time: Time, ms: number, outer: AbortSignal): {signal: AbortSignal; done: () => void} {
  const {controller, unlink} = linkedAbort(outer);
  const cancel = time.after(ms, () => controller.abort());
  return {
    signal: controller.signal,
    done: () => {
      cancel();
      unlink();
    },
  };
}

/** Its row, with what in it is not as the node has it. */
function rowText(host: string, operator: string, row: DispatcherOperator, chain: Fact<SetRange>): string {
  const difference = chain.state === 'known' ? rowDifference(row.range, chain.value) : null;
  return [
    row.id === operator ? host : `${host}, as ${row.id}`,
    ...(difference === null ? [] : [difference]),
  ].join('; ');
}

/** A range that is set already may have been agreed on, so a dry run names it. */
function rangeEffect(before: Fact<SetRange>): string {
  return before.state === 'known' && before.value !== null
    ? `moves the range, which is ${rangeText(before.value)} now`
    : 'sets the range';
}

function tooLate(host: string, limitMs: number): AosError {
  return new AosError('DISPATCHER_TIMEOUT', `${host} gave no answer within ${duration(limitMs)}`, {
    next: say(`Run the command again later: others may register with it. ${AGAIN}`),
  });
}

function stoppedWhileRegistering(host: string, signal: AbortSignal): AosError {
  const message = `stopped while ${host} registered this operator: the range on chain may be set, and there is no row`;
  return stoppedBy(signal.reason, message, {
    next: say('Run the command again: it registers once more for the row, which moves the range.'),
  });
}

/** The dispatcher has not been asked to register. */
function notSent(host: string, error: AosError): StepReport {
  const {code, message, next, details} = error;
  return step('dispatcher', 'failed', `${message} (${code}); nothing was registered with ${host}`, {
    next:
      code === 'DISPATCHER_UNREACHABLE' && details['rightUrl'] === undefined
        ? say(`Name its HTTP address: --dispatcher URL. ${AGAIN}`)
        : next,
  });
}

async function lookAfterwards(
  {operator, look, time, signal}: DispatcherTask,
  failure: {host: string; rest: DispatcherRest; error: AosError; before: Fact<SetRange>},
): Promise<StepReport> {
  const {host, rest, error, before} = failure;
  const end = limited(time, ROW_LIMIT_MS, signal);
  const row = await rest
    .operatorInfo(operator, end.signal)
    .then((value): Fact<DispatcherOperator | null> => known(value, time.now()))
    .catch((thrown: unknown): Fact<DispatcherOperator | null> => {
      signal.throwIfAborted();
      if (end.signal.aborted) return unknown(`no answer within ${duration(ROW_LIMIT_MS)}`);
      if (!isAosError(thrown)) throw thrown;
      return unknown(thrown.message);
    })
    .finally(end.done);
  const {range: after} = await look(signal);
  return judgeAftermath({host, error, row, before, after});
}
