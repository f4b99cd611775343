import type {FlowName} from '../../peers/chain/flows/list.ts';
import type {Config} from '../../config/config.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import type {DeregisterOptions} from './deregister.ts';
import {modeOf, type Talk} from './register-command.ts';
import {parseQuorums} from './flags.ts';
import {confirmSigningWith, confirmWith} from '../tx/confirm.ts';
import {txLimits, type TxFlagValues} from '../tx/flags.ts';
import {run} from '../../foundation/next-step/next-step.ts';

/** The parsed flags of `aos deregister`. */
export type DeregisterFlagValues = TxFlagValues & {
  confirm?: string | undefined;
  check?: boolean;
  force: boolean;
  quorums?: string | undefined;
  flow?: FlowName | undefined;
  'dry-run': boolean;
  calldata: boolean;
  yes: boolean;
};

/**
 * Flags and configuration as what {@link deregister} takes.
 * @throws AosError USAGE, also when the address is not confirmed
 */
export function deregisterOptions(
  config: Config,
  flags: DeregisterFlagValues,
  talk: Talk,
): DeregisterOptions {
  const mode = modeOf(flags);
  const {id} = config.node;
  const isSending = mode === 'apply' && flags.check !== true;
  if (isSending && (flags.confirm === undefined || !sameAddress(flags.confirm, id)))
    throw new AosError(
      'USAGE',
      flags.confirm === undefined
        ? 'leaving may be for good (it is at the AOS service manager as published): name the address that leaves'
        : `--confirm names another address than node_id, ${id}`,
      {next: run('deregister', ['--confirm', id])},
    );
  return {
    mode,
    flow: flags.flow ?? null,
    quorums: flags.quorums === undefined ? null : parseQuorums(flags.quorums),
    force: flags.force,
    limits: txLimits(flags, talk.signal),
    confirm: confirmWith({command: 'deregister', yes: flags.yes, ...talk, note: talk.show}),
    confirmSigning: confirmSigningWith({yes: flags.yes, ...talk, note: talk.show}),
    note: talk.note,
    warn: (message) => talk.show(`warning: ${message}`),
  };
}
