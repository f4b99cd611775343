import type {Hex} from 'viem';

/** What an attempt is for: the transaction itself, the same with higher fees, or a self-transfer in its place. */
export type TxKind = 'send' | 'speed-up' | 'cancel';

/**
 * How an attempt ended. `replaced`: its nonce was used by a transaction that is not in this journal; `superseded`: by
 * another attempt that is; `abandoned`: it would fail now and a new one takes its nonce (it may still be mined).
 */
export type TxEnd = 'mined' | 'reverted' | 'replaced' | 'superseded' | 'abandoned';
/** `signed`: durable, perhaps not broadcast; `sent`: a node has taken it. */
export type TxState = 'signed' | 'sent' | TxEnd;

/** One chain: an id alone does not tell two development chains apart. */
export type ChainIdentity = {id: number; /** Hash of block 0. */ genesis: string};

/** What the chain did with a mined attempt. */
export type TxReceipt = {
  status: 'success' | 'reverted';
  block: bigint;
  blockHash: string;
  gasUsed: bigint;
  /** gasUsed × effectiveGasPrice. */
  feeWei: bigint;
};

/** One signed transaction. All attempts with one nonce belong together: at most one of them is ever mined. */
export type TxAttempt = {
  hash: Hex;
  chain: ChainIdentity;
  sender: string;
  nonce: number;
  /** What it is for, e.g. `register:<registry>:<operator>`: by it a repeated command finds its transaction. */
  intent: string;
  kind: TxKind;
  /** One line for people. */
  title: string;
  to: Hex;
  data: Hex;
  value: bigint;
  gas: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
  /** The signed transaction as broadcast. */
  raw: Hex;
  state: TxState;
  /** Unix ms. */
  signedAt: number;
  receipt: TxReceipt | null;
};

export type NewAttempt = Omit<TxAttempt, 'state' | 'receipt'>;

/** Attempts whose nonce may still be free, oldest first, of one sender on one chain. */
export type OpenQuery = {chain: ChainIdentity; sender: string};

/**
 * Where transactions are made durable before they are broadcast. Every method may throw AosError JOURNAL_*.
 * A change is on disk when its promise resolves.
 */
export type TxJournal = {
  add(attempt: NewAttempt): Promise<void>;
  sent(hash: string): Promise<void>;
  /** Ends an attempt; a later end overrules `abandoned` and `replaced`, nothing overrules a receipt but another one. */
  end(hash: string, end: TxEnd, receipt: TxReceipt | null): Promise<void>;
  /** Makes all attempts with one nonce open again: the block that decided it is gone. */
  reopen(query: OpenQuery & {nonce: number}): Promise<void>;
  /** Neither mined nor known to be beaten. Abandoned ones are open: their bytes may be out. */
  open(query: OpenQuery): readonly TxAttempt[];
  /** Attempts with a receipt, newest first. */
  concluded(query: OpenQuery & {limit: number}): readonly TxAttempt[];
  /** All attempts with one nonce, ended ones too, oldest first. */
  withNonce(query: OpenQuery & {nonce: number}): readonly TxAttempt[];
  /** Newest first. */
  list(limit: number): readonly TxAttempt[];
  /**
   * Keeps other processes from choosing a nonce; the kernel drops it with the process.
   * @throws AosError TX_LOCKED
   */
  lock(): {release(): void};
};
