import type {TxDeps, TxLimits} from '../../peers/chain/tx/deps.ts';
import {prepare, transact, type TxRequest, type PreparedTx} from '../../peers/chain/tx/transact.ts';
import {signed, type TxPlan} from '../../peers/chain/tx/plan.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {CODES} from '../../foundation/errors/table.ts';
import {type NextStep, run, say} from '../../foundation/next-step/next-step.ts';
import {stepCall} from './call.ts';
import {step, type Outcome, type StepId, type StepReport} from './report.ts';
import {preparedLines, type Confirm, type ConfirmSigning} from '../tx/confirm.ts';
import type {Setting} from '../tx/setting.ts';
import {txReport, type TxReport} from '../tx/report.ts';

/** `dry-run` simulates and shows; `calldata` only makes the calls, for the one who sends them. */
export type Mode = 'apply' | 'dry-run' | 'calldata';

/**
 * Handles one transaction request in the mode of the command.
 * @param stillHolds asked after the confirmation, right before it is signed; false: it is not sent
 */
export type Act = (
  id: StepId,
  request: TxRequest,
  stillHolds?: () => Promise<boolean>,
) => Promise<StepReport>;

export type ActOptions = {
  mode: Mode;
  /** The command, for the next step of a refusal. */
  command: 'register' | 'deregister';
  tx: TxDeps;
  limits: TxLimits;
  confirm: Confirm;
  confirmSigning: ConfirmSigning;
  /** What is shown and agreed to beside the call. */
  setting: Setting;
  note: (line: string) => void;
};

/** @returns an {@link Act}; it throws AosError TX_* | CHAIN_* | SIGNER_* | JOURNAL_* | INTERRUPTED */
export function createAct(options: ActOptions): Act {
  const {mode, command, tx, limits, confirm, confirmSigning, setting, note} = options;
  let isAfterPlanned = false;
  const handle: Act = async (id, {intent, plan}, stillHolds = () => Promise.resolve(true)) => {
    const request: TxRequest = {intent, plan: () => planOf({intent, plan})};
    if (mode === 'apply') {
      const agree = async (prepared: PreparedTx): Promise<boolean> =>
        (await confirm(prepared, setting)) && (await stillHolds());
      return apply(id, request, {tx, limits, confirm: agree, command});
    }
    const planned = await request.plan();
    if (mode === 'calldata') {
      if (!(await confirmSigning(planned, setting))) return step(id, 'declined', 'nothing was signed');
      return step(id, 'planned', planned.title, {call: stepCall(await signed(planned), tx.account.address)});
    }
    // What comes after a transaction that was not sent cannot be simulated: the chain is not there yet.
    const isSimulated = !isAfterPlanned;
    if (isSimulated)
      for (const line of preparedLines(await prepare(tx, planned, limits), setting)) note(line);
    isAfterPlanned = true;
    const detail = isSimulated ? planned.title : `${planned.title} (not simulated yet)`;
    // Without its signatures the call is none that someone could send.
    const call = planned.signing === null ? stepCall(planned, tx.account.address) : null;
    return step(id, 'planned', detail, {call});
  };
  return (...given) =>
    handle(...given).catch((error: unknown) => {
      throw withWayOut(error, command);
    });
}

/**
 * Makes the plan of a request. A contract that refuses a read for it refuses it in every mode, so the next step names none.
 * @throws AosError as the plan does
 */
export function planOf({plan}: TxRequest): Promise<TxPlan> {
  return plan().catch((error: unknown) => {
    if (!isAosError(error, 'CHAIN_REVERTED') || !isUnexplained(error)) throw error;
    const next = say('Nothing was sent. Check chain.contracts, and ask the AOS team what the refusal means.');
    throw new AosError('CHAIN_REVERTED', error.message, {cause: error.cause, details: error.details, next});
  });
}

/** A refusal for a reason that the toolkit does not know, with the general next step of all refusals. */
function isUnexplained({details, next}: AosError): boolean {
  return details['reason'] === null && next === CODES.CHAIN_REVERTED.next;
}

