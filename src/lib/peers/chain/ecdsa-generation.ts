import {toFunctionSelector, type AbiFunction, type Hex} from 'viem';
import {ecdsaB1Abi, ecdsaB2Abi, ecdsaB3Abi} from './abis-avs.ts';
import {call, type ReadResult} from './read.ts';

export type EcdsaFlow = 'ecdsa-b1' | 'ecdsa-b2' | 'ecdsa-b3';

const ENTRIES: readonly (readonly [EcdsaFlow, AbiFunction])[] = [
  ['ecdsa-b1', ecdsaB1Abi[0]],
  ['ecdsa-b2', ecdsaB2Abi[0]],
  ['ecdsa-b3', ecdsaB3Abi[0]],
];

const NO_SIGNATURE = {signature: '0x', salt: `0x${'0'.repeat(64)}`, expiry: 0n} as const;
const PROBE_ADDRESS: Hex = '0x000000000000000000000000000000000000dEaD';

/** Registrations that cannot succeed, one of each generation: how they fail shows whether the registry knows them. */
export const generationProbes = (registry: Hex) =>
  [
    call(ecdsaB1Abi, registry, 'registerOperatorWithSignature', [PROBE_ADDRESS, NO_SIGNATURE]),
    call(ecdsaB2Abi, registry, 'registerOperatorWithSignature', [NO_SIGNATURE, PROBE_ADDRESS]),
    call(ecdsaB3Abi, registry, 'registerOperatorM2Quorum', [NO_SIGNATURE, PROBE_ADDRESS]),
  ] as const;

/**
 * The generation of an ECDSAStakeRegistry by how it answered {@link generationProbes}: a function it does not have
 * reverts without a word, one that it has says why. Null when that is not clear.
 */
export function generationByProbes(results: readonly ReadResult<unknown>[]): EcdsaFlow | null {
  return only(ENTRIES.filter((_entry, index) => isKnown(results[index])));
}

const isKnown = (result: ReadResult<unknown> | undefined): boolean =>
  result !== undefined &&
  (result.ok || (result.error.code === 'CHAIN_REVERTED' && result.error.details['data'] !== '0x'));

/** The generation by its entry point's selector in the code: PUSH4 of it is how Solidity dispatches. */
export function generationByCode(code: Hex): EcdsaFlow | null {
  const text = code.toLowerCase();
  return only(ENTRIES.filter(([, entry]) => text.includes(`63${toFunctionSelector(entry).slice(2)}`)));
}

function only(found: readonly (readonly [EcdsaFlow, AbiFunction])[]): EcdsaFlow | null {
  return found.length === 1 ? (found[0]?.[0] ?? null) : null;
}
