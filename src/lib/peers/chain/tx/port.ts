import type {Hex} from 'viem';

/** The purpose of an attempt: the transaction itself, the same with higher fees, or a self-transfer in its place. */
export type TxKind = 'send' | 'speed-up' | 'cancel';

/**
 * How an attempt ended. `replaced`: its nonce was used by a transaction that is not in this journal; `superseded`: by
 * another attempt that is; `abandoned`: it would fail now and a new one takes its nonce (it may still be mined).
 */
export type TxEnd = 'mined' | 'reverted' | 'replaced' | 'superseded' | 'abandoned';
/** `signed`: durable, perhaps not broadcast; `sent`: a node has taken it. */
export type TxState = 'signed' | 'sent' | TxEnd;

/** One chain. The genesis hash distinguishes development chains with the same id. */
export type ChainIdentity = {id: number; /** Hash of block 0. */ genesis: string};

/** The receipt of a mined attempt. */
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
  /** Its purpose, e.g. `register:<registry>:<operator>`: a repeated command finds its transaction by it. */
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
 * The journal of transactions, written before a broadcast. Every method may throw AosError JOURNAL_*. A change is on
 * disk when its promise resolves.
 */
export type TxJournal = {
  add(attempt: NewAttempt): Promise<void>;
  sent(hash: string): Promise<void>;
  /** Ends an attempt; a later end overrules `abandoned` and `replaced`, nothing overrules a receipt but another one. */
  end(hash: string, end: TxEnd, receipt: TxReceipt | null): Promise<void>;
  /** Reopens all attempts with one nonce, because the block with its receipt is gone. */
  reopen(query: OpenQuery & {nonce: number}): Promise<void>;
  /** Attempts that are neither mined nor replaced. Abandoned ones are open: their bytes may be public. */
  open(query: OpenQuery): readonly TxAttempt[];
  /** Attempts with a receipt, newest first. */
  concluded(query: OpenQuery & {limit: number}): readonly TxAttempt[];
  /** All attempts with one nonce, ended ones too, oldest first. */
  withNonce(query: OpenQuery & {nonce: number}): readonly TxAttempt[];
  /** Newest first. */
  list(limit: number): readonly TxAttempt[];
  /**
   * Prevents other processes from choosing a nonce; the kernel releases the lock when the process ends.
   * @throws AosError TX_LOCKED
   */
  lock(): {release(): void};
};
