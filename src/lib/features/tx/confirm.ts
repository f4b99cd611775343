import {gwei} from '../../peers/chain/tx/fees.ts';
import type {PreparedTx} from '../../peers/chain/tx/transact.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {ether} from '../../foundation/text/amounts.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/** What a transaction will do and cost, line by line. */
export function preparedLines({plan, gas, fees, mostWei, balance}: PreparedTx): string[] {
  const facts: (readonly [string, string])[] = [
    ...plan.facts,
    ['to', plan.to],
    ['gas', `up to ${gas}`],
    ['fee', `up to ${gwei(fees.maxFeePerGas)} gwei per gas, tip ${gwei(fees.maxPriorityFeePerGas)}`],
    ['costs', `up to ${ether(mostWei)} ETH of ${ether(balance)}`],
  ];
  return [
    `${safeText(plan.title)}:`,
    ...facts.map(([name, value]) => `  ${name.padEnd(11)} ${safeText(value)}`),
  ];
}

/**
 * Shows a transaction and asks for it, where there is someone to ask; `--yes` is the answer.
 * @throws AosError USAGE where there is no one to ask
 */
export function confirmWith(options: {
  yes: boolean;
  canAsk: boolean;
  /** Ends the question. */
  signal: AbortSignal;
  note: (line: string) => void;
}): (prepared: PreparedTx) => Promise<boolean> {
  const {yes, canAsk, signal, note} = options;
  return async (prepared) => {
    for (const line of preparedLines(prepared)) note(line);
    if (yes) return true;
    if (!canAsk)
      throw new AosError('USAGE', 'nothing is sent without an answer, and there is no terminal to ask at', {
        next: say('Add --yes to send it, or --dry-run to look only.'),
      });
    // The prompts are loaded for a question only.
    const {askConfirm} = await import('../../cli/prompt.ts');
    return askConfirm('Sign and send it?', undefined, signal);
  };
}