/**
 * Gives a refusal of the simulation a next step. The general one, `register --check`, would lead in a circle: the check finds
 * nothing, or it names the call data.
 */
function withWayOut(error: unknown, command: ActOptions['command']): unknown {
  if (!isAosError(error, 'CHAIN_REVERTED')) return error;
  const words = isUnexplained(error)
    ? 'Nothing was sent. Ask the AOS team what the refusal means, and give them the call'
    : error.details['reason'] === 'permission'
      ? 'Have an admin or appointee of the operator send the call'
      : null;
  if (words === null) return error;
  const {message, cause, details} = error;
  return new AosError('CHAIN_REVERTED', message, {cause, details, next: run(command, ['--calldata'], words)});
}

async function apply(
  id: StepId,
  request: TxRequest,
  {
    tx,
    limits,
    confirm,
    command,
  }: Pick<ActOptions, 'tx' | 'limits' | 'command'> & {confirm: (prepared: PreparedTx) => Promise<boolean>},
): Promise<StepReport> {
  const done = await transact(tx, request, limits, confirm);
  switch (done.state) {
    case 'declined':
      return step(id, 'declined', 'it was not signed and not sent', {next: lookFirst(command)});
    case 'pending':
      return step(id, 'pending', done.why, {
        tx: txReport(done.attempt, 'pending'),
        next: pendingNext(done),
      });
    case 'cancelled':
      throw new AosError('TX_CANCELLED', `${done.attempt.title}: nonce ${done.attempt.nonce} was cancelled`, {
        details: {txHash: done.attempt.hash},
      });
    case 'mined':
      return step(id, 'done', done.attempt.title, {
        tx: txReport({...done.attempt, receipt: done.receipt}, 'mined'),
      });
  }
}

const lookFirst = (command: ActOptions['command']): NextStep =>
  run(command, ['--dry-run'], 'To see the steps without a question');

/** Enough of a hash to name one transaction of a node. */
const HASH_CHARS = 10;

function pendingNext({
  attempt,
  isNext,
  foreign,
}: {
  attempt: {hash: string};
  isNext: boolean;
  foreign: number | null;
}): NextStep {
  if (foreign !== null)
    return run(
      'tx cancel',
      ['--nonce', String(foreign)],
      `Raise the fee of nonce ${foreign} in the program that sent it; this transaction is mined after it, so do not cancel this one. Where that program is gone, replace its transaction with`,
    );
  const again = 'Run the command again: it finds this transaction and sends no second one.';
  return isNext
    ? run('tx speed-up', [attempt.hash.slice(0, HASH_CHARS)], `${again} To pay more for it`)
    : say(again);
}

/** An {@link Act} that remembers what it has sent. */
export function recording(act: Act): {act: Act; sent: readonly TxReport[]} {
  const sent: TxReport[] = [];
  return {
    sent,
    act: async (...given) => {
      const done = await act(...given);
      if (done.tx !== null) sent.push(done.tx);
      return done;
    },
  };
}

/** An error that came after something was sent, with the last hash: it must not read as if nothing had happened. */
export function afterSent(error: unknown, sent: readonly TxReport[]): unknown {
  const last = sent.at(-1);
  if (last === undefined || !isAosError(error) || error.details['txHash'] !== undefined) return error;
  const {title, txHash, state, block} = last;
  const where = block === null ? state : `${state} in block ${block}`;
  return new AosError(error.code, `${error.message}; before that: ${title}, ${txHash} is ${where}`, {
    cause: error.cause,
    next: say('Run the command again: it finds what is done, and sends nothing twice.'),
    details: {...error.details, txHash, txState: state, block: block?.toString() ?? null},
  });
}

/** Outcomes after which the next step is looked at. Only the dispatcher's step fails, and the range is there without it. */
const GOING_ON: ReadonlySet<Outcome> = new Set(['already', 'done', 'planned', 'failed']);

/** True when the next step may be looked at. */
export function goesOn({outcome}: StepReport): boolean {
  return GOING_ON.has(outcome);
}
