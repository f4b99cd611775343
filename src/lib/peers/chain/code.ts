import {isAddressEqual, sliceHex, zeroAddress, type Hex} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {checksumAddress} from '../../protocol/wire/ethereum.ts';
import {chainRequest} from './failure.ts';
import type {Chain} from './open.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/** The code at an address. */
export type CodeAt =
  | {kind: 'none'}
  | {kind: 'contract'; code: Hex}
  /** `code` is that of the implementation; null when there is none, so that every call returns nothing. */
  | {kind: 'proxy'; implementation: string; code: Hex | null}
  /** An account with the code of a contract (EIP-7702). */
  | {kind: 'delegated'; to: string};

/** keccak256("eip1967.proxy.implementation") − 1 */
const IMPLEMENTATION_SLOT: Hex = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
/** The prefix of the code of an EIP-7702 account, before the address. */
const DELEGATION = '0xef0100';

/**
 * Reads the code of each address, through EIP-1967 proxies: one dependent step, and one more for proxies.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER
 */
export async function readCode(chain: Chain, addresses: readonly Hex[]): Promise<CodeAt[]> {
  const {client, blockNumber, endpoint} = chain;
  const codeOf = async (address: Hex): Promise<Hex | null> =>
    (await chainRequest(endpoint, client.getCode({address, blockNumber}))) ?? null;
  return Promise.all(
    addresses.map(async (address): Promise<CodeAt> => {
      const slot = client.getStorageAt({address, slot: IMPLEMENTATION_SLOT, blockNumber});
      const [code, stored] = await Promise.all([codeOf(address), chainRequest(endpoint, slot)]);
      if (code === null) return {kind: 'none'};
      if (code.startsWith(DELEGATION)) return {kind: 'delegated', to: checksumAddress(sliceHex(code, 3, 23))};
      const implementation = implementationIn(stored);
      if (implementation === null) return {kind: 'contract', code};
      return {
        kind: 'proxy',
        implementation: checksumAddress(implementation),
        code: await codeOf(implementation),
      };
    }),
  );
}

function implementationIn(stored: Hex | undefined): Hex | null {
  if (stored?.length !== 66) return null;
  const address = sliceHex(stored, 12);
  return isAddressEqual(address, zeroAddress) ? null : address;
}

/**
 * Refuses addresses without a contract, and proxies without an implementation.
 * @param named config path or another name → address
 * @throws AosError CHAIN_NO_CODE with all of them; as {@link readCode}
 */
export async function requireCode(chain: Chain, named: Readonly<Record<string, Hex>>): Promise<void> {
  const names = Object.keys(named);
  const codes = await readCode(chain, Object.values(named));
  const missing = codes.flatMap((at, index) => {
    const name = names[index] ?? '';
    const address = named[name] ?? '';
    if (at.kind === 'none') return [`${name} ${address} has no contract`];
    if (at.kind === 'delegated') return [`${name} ${address} is an account, not a contract`];
    if (at.kind === 'proxy' && at.code === null)
      return [`${name} ${address} is a proxy whose implementation ${at.implementation} has no code`];
    return [];
  });
  if (missing.length === 0) return;
  throw new AosError(
    'CHAIN_NO_CODE',
    `on chain ${chain.chainId} (${chain.endpoint}): ${missing.join('; ')}`,
    {
      next: say(`Check ${names.join(', ')}, and that the RPC serves the right chain.`),
    },
  );
}
