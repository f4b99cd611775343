import type {ListStyle} from '../../cli/check-list.ts';
import type {Answer} from '../../cli/answer.ts';
import type {Config} from '../../config/config.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {confirmWith} from './confirm.ts';
import {txLimits, type TxFlagValues} from './flags.ts';
import {replace, type Replacing, type Which} from './replace.ts';
import {checkReplace, replaceCheckAnswer} from './replace-check.ts';
import {transactedReport} from './report.ts';

/** Where questions and notes go. */
type Talk = {
  canAsk: boolean;
  signal: AbortSignal;
  note: (line: string) => void;
  /** Shows what is agreed to. */
  show: (line: string) => void;
  style: ListStyle;
};

/** `aos tx speed-up` and `aos tx cancel`, also with `--check`. @throws AosError USAGE | TX_* | CHAIN_* | SIGNER_* | JOURNAL_* */
export async function answerReplace(
  config: Config,
  replacing: Replacing,
  flags: TxFlagValues & {check: boolean; yes: boolean},
  {canAsk, signal, note, show, style}: Talk,
): Promise<Pick<Answer<object>, 'schema' | 'exitCode' | 'result' | 'text'>> {
  const limits = txLimits(flags, signal);
  if (flags.check) return replaceCheckAnswer(await checkReplace(config, replacing, {limits, note}), style);
  const confirm = confirmWith({command: 'tx', yes: flags.yes, canAsk, signal, note: show});
  const done = await replace(config, replacing, {limits, confirm, note});
  return {schema: `tx-${replacing.kind}`, ...transactedReport(done, style.next)};
}

/** Which transaction the command line names. @throws AosError USAGE where it names none, or two */
export function whichOf(hash: string | undefined, nonce: number | undefined): Which {
  if (hash !== undefined && nonce === undefined) return {hash};
  if (hash === undefined && nonce !== undefined) return {nonce};
  throw new AosError(
    'USAGE',
    hash === undefined
      ? 'which transaction? Name its hash, or the beginning of it; one that aos did not send by --nonce N'
      : 'a hash and --nonce name a transaction each; give one of them',
    {next: run('tx list')},
  );
}
