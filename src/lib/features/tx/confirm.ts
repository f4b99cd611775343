import {toHex, fromHex} from '../../protocol/wire/ethereum.ts';
import {keccak256} from '../../protocol/wire/keccak.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {gwei} from '../../peers/chain/tx/fees.ts';
import type {TxPlan} from '../../peers/chain/tx/plan.ts';
import type {PreparedTx} from '../../peers/chain/tx/transact.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {grouped, shownEther} from '../../foundation/text/amounts.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {answerRows, type AskingCommand} from './consequence.ts';
import {CONTRACT_LABELS, refuseUnpinned, unpinnedOf, type Setting} from './setting.ts';

/** Decides about a simulated transaction. */
export type Confirm = (prepared: PreparedTx, setting: Setting) => Promise<boolean>;

/** Decides about what has to be signed for a call that another account sends. */
export type ConfirmSigning = (plan: TxPlan, setting: Setting) => Promise<boolean>;

type Row = readonly [name: string, value: string];

/** What a transaction will do and cost, and where, line by line. */
export function preparedLines(prepared: PreparedTx, setting: Setting): string[] {
  const {plan, gas, isSimulated, fees, mostWei, balance} = prepared;
  const tip = gwei(fees.maxPriorityFeePerGas);
  return lines(plan, [
    ...planRows(plan, setting),
    [
      'gas',
      isSimulated
        ? `up to ${grouped(gas)}`
        : `not simulated: this RPC simulates signed calls only; at most ${grouped(gas)}`,
    ],
    ['fee', `up to ${gwei(fees.maxFeePerGas)} gwei per gas, tip ${tip}`],
    ['costs', `up to ${shownEther(mostWei)} ETH of ${shownEther(balance, 'down')}`],
  ]);
}

/** The same of a call that another account sends. */
function plannedLines(plan: TxPlan, setting: Setting): string[] {
  return lines(plan, planRows(plan, setting));
}

function lines({title}: TxPlan, rows: readonly Row[]): string[] {
  return [`${safeText(title)}:`, ...rowLines(rows)];
}

function rowLines(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${safeText(value)}`);
}

/** Contracts that are named in every question, where they are known. */
const ALWAYS: readonly string[] = ['service_manager', 'avs_directory'];
const BY_RPC = ' (only the RPC says so)';

function planRows(plan: TxPlan, setting: Setting): Row[] {
  const {network, chainId, isChainPinned, sender, contracts} = setting;
  const shown = contracts.filter(({name}) => ALWAYS.includes(name) || plan.relies.includes(name));
  const target = contracts.find(({address}) => sameAddress(address, plan.to));
  const to = target === undefined ? '' : `, the ${CONTRACT_LABELS[target.name]}`;
  const isSelf = sameAddress(plan.to, sender);
  return [
    ['network', `${network}, chain ${chainId}${isChainPinned ? '' : BY_RPC}`],
    ['sender', sender],
    ...shown
      .filter(({name}) => name !== target?.name)
      .map(({name, address, isPinned}): Row => [
        CONTRACT_LABELS[name],
        `${address}${isPinned ? '' : BY_RPC}`,
      ]),
    ['to', `${plan.to}${isSelf ? ', the sender itself' : to}${target?.isPinned === false ? BY_RPC : ''}`],
    ...plan.facts,
    ['data', dataText(plan)],
  ];
}

function dataText({data, signing}: TxPlan): string {
  const bytes = fromHex(data) ?? new Uint8Array();
  if (bytes.length === 0) return 'none';
  const size = `${bytes.length} bytes`;
  return signing === null
    ? `${size}, keccak-256 0x${toHex(keccak256(bytes))}`
    : `${size}; what is signed becomes a part of it`;
}

type AskOptions = {
  command: AskingCommand;
  yes: boolean;
  canAsk: boolean;
  /** Ends the question. */
  signal: AbortSignal;
  note: (line: string) => void;
};

/**
 * Shows a transaction and asks for it, where there is someone to ask; `--yes` is the answer where the configuration names what is
 * signed for.
 * @throws AosError USAGE where there is no one to ask; NOT_PINNED
 */
export function confirmWith({command, yes, canAsk, signal, note}: AskOptions): Confirm {
  return async (prepared, setting) => {
    for (const line of preparedLines(prepared, setting)) note(line);
    if (yes) {
      refuseUnpinned(prepared.plan, setting);
      return true;
    }
    if (!canAsk)
      throw new AosError('USAGE', 'nothing is sent without an answer, and there is no terminal to ask at', {
        next: say(`Add --yes to send it, or ${command === 'tx' ? '--check' : '--dry-run'} to look only.`),
      });
    const {plan, mostWei} = prepared;
    const network = `${setting.network} (chain ${setting.chainId})`;
    const most = shownEther(mostWei);
    for (const line of rowLines(answerRows(plan, {command, most, network}))) note(line);
    return ask(
      `Sign it, and send it to ${network}?`,
      {plan, setting, signal},
      'it was not signed and not sent',
    );
  };
}

/**
 * Shows what has to be signed for `--calldata`. A question is asked only about what the RPC alone says.
 * @throws AosError NOT_PINNED where there is no one to ask
 */
export function confirmSigningWith({yes, canAsk, signal, note}: Omit<AskOptions, 'command'>): ConfirmSigning {
  return async (plan, setting) => {
    const isPinned = unpinnedOf(plan, setting).length === 0;
    if (isPinned && plan.signing === null) return true;
    for (const line of plannedLines(plan, setting)) note(line);
    if (isPinned) return true;
    if (yes || !canAsk) refuseUnpinned(plan, setting);
    note('  yes  what it needs is signed, and the call is printed; nothing is sent');
    note('  no   or Enter alone: nothing is signed');
    return ask('Sign what it needs, and print it?', {plan, setting, signal}, 'nothing was signed');
  };
}

async function ask(
  question: string,
  {plan, setting, signal}: {plan: TxPlan; setting: Setting; signal: AbortSignal},
  undone: string,
): Promise<boolean> {
  const unpinned = unpinnedOf(plan, setting).map(({label}) => label);
  const warning = unpinned.length === 0 ? '' : `Only the RPC names ${unpinned.join(', ')}. Are they right? `;
  // The prompts are loaded for a question only.
  const {askConfirm} = await import('../../cli/prompt.ts');
  try {
    return await askConfirm(`${warning}${question}`, undefined, signal);
  } catch (error) {
    throw unanswered(error, undone);
  }
}

/** A question that was left without an answer: what a person wants to know is what was done. */
export function unanswered(error: unknown, undone: string): unknown {
  if (!isAosError(error, 'INTERRUPTED', 'USAGE')) return error;
  const {code, message, next, details, cause} = error;
  const what = code === 'INTERRUPTED' ? 'cancelled at the question' : message;
  return new AosError(code, `${what}; ${undone}`, {next, details, cause});
}
