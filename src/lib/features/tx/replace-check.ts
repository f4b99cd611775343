import {checkLines, type ListStyle} from '../../cli/check-list.ts';
import type {Config} from '../../config/config.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {EXIT} from '../../foundation/errors/table.ts';
import type {TxLimits} from '../../peers/chain/tx/deps.ts';
import {fail, ok, type Precondition} from '../../peers/chain/precondition.ts';
import {refusePublicAddress} from '../../protocol/known-keys/known-keys.ts';
import {preparedLines} from './confirm.ts';
import {preparedFor, replacedBy, type Replacing} from './replace.ts';
import {txReport, type TxReport} from './report.ts';
import {withTxSession} from './session.ts';
import {settingOf} from './setting.ts';

/** What `aos tx speed-up --check` and `aos tx cancel --check` answer. */
export type ReplaceCheck = {
  state: 'ready' | 'fail';
  /** The transaction that would be replaced; null: one that aos did not send. */
  transaction: TxReport | null;
  preconditions: readonly Precondition[];
};

const NOT_READY = [
  'TX_CLOSED',
  'TX_FEE_TOO_HIGH',
  'TX_TIP_TOO_HIGH',
  'TX_COST_TOO_HIGH',
  'TX_INSUFFICIENT_FUNDS',
  'CHAIN_REVERTED',
] as const;

/**
 * Looks whether a transaction can be replaced, and what that would cost; nothing is signed or sent.
 * @throws AosError TX_UNKNOWN | CHAIN_* | JOURNAL_* | INTERRUPTED
 */
export function checkReplace(
  config: Config,
  replacing: Replacing,
  {limits, note}: {limits: TxLimits; note: (line: string) => void},
): Promise<{report: ReplaceCheck; lines: readonly string[]}> {
  return withTxSession(config, {signal: limits.signal, note, readOnly: true}, async ({tx, chain}) => {
    refusePublicAddress('node.node_id', config.node.id, chain.chainId);
    const replaced = replacedBy(tx, replacing);
    const [transaction, nonce] =
      'nonce' in replaced ? [null, replaced.nonce] : [txReport(replaced.attempt), replaced.attempt.nonce];
    const [id, needed] = ['replacement', 'it is open, and the next one can be paid'];
    try {
      const lines = preparedLines(
        await preparedFor(tx, replacing, replaced, limits),
        settingOf(config, chain.chainId, null),
      );
      const preconditions = [ok(id, `nonce ${nonce} is open`, needed)];
      return {report: {state: 'ready', transaction, preconditions}, lines};
    } catch (error) {
      if (!isAosError(error, ...NOT_READY)) throw error;
      const preconditions = [fail(id, error.message, needed, error.next)];
      return {report: {state: 'fail', transaction, preconditions}, lines: []};
    }
  });
}

/** The answer of {@link checkReplace}: 0 ready, 3 not. */
export function replaceCheckAnswer(
  {report, lines}: Awaited<ReturnType<typeof checkReplace>>,
  style: ListStyle,
): {schema: 'tx-check'; exitCode: number; result: ReplaceCheck; text: string} {
  const {state, preconditions} = report;
  return {
    schema: 'tx-check',
    exitCode: state === 'ready' ? EXIT.ok : EXIT.negative,
    result: report,
    text: [...lines, ...checkLines(preconditions, style), '', state].join('\n'),
  };
}
