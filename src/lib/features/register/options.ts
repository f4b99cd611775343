import type {ProgressLine} from '../../cli/progress-line.ts';
import type {FlowName} from '../../peers/chain/flows/list.ts';
import type {TxLimits} from '../../peers/chain/tx/deps.ts';
import type {Confirm, ConfirmSigning} from '../tx/confirm.ts';
import type {Mode} from './act.ts';
import type {ConfirmDispatcher} from './confirm-dispatcher.ts';
import type {BlsKey, Hex} from './key.ts';
import type {OwnSetKeys} from './set-keys.ts';

export type RegisterOptions = {
  mode: Mode;
  /** Where to find the metadata of a new EigenLayer operator; null: do not become one. */
  metadataUrl: string | null;
  /** The new metadata URL of an operator; then nothing else is done. Null: leave it. */
  newMetadataUrl: string | null;
  flow: FlowName | null;
  quorums: readonly number[] | null;
  socket: string | null;
  signingKey: Hex | null;
  blsKey: BlsKey | null;
  /** Keys of single operator sets. */
  setKeys: OwnSetKeys;
  expiryMs: number;
  /** Base URL of the dispatcher's HTTP API. */
  dispatcherUrl: string;
  limits: TxLimits;
  confirm: Confirm;
  /** Asked before something is signed for `--calldata`. */
  confirmSigning: ConfirmSigning;
  /** Asked before the message for the dispatcher is signed. */
  confirmDispatcher: ConfirmDispatcher;
  note: (line: string) => void;
  /** Says what has to be read before the answer, also with `--quiet`. */
  warn: (message: string) => void;
  /** Shows how long the dispatcher takes. */
  progress: ProgressLine;
};
