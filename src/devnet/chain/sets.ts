import {
  encodeAbiParameters,
  encodeFunctionData,
  parseAbi,
  parseAbiParameters,
  type Address,
  type Hex,
} from 'viem';
import type {ChainBatch} from './batch.ts';
import {placePlain, type CoreContracts} from './core.ts';

/** The AVS with operator sets. Its registry is the AVSRegistrar. */
export type SetsContracts = {serviceManager: Address; registry: Address; keyRegistrar: Address};

/** The ids of the operator sets, one for each curve of keys. */
export const ECDSA_SET = 0;
export const BN254_SET = 1;
const CURVE_ECDSA = 1;
const CURVE_BN254 = 2;

const ABI = parseAbi([
  'function execute(address target, bytes data)',
  'function setAVSRegistrar(address avs, address registrar)',
  'function createOperatorSets(address avs, (uint32 operatorSetId, address[] strategies)[] params)',
  'function configureOperatorSet((address avs, uint32 id) operatorSet, uint8 curveType)',
]);

/** Adds the contracts of flow (c) to the batch: an AVS with one operator set for each curve. */
export function deploySets(batch: ChainBatch, core: CoreContracts): SetsContracts {
  const manager = batch.proxiedSlot();
  const registrar = batch.proxiedSlot();
  const avs = manager.address;
  placePlain(batch, manager, 'OperatorSetsServiceManager');
  const keyRegistrar = batch.deploy(
    'KeyRegistrar',
    encodeAbiParameters(parseAbiParameters('address, address'), [
      core.permissionController,
      core.allocationManager,
    ]),
  );
  batch.place(registrar, {
    contract: 'AVSRegistrar',
    args: encodeAbiParameters(parseAbiParameters('address, address, address'), [
      avs,
      core.allocationManager,
      keyRegistrar,
    ]),
  });

  const asAvs = (target: Address, data: Hex): void =>
    batch.call(avs, encodeFunctionData({abi: ABI, functionName: 'execute', args: [target, data]}));
  asAvs(
    core.allocationManager,
    encodeFunctionData({abi: ABI, functionName: 'setAVSRegistrar', args: [avs, registrar.address]}),
  );
  const sets = [ECDSA_SET, BN254_SET].map((operatorSetId) => ({
    operatorSetId,
    strategies: [...core.strategies],
  }));
  asAvs(
    core.allocationManager,
    encodeFunctionData({abi: ABI, functionName: 'createOperatorSets', args: [avs, sets]}),
  );
  for (const [id, curve] of [
    [ECDSA_SET, CURVE_ECDSA],
    [BN254_SET, CURVE_BN254],
  ] as const)
    asAvs(
      keyRegistrar,
      encodeFunctionData({abi: ABI, functionName: 'configureOperatorSet', args: [{avs, id}, curve]}),
    );
  return {serviceManager: avs, registry: registrar.address, keyRegistrar};
}
