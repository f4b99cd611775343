import type * as check from '../../foundation/check/check.ts';
import type {Parsed} from '../../config/value-type.ts';
import type {WorkerKind} from '../../protocol/wire/messages.ts';
import type {Entry} from './config-text.ts';
import type {FoundKeystore} from './from-keystore.ts';

/** Keys of the questions; each is the name of its flag too. */
export const QUESTION_KEYS = [
  'network',
  'node-id',
  'signer-url',
  'account',
  'dispatcher-url',
  'dispatcher-address',
  'rpc-url',
  'range-contract',
  'registry',
  'worker-kind',
  'engine',
  'worker-url',
  'engine-api',
  'engine-key-file',
  'engine-models',
  'known-good-model',
  'known-good-proof',
  'second-url',
  'second-sample',
  'listen',
  'outer-url',
  'vrf-key-file',
  'store-dir',
  'alert-channel',
  'alert-webhook',
  'alert-server',
  'alert-from',
  'alert-to',
  'alert-user',
  'alert-file',
  'alert-chat',
] as const;
export type QuestionKey = (typeof QUESTION_KEYS)[number];

/** Checked texts by question, '' where a question was passed over; as they will stand in the file. */
export type Answers = Readonly<Partial<Record<QuestionKey, string>>>;

/** A worker that answered on this machine. */
export type FoundWorker = {
  url: string;
  /** What it is, in words. */
  what: string;
  /** Kind of worker that `aos run` drives at this address; null: none. */
  kind: WorkerKind | null;
};

/** What is known of the world outside, as far as it was checked. */
export type Facts = {
  /** Values of a devnet that runs on this machine, by config path; null: none does. */
  devnet: Readonly<Record<string, readonly string[]>> | null;
  /** Accounts of the signer, checksummed; null: not asked, or it did not answer. */
  accounts: readonly string[] | null;
  /** What the RPC says it serves. */
  chainId: number | null;
  workers: readonly FoundWorker[];
  /** A Web3Signer of this very node is set up with the file. */
  withSigner: boolean;
  /** The keystore for it, of a file that is taken over; null: it comes later. */
  keystore: FoundKeystore | null;
  /** Values of a file that is taken over, which no question asks for. */
  more: readonly Entry[];
};

export const NO_FACTS: Facts = {
  devnet: null,
  accounts: null,
  chainId: null,
  workers: [],
  withSigner: false,
  keystore: null,
  more: [],
};

export type Choice = {value: string; name: string; about?: string};

/** How a question is put: a line to type, or a list to choose from. */
export type Form =
  | {kind: 'line'; message: string; about: string; suggestion: string}
  | {kind: 'list'; message: string; about: string; choices: readonly Choice[]; suggestion: string};

/** Everything a question may read. */
export type Known = {answers: Answers; facts: Facts};

export type Question = {
  key: QuestionKey;
  /** Key of config.yaml that the answer goes to. */
  path: string;
  /** The key where the other answers decide about it; else {@link Question.path}. */
  pathFor?: (known: Known) => string;
  /** Without `--`; null: another question's flag answers this one. */
  flag: string | null;
  /** False: not asked with these answers. */
  applies(known: Known): boolean;
  form(known: Known): Form;
  /** What `--yes` takes; null: only the operator knows. '' passes the question over. */
  preset(known: Known): string | null;
  /** The text as it will be in the file; '' where passing over is allowed. */
  parse(text: string, known: Known): Parsed<string>;
  /** What is checked before the next question: nothing where this is null. */
  check: Check | null;
};

export type Check =
  | 'network'
  | 'operator'
  | 'signer'
  | 'dispatcher'
  | 'rpc'
  | 'range'
  | 'worker'
  | 'second'
  | 'known-good'
  | 'listen'
  | 'vrf-key'
  | 'store'
  | 'webhook'
  | 'mail-server'
  | 'alert-file';

/**
 * What a check found, one line, safe for a terminal. `fail` asks whether to use the answer anyway, edit it or go
 * back.
 */
export type Finding = check.Finding & {facts?: Partial<Facts>};
