import type {TxDeps, TxLimits} from '../../peers/chain/tx/deps.ts';
import type {TxPlan} from '../../peers/chain/tx/plan.ts';
import {prepare, transact, type TxRequest, type PreparedTx} from '../../peers/chain/tx/transact.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {checksumAddress} from '../../protocol/wire/ethereum.ts';
import {type NextStep, run, say} from '../../foundation/next-step/next-step.ts';
import {step, type CallReport, type StepId, type StepReport} from './report.ts';
import {preparedLines} from '../tx/confirm.ts';
import {txReport, type TxReport} from '../tx/report.ts';

/** `dry-run` simulates and shows; `calldata` only makes the calls, for the one who sends them. */
export type Mode = 'apply' | 'dry-run' | 'calldata';

/** Handles one transaction request in the mode of the command. */
export type Act = (id: StepId, request: TxRequest) => Promise<StepReport>;

export type ActOptions = {
  mode: Mode;
  tx: TxDeps;
  limits: TxLimits;
  confirm: (prepared: PreparedTx) => Promise<boolean>;
  note: (line: string) => void;
};

/** @returns an {@link Act}; it throws AosError TX_* | CHAIN_* | SIGNER_* | JOURNAL_* | INTERRUPTED */
export function createAct(options: ActOptions): Act {
  const {mode, tx, limits, confirm, note} = options;
  let isAfterPlanned = false;
  return async (id, request) => {
    if (mode === 'apply') return apply(id, request, {tx, limits, confirm});
    const plan = await request.plan();
    // What comes after a transaction that was not sent cannot be simulated: the chain is not there yet.
    if (mode === 'dry-run' && !isAfterPlanned) {
      for (const line of preparedLines(await prepare(tx, plan, limits.maxFeePerGas, null))) note(line);
    }
    const detail = isAfterPlanned && mode === 'dry-run' ? `${plan.title} (not simulated yet)` : plan.title;
    isAfterPlanned = true;
    return step(id, 'planned', detail, {call: callReport(plan)});
  };
}

async function apply(
  id: StepId,
  request: TxRequest,
  {tx, limits, confirm}: Pick<ActOptions, 'tx' | 'limits' | 'confirm'>,
): Promise<StepReport> {
  const done = await transact(tx, request, limits, confirm);
  switch (done.state) {
    case 'declined':
      return step(id, 'declined', 'nothing was sent');
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

/** Enough of a hash to name one transaction of a node. */
const HASH_CHARS = 10;

function pendingNext({attempt, isNext}: {attempt: {hash: string}; isNext: boolean}): NextStep {
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
    act: async (id, request) => {
      const done = await act(id, request);
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

export function callReport({title, to, data, value}: TxPlan): CallReport {
  return {title, to: checksumAddress(to), data, valueWei: value};
}

/** True when the next step may be looked at: this one is done, or is only planned. */
export function goesOn({outcome}: StepReport): boolean {
  return outcome === 'already' || outcome === 'done' || outcome === 'planned';
}
