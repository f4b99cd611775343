import {BaseError, ContractFunctionRevertedError, decodeErrorResult, parseAbi, type Hex} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {revertErrorsAbi} from './abis-errors.ts';
import {isRevert} from './failure.ts';
import {rpcErrorOf} from './rpc/rpc-failure.ts';
import {REVERT_REASONS, type RevertReason} from './revert-reasons.ts';

/** The decoded reason of a revert. */
export type Revert = {
  /** The custom error's name, the revert string, or a description. Safe to print. */
  said: string;
  /** Null for a reason the toolkit does not know. */
  reason: RevertReason | null;
};

/** Solidity's own two errors, and those of the contracts. */
const ABI = [...parseAbi(['error Error(string text)', 'error Panic(uint256 code)']), ...revertErrorsAbi];

/** Characters of a revert string at most, because a contract may return any text. */
const MAX_TEXT = 200;

/** Decodes revert data: a custom error, a revert string, a panic, or nothing. */
export function decodeRevert(data: Hex): Revert {
  if (data === '0x') return {said: 'no reason', reason: null};
  const decoded = customError(data);
  if (decoded === null) return {said: `the unknown error ${data.slice(0, 10)}`, reason: null};
  const [argument] = decoded.args ?? [];
  if (decoded.errorName === 'Panic') return {said: `panic ${String(argument)}`, reason: null};
  if (decoded.errorName === 'Error') return fromText(String(argument));
  const {errorName} = decoded;
  return {said: errorName, reason: REVERT_REASONS.find(({errors}) => errors.includes(errorName)) ?? null};
}

function fromText(text: string): Revert {
  const reason = REVERT_REASONS.find(({texts}) => texts.some((part) => text.includes(part))) ?? null;
  return {said: safeText(text.slice(0, MAX_TEXT)), reason};
}

function customError(data: Hex): {errorName: string; args?: readonly unknown[] | undefined} | null {
  try {
    return decodeErrorResult({abi: ABI, data});
  } catch {
    return null; // an unknown selector, or arguments that do not fit it
  }
}

/**
 * Makes AosError CHAIN_REVERTED from revert data: `details.reason` is the id of a known reason or null, `details.said` the
 * contract's own words, `details.data` the bytes.
 * @param what the call, for the message
 */
export function revertError(data: Hex, what: string): AosError {
  const {said, reason} = decodeRevert(data);
  const message =
    reason === null ? `${what} reverts with ${said}` : `${what} reverts: ${reason.means} (${said})`;
  return new AosError('CHAIN_REVERTED', message, {
    ...(reason === null ? {} : {next: reason.next}),
    details: {reason: reason?.id ?? null, said, data},
  });
}

/**
 * Finds the revert data in an error of viem, from a multicall, eth_call or eth_estimateGas. '0x' for a revert without data
 * and for a halted call; null when the error is no revert.
 */
export function revertDataOf(error: unknown): Hex | null {
  const inner =
    error instanceof BaseError ? error.walk((cause) => cause instanceof ContractFunctionRevertedError) : null;
  if (inner instanceof ContractFunctionRevertedError && inner.raw !== undefined) return inner.raw;
  const answer = rpcErrorOf(error);
  if (answer === null) return null;
  return hexIn(answer.data) ?? (isRevert(error) ? '0x' : null);
}

/** Finds the data, which clients send bare, as `{data}`, `{result}`, or behind the word Reverted. */
function hexIn(data: unknown): Hex | null {
  if (typeof data === 'string') {
    const found = /0x[0-9a-fA-F]*/.exec(data)?.[0];
    return found !== undefined && isHex(found) ? found : null;
  }
  if (typeof data !== 'object' || data === null) return null;
  if ('data' in data) return hexIn(data.data);
  return 'result' in data ? hexIn(data.result) : null;
}

function isHex(text: string): text is Hex {
  return text.startsWith('0x') && text.length % 2 === 0;
}
