import {encodeAbiParameters, encodeFunctionData, parseAbi, parseAbiParameters, type Address} from 'viem';
import type {ChainBatch} from './batch.ts';
import type {CoreContracts} from './core.ts';

/** The three incompatible versions of ECDSAStakeRegistry. */
export type EcdsaGeneration = 'B1' | 'B2' | 'B3';

export type EcdsaContracts = {serviceManager: Address; registry: Address};

/** Each strategy has half of the weight: the multipliers add up to 10000. */
const MULTIPLIER = 5_000n;
const NO_THRESHOLD = 0n;

const SET_UP = parseAbi([
  'function initialize(uint256 thresholdWeight, (address strategy, uint96 multiplier)[] strategies)',
]);

/** Adds the contracts of flow (b) to the batch. */
export function deployEcdsa(
  batch: ChainBatch,
  core: CoreContracts,
  generation: EcdsaGeneration,
): EcdsaContracts {
  const registry = batch.proxiedSlot();
  const manager = batch.proxiedSlot();
  const pair = parseAbiParameters('address, address');
  const strategies = core.strategies.map((strategy) => ({strategy, multiplier: MULTIPLIER}));
  batch.place(registry, {
    contract: `ECDSAStakeRegistry${generation}`,
    args: encodeAbiParameters(pair, [core.delegationManager, manager.address]),
    setUp: encodeFunctionData({abi: SET_UP, args: [NO_THRESHOLD, strategies]}),
  });
  batch.place(manager, {
    contract: 'ECDSAServiceManager',
    args: encodeAbiParameters(pair, [core.avsDirectory, registry.address]),
    setUp: encodeFunctionData({abi: parseAbi(['function initialize()'])}),
  });
  return {serviceManager: manager.address, registry: registry.address};
}
