import type {Hex} from 'viem';
import type {ErrorCode} from '../../../foundation/errors/table.ts';
import {run, say, type NextStep} from '../../../foundation/next-step/next-step.ts';
import type {FailureKind} from '../rpc/failure-kind.ts';
import {failureKindOf, rpcErrorOf} from '../rpc/rpc-failure.ts';
import type {TxNode} from './node.ts';

/** Why a node does not accept a transaction. */
export type Refusal = {
  /** TX_REFUSED where the same command would be refused again. */
  code: Extract<ErrorCode, 'TX_NOT_TAKEN' | 'TX_REFUSED' | 'TX_INSUFFICIENT_FUNDS'>;
  why: string;
  /** Null: as for the code. */
  next: NextStep | null;
  /** The tip that the node named as its minimum, in wei per gas; null where it named none. */
  neededTip: bigint | null;
};

/**
 * A node's reaction to a signed transaction. `taken`: accepted, or already known; `stale`: the nonce is used; `unknown`:
 * no answer; `refused`: not accepted, with the reason.
 */
export type Broadcast =
  {state: 'taken'} | {state: 'stale'} | {state: 'unknown'} | {state: 'refused'; refusal: Refusal};

/** Refusals of a provider, which say nothing of the transaction: it is sent again in the wait. */
const NOT_A_NODE: ReadonlySet<FailureKind> = new Set<FailureKind>(['busy', 'quota', 'key', 'gateway']);

/** Sends a signed transaction. It does not throw: the journal has the bytes, and the wait retries. */
export async function broadcast({client, endpoint}: TxNode, raw: Hex): Promise<Broadcast> {
  try {
    await client.request({method: 'eth_sendRawTransaction', params: [raw]}, {retryCount: 0});
    return {state: 'taken'};
  } catch (error) {
    const answer = rpcErrorOf(error);
    if (answer === null || NOT_A_NODE.has(failureKindOf(error) ?? 'other')) return {state: 'unknown'};
    // Nodes differ more in the error codes than in the texts.
    const said = `${answer.details} ${answer.message}`;
    if (/already known|known transaction|already imported|already exists/i.test(said))
      return {state: 'taken'};
    if (/nonce.{0,4}too low|nonce has already been used/i.test(said)) return {state: 'stale'};
    const known = REFUSALS.find(({pattern}) => pattern.test(said));
    // It may have taken the transaction before it failed.
    if (known === undefined && BROKEN.test(said)) return {state: 'unknown'};
    return {state: 'refused', refusal: refusalOf(known, said, endpoint)};
  }
}

/** What a node says that failed itself, or the one behind it. */
const BROKEN = /internal (?:server )?error|time.?out|timed out|upstream|temporarily unavailable/i;

type Known = Pick<Refusal, 'code' | 'next'> & {pattern: RegExp; why: string};

/** The next step of a refusal of the fees. */
export const FEES_TOO_LOW = run('tx list', [], 'Give a higher tip by --tip GWEI; what was sent before is in');
const OTHER_RPC = say('Use another RPC in chain.chain_rpc_url.');

const REFUSALS: readonly Known[] = [
  {
    pattern: /insufficient funds/i,
    code: 'TX_INSUFFICIENT_FUNDS',
    why: 'the balance does not cover gas and value',
    next: null,
  },
  {
    pattern: /less than block base fee|max fee per gas (less|too low)|maxfeepergas too low/i,
    code: 'TX_NOT_TAKEN',
    why: 'the highest fee is below the base fee, which has risen',
    next: say('Run the command again: it reads the base fee again; --max-fee GWEI is the bound.'),
  },
  {
    pattern:
      /underpriced|fee too low|feetoolow|price too low|price below|tip.{0,30}(minimum|needed)|priorityfee.{0,20}too low/i,
    code: 'TX_REFUSED',
    why: 'the fees are too low for its pool',
    next: FEES_TOO_LOW,
  },
  {
    pattern: /intrinsic gas|exceeds block gas limit|gas limit/i,
    code: 'TX_REFUSED',
    why: 'the gas limit does not fit',
    next: say('Compare with another RPC; --max-gas GAS is the bound on gas.'),
  },
  {
    pattern: /transaction type not supported|unsupported.{0,20}type/i,
    code: 'TX_REFUSED',
    why: 'it does not take EIP-1559 transactions',
    next: OTHER_RPC,
  },
  {
    pattern: /chain ?id|invalid sender|replay/i,
    code: 'TX_REFUSED',
    why: 'the transaction is for another chain',
    next: say('Check chain.chain_rpc_url and network.'),
  },
  {pattern: /txpool is full|pool full/i, code: 'TX_NOT_TAKEN', why: 'its pool is full', next: null},
];

/** Only known reasons appear in messages, because a node's text may contain a URL with a key. */
function refusalOf(known: Known | undefined, said: string, endpoint: string): Refusal {
  const {code, why, next} = known ?? {
    code: 'TX_REFUSED',
    why: 'for a reason the toolkit does not know',
    next: OTHER_RPC,
  };
  return {code, why: `${endpoint} refused it: ${why}`, next, neededTip: neededTipIn(said)};
}

/** How nodes name the tip that they want: geth and its kin, bor, Nethermind, reth. */
const NEEDED: readonly RegExp[] = [
  /minimum needed:? (\d{1,30})/i,
  /tip needed:? (\d{1,30})/i,
  /EffectivePriorityFeePerGas too low:? \d{1,30} < (\d{1,30})/i,
  /(?:minimum|required) (?:gas )?(?:tip|priority fee)[^\d]{0,20}(\d{1,30})/i,
];

/** The minimum tip that a refusal names; null without one. */
export function neededTipIn(said: string): bigint | null {
  for (const pattern of NEEDED) {
    const [, digits] = pattern.exec(said) ?? [];
    if (digits !== undefined) return BigInt(digits);
  }
  return null;
}
