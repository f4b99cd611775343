import type {TxDeps, TxLimits} from '../chain/tx/deps.ts';
import type {TxPlan} from '../chain/tx/plan.ts';
import {prepare, transact, type Errand, type Prepared} from '../chain/tx/transact.ts';
import {AosError} from '../errors.ts';
import {checksumAddress} from '../protocol/ethereum.ts';
import {step, type CallReport, type StepId, type StepReport} from './register-report.ts';
import {preparedLines} from './tx-confirm.ts';
import {txReport} from './tx-report.ts';

/** `dry-run` simulates and shows; `calldata` only makes the calls, for whoever sends them. */
export type Mode = 'apply' | 'dry-run' | 'calldata';

/** Does one errand in the mode of the command. */
export type Act = (id: StepId, errand: Errand) => Promise<StepReport>;

export type ActOptions = {
  mode: Mode;
  tx: TxDeps;
  limits: TxLimits;
  confirm: (prepared: Prepared) => Promise<boolean>;
  note: (line: string) => void;
};

/** @returns an {@link Act}; it throws AosError TX_* | CHAIN_* | SIGNER_* | JOURNAL_* | INTERRUPTED */
export function createAct(options: ActOptions): Act {
  const {mode, tx, limits, confirm, note} = options;
  let isAfterPlanned = false;
  return async (id, errand) => {
    if (mode === 'apply') return apply(id, errand, {tx, limits, confirm});
    const plan = await errand.plan();
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
  errand: Errand,
  {tx, limits, confirm}: Pick<ActOptions, 'tx' | 'limits' | 'confirm'>,
): Promise<StepReport> {
  const done = await transact(tx, errand, limits, confirm);
  switch (done.state) {
    case 'declined':
      return step(id, 'declined', 'nothing was sent');
    case 'pending':
      return step(id, 'pending', done.why, {
        tx: txReport(done.attempt, 'pending'),
        next: 'Run the command again: it finds this transaction and sends no second one.',
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

export function callReport({title, to, data, value}: TxPlan): CallReport {
  return {title, to: checksumAddress(to), data, valueWei: value};
}

/** True when the next step may be looked at: this one is done, or is only planned. */
export function goesOn({state}: StepReport): boolean {
  return state === 'already' || state === 'done' || state === 'planned';
}
