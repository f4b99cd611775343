import {toFunctionSelector, type AbiFunction, type Hex} from 'viem';
import {ecdsaB1Abi, ecdsaB2Abi, ecdsaB3Abi} from '../abis-avs.ts';
import {call, type ReadResult} from '../read.ts';

/** The three incompatible generations of ECDSAStakeRegistry, by the names of their flows. */
export type EcdsaGenerationName = 'ecdsa-b1' | 'ecdsa-b2' | 'ecdsa-b3';

const ENTRIES: readonly (readonly [EcdsaGenerationName, AbiFunction])[] = [
  ['ecdsa-b1', ecdsaB1Abi[0]],
  ['ecdsa-b2', ecdsaB2Abi[0]],
  ['ecdsa-b3', ecdsaB3Abi[0]],
];

const NO_SIGNATURE = {signature: '0x', salt: `0x${'0'.repeat(64)}`, expiry: 0n} as const;
const PROBE_ADDRESS: Hex = '0x000000000000000000000000000000000000dEaD';

/** Returns registrations that cannot succeed, one of each generation: their failures show which one the registry has. */
export const generationProbes = (registry: Hex) =>
  [
    call(ecdsaB1Abi, registry, 'registerOperatorWithSignature', [PROBE_ADDRESS, NO_SIGNATURE]),
    call(ecdsaB2Abi, registry, 'registerOperatorWithSignature', [NO_SIGNATURE, PROBE_ADDRESS]),
    call(ecdsaB3Abi, registry, 'registerOperatorM2Quorum', [NO_SIGNATURE, PROBE_ADDRESS]),
  ] as const;

/**
 * Returns the generation of an ECDSAStakeRegistry from its answers to {@link generationProbes}: a missing function reverts
 * without data, an existing one with a reason. Null when the answers are ambiguous.
 */
export function generationByProbes(results: readonly ReadResult<unknown>[]): EcdsaGenerationName | null {
  return only(ENTRIES.filter((_entry, index) => isKnown(results[index])));
}

const isKnown = (result: ReadResult<unknown> | undefined): boolean =>
  result !== undefined &&
  (result.ok || (result.error.code === 'CHAIN_REVERTED' && result.error.details['data'] !== '0x'));

/** Returns the generation by the selector of its entry point in the code, where Solidity dispatches with PUSH4. */
export function generationByCode(code: Hex): EcdsaGenerationName | null {
  const text = code.toLowerCase();
  return only(ENTRIES.filter(([, entry]) => text.includes(`63${toFunctionSelector(entry).slice(2)}`)));
}

function only(found: readonly (readonly [EcdsaGenerationName, AbiFunction])[]): EcdsaGenerationName | null {
  return found.length === 1 ? (found[0]?.[0] ?? null) : null;
}
