import {openChain, type Chain, type LearnedLags, type OpenChainOptions} from '../../peers/chain/open.ts';
import type {TxDeps} from '../../peers/chain/tx/deps.ts';
import {txNode} from '../../peers/chain/tx/node.ts';
import type {Config, SignerAccess} from '../../config/config.ts';
import {openTxJournal, readTxJournal} from '../../node/journal/transactions.ts';
import {signerAccount} from '../../peers/signer/account.ts';
import {rpcWatch} from '../../cli/rpc-watch.ts';
import {openSigners} from '../../peers/signer/open.ts';
import type {LineReport} from '../../peers/signer/active.ts';
import type {SignerLine} from '../../peers/signer/line.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {Time} from '../../foundation/time/time.ts';

/** Everything a command needs to read the chain and to send transactions of node_id. */
export type TxSession = {
  /** As it was opened; {@link TxSession.refresh} gives a newer block. */
  chain: Chain;
  tx: TxDeps;
  signer: SignerLine;
  /** Returns an account of the same signer, whose key need not be that of node_id. */
  accountOf(address: string): TxDeps['account'];
  /** How {@link TxSession.chain} was opened. */
  opening: OpenChainOptions;
  /** @param signal ends the opening and every later request [that of the session] */
  refresh(signal?: AbortSignal): Promise<Chain>;
  close(): Promise<void>;
};

type SessionOptions = {
  signal: AbortSignal;
  note: (line: string) => void;
  /** Nothing is sent, so the journal is a copy and no file is made. */
  readOnly?: boolean;
  /** For the pauses between requests [that of the machine]. */
  time?: Pick<Time, 'monotonic' | 'sleep'>;
};

type SessionConfig = Pick<Config, 'chainId'> & {
  node: Pick<Config['node'], 'id'> & SignerAccess;
  chain: Pick<Config['chain'], 'rpcUrls'>;
  store: Pick<Config['store'], 'dir'>;
};

/** What one session has learned of the chain, and the next one of the command uses. */
type Known = {
  learned: LearnedLags;
  /** The newest block of a receipt: what is read after it must not be older. */
  seen: bigint;
};

/** How long one request to the RPC may take. */
const RPC_TIMEOUT_MS = 15_000;
/** A cloud KMS needs up to a second; the rest is for a slow network. */
const SIGN_TIMEOUT_MS = 15_000;

/**
 * Opens the chain, the signer (no request yet) and the transaction journal of the node.
 * @throws AosError CHAIN_* | SIGNER_URL_INVALID | JOURNAL_* | STATE_DIR_UNWRITABLE
 */
async function openTxSession(
  config: SessionConfig,
  {signal, note, readOnly, time}: SessionOptions,
  known: Known,
): Promise<TxSession> {
  const {node} = config;
  const opening: OpenChainOptions = {
    rpcUrls: config.chain.rpcUrls,
    chainId: config.chainId,
    timeoutMs: RPC_TIMEOUT_MS,
    signal,
    now: systemTime.now,
    watch: rpcWatch(),
    learned: known.learned,
    notBefore: () => known.seen,
    ...(time === undefined ? {} : {time}),
  };
  const chain = await openChain(opening);
  const report = switchNotes(note);
  const signer = openSigners(node, {address: node.id, timeoutMs: SIGN_TIMEOUT_MS}, {report});
  const others: SignerLine[] = [];
  const {dir} = config.store;
  const kept = readOnly === true ? readTxJournal({dir}) : openTxJournal({dir});
  const journal: typeof kept = {
    ...kept,
    end(hash, end, receipt) {
      if (receipt !== null && receipt.block > known.seen) known.seen = receipt.block;
      return kept.end(hash, end, receipt);
    },
  };
  const close = async (): Promise<void> => {
    journal.close();
    await Promise.all([signer, ...others].map((one) => one.close()));
  };
  const readAt = (latest: bigint): bigint => {
    const block = latest - lagOf(known);
    return block > known.seen ? block : known.seen;
  };
  try {
    const account = signerAccount(signer, signal);
    const tx: TxDeps = {node: await txNode(chain, readAt), account, journal, time: systemTime, note};
    const accountOf = (address: string): TxDeps['account'] => {
      if (sameAddress(address, node.id)) return account;
      const other = openSigners(node, {address, timeoutMs: SIGN_TIMEOUT_MS}, {report});
      others.push(other);
      return signerAccount(other, signal);
    };
    return {
      chain,
      tx,
      signer,
      accountOf,
      opening,
      // Which chain it serves, each read says again.
      refresh: (end = signal) => openChain({...opening, signal: end, isCheckedByRead: true}),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Runs `work` with a session that is closed afterwards, also after an error. Where the nodes behind the RPC are not in step and that
 * ends it, it runs again with a session that reads one block behind: it must find again what it has sent.
 * @throws AosError CHAIN_* | SIGNER_URL_INVALID | JOURNAL_* | STATE_DIR_UNWRITABLE, or what `work` throws
 */
export async function withTxSession<T>(
  config: SessionConfig,
  options: SessionOptions,
  work: (session: TxSession) => Promise<T>,
): Promise<T> {
  const known: Known = {learned: new Map(), seen: 0n};
  for (;;) {
    const session = await openTxSession(config, options, known);
    // After what the opening has learned: the reads are as far behind as that.
    const before = lagOf(known);
    try {
      return await work(session);
    } catch (error) {
      // Unless a larger lag was learned, the same reads would fail again.
      if (!isAosError(error, 'CHAIN_BEHIND') || options.signal.aborted || lagOf(known) <= before) throw error;
      options.note(`${error.message}; it is read one block behind now`);
    } finally {
      await session.close();
    }
  }
}

/** Which signer signs in the place of another is no secret of a command that spends money. */
function switchNotes(note: (line: string) => void): LineReport {
  const said = new Set<string>();
  return {
    failed(_use, {message}) {
      if (said.has(message)) return;
      said.add(message);
      note(safeText(message));
    },
    worked: () => {},
  };
}

/** The most blocks that an endpoint is read behind its latest one. */
function lagOf({learned}: Known): bigint {
  return [...learned.values()].reduce((most, lag) => (lag > most ? lag : most), 0n);
}
