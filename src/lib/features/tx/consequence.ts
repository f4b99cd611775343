import type {TxPlan} from '../../peers/chain/tx/plan.ts';

/** The command that asks. */
export type AskingCommand = 'register' | 'deregister' | 'tx';

/** How to look at everything without a question. */
const LOOK: Readonly<Record<AskingCommand, string>> = {
  register: '--dry-run shows the steps without a question',
  deregister: '--dry-run shows it without a question, --check what leaving needs',
  tx: '--check shows what it would cost',
};

/** What cannot be taken back, by the first word of the intent. */
const FINAL: Readonly<Record<string, string>> = {
  'as-operator': 'an address cannot stop being an operator of EigenLayer',
  'set-key': 'the key of an operator set stays',
  register:
    'aos deregister leaves again, but the service manager of AOS lets no address back in that has left',
  deregister: 'the service manager of AOS lets no address back in that has left',
};

const MAY_CHANGE = 'nothing: a later transaction can change it';

type Row = readonly [name: string, text: string];

/**
 * What each answer to the question about a transaction does.
 * @param most what it can cost at most, in words
 * @param network where it is sent, in words
 */
export function answerRows(
  {intent}: Pick<TxPlan, 'intent'>,
  {command, most, network}: {command: AskingCommand; most: string; network: string},
): Row[] {
  const kind = intent.split(':')[0] ?? '';
  // A replacement is as final as what it replaces, which was agreed to before.
  const final: Row[] = command === 'tx' ? [] : [['final', FINAL[kind] ?? MAY_CHANGE]];
  return [
    ['yes', `the signer signs it, and it is sent to ${network} at once; it costs up to ${most} ETH`],
    ...final,
    ['no', `or Enter alone: it is not signed and not sent; ${LOOK[command]}`],
  ];
}
