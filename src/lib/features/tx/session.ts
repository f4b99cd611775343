import {openChain, type Chain, type OpenChainOptions} from '../../peers/chain/open.ts';
import type {TxDeps} from '../../peers/chain/tx/deps.ts';
import {txNode} from '../../peers/chain/tx/node.ts';
import type {Config} from '../../config/config.ts';
import {openTxJournal, readTxJournal} from '../../node/journal/transactions.ts';
import {signerAccount} from '../../peers/signer/account.ts';
import {rpcWatch} from '../../cli/rpc-watch.ts';
import {openSigners} from '../../peers/signer/open.ts';
import type {Web3Signer} from '../../peers/signer/web3signer.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {systemTime} from '../../foundation/system/system-time.ts';

/** Everything a command needs to read the chain and to send transactions of node_id. */
export type TxSession = {
  /** As it was opened; {@link TxSession.refresh} gives a newer block. */
  chain: Chain;
  tx: TxDeps;
  signer: Web3Signer;
  /** Returns an account of the same signer, whose key need not be that of node_id. */
  accountOf(address: string): TxDeps['account'];
  /** How {@link TxSession.chain} was opened. */
  opening: OpenChainOptions;
  /** @param signal ends the opening and every later request [that of the session] */
  refresh(signal?: AbortSignal): Promise<Chain>;
  close(): Promise<void>;
};

/** `readOnly`: nothing is sent, so the journal is a copy and no file is made. */
type SessionOptions = {signal: AbortSignal; note: (line: string) => void; readOnly?: boolean};

/** How long one request to the RPC may take. */
const RPC_TIMEOUT_MS = 15_000;
/** A cloud KMS needs up to a second; the rest is for a slow network. */
const SIGN_TIMEOUT_MS = 15_000;

/**
 * Opens the chain, the signer (no request yet) and the transaction journal of the node.
 * @throws AosError CHAIN_* | SIGNER_URL_INVALID | JOURNAL_* | STATE_DIR_UNWRITABLE
 */
export async function openTxSession(
  config: Pick<Config, 'chainId' | 'node' | 'chain' | 'store'>,
  options: SessionOptions,
): Promise<TxSession> {
  const {signal, note} = options;
  const {node} = config;
  /** The newest block of a receipt: what is read after it must not be older. */
  let seen = 0n;
  const opening: OpenChainOptions = {
    rpcUrls: config.chain.rpcUrls,
    chainId: config.chainId,
    timeoutMs: RPC_TIMEOUT_MS,
    signal,
    now: systemTime.now,
    watch: rpcWatch(),
    learned: new Map(),
    notBefore: () => seen,
  };
  const chain = await openChain(opening);
  const signer = openSigners(node, {address: node.id, timeoutMs: SIGN_TIMEOUT_MS});
  const others: Web3Signer[] = [];
  const {dir} = config.store;
  const kept = options.readOnly === true ? readTxJournal({dir}) : openTxJournal({dir});
  const journal: typeof kept = {
    ...kept,
    end(hash, end, receipt) {
      if (receipt !== null && receipt.block > seen) seen = receipt.block;
      return kept.end(hash, end, receipt);
    },
  };
  const close = async (): Promise<void> => {
    journal.close();
    await Promise.all([signer, ...others].map((one) => one.close()));
  };
  try {
    const account = signerAccount(signer, signal);
    const tx: TxDeps = {node: await txNode(chain), account, journal, time: systemTime, note};
    const accountOf = (address: string): TxDeps['account'] => {
      if (sameAddress(address, node.id)) return account;
      const other = openSigners(node, {address, timeoutMs: SIGN_TIMEOUT_MS});
      others.push(other);
      return signerAccount(other, signal);
    };
    return {
      chain,
      tx,
      signer,
      accountOf,
      opening,
      refresh: (end = signal) => openChain({...opening, signal: end}),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs `work` with a session that is closed afterwards, also after an error. */
export async function withTxSession<T>(
  config: Pick<Config, 'chainId' | 'node' | 'chain' | 'store'>,
  options: SessionOptions,
  work: (session: TxSession) => Promise<T>,
): Promise<T> {
  const session = await openTxSession(config, options);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
