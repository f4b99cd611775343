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
import {makingSets, namingRegistrar} from './set-calls.ts';

/** An AVS with operator sets. Its registry is the AVSRegistrar. */
export type SetsContracts = {serviceManager: Address; registry: Address; keyRegistrar: Address};

/** The ids of the operator sets, one for each curve of keys. */
export const ECDSA_SET = 0;
export const BN254_SET = 1;
const SETS = [
  {id: ECDSA_SET, curve: 1},
  {id: BN254_SET, curve: 2},
] as const;

const REGISTRAR_ARGS = parseAbiParameters('address avs, address allocationManager, address keyRegistrar');

const ABI = parseAbi([
  'function initialize()',
  'function execute(address target, bytes data)',
  'function configureOperatorSet((address avs, uint32 id) operatorSet, uint8 curveType)',
]);

/** Adds an AVS with one operator set for each curve, and an AVSRegistrar, to the batch. */
export function deploySets(batch: ChainBatch, core: CoreContracts): SetsContracts {
  const manager = batch.proxiedSlot();
  const registrar = batch.proxiedSlot();
  const avs = manager.address;
  placePlain(batch, manager, 'OperatorSetsServiceManager');
  const keyRegistrar = deployKeyRegistrar(batch, core);
  batch.place(registrar, {
    contract: 'AVSRegistrar',
    args: encodeAbiParameters(REGISTRAR_ARGS, [avs, core.allocationManager, keyRegistrar]),
  });
  callAs(batch, avs, core.allocationManager, namingRegistrar(avs, registrar.address));
  makeSets(batch, core, {avs, keyRegistrar});
  return {serviceManager: avs, registry: registrar.address, keyRegistrar};
}

/** The same, where the AVS is its own registrar. */
export function deployIdentifier(batch: ChainBatch, core: CoreContracts): SetsContracts {
  const registrar = batch.proxiedSlot();
  const avs = registrar.address;
  const keyRegistrar = deployKeyRegistrar(batch, core);
  batch.place(registrar, {
    contract: 'AVSRegistrarAsIdentifier',
    args: encodeAbiParameters(REGISTRAR_ARGS, [avs, core.allocationManager, keyRegistrar]),
    setUp: encodeFunctionData({abi: ABI, functionName: 'initialize'}),
  });
  makeSets(batch, core, {avs, keyRegistrar});
  return {serviceManager: avs, registry: avs, keyRegistrar};
}

function deployKeyRegistrar(batch: ChainBatch, core: CoreContracts): Address {
  return batch.deploy(
    'KeyRegistrar',
    encodeAbiParameters(parseAbiParameters('address, address'), [
      core.permissionController,
      core.allocationManager,
    ]),
  );
}

function makeSets(
  batch: ChainBatch,
  core: CoreContracts,
  {avs, keyRegistrar}: {avs: Address; keyRegistrar: Address},
): void {
  const ids = SETS.map(({id}) => id);
  callAs(batch, avs, core.allocationManager, makingSets(avs, ids, core.strategies));
  for (const {id, curve} of SETS) {
    const args = [{avs, id}, curve] as const;
    const data = encodeFunctionData({abi: ABI, functionName: 'configureOperatorSet', args});
    callAs(batch, avs, keyRegistrar, data);
  }
}

/** Adds a call that the AVS makes. */
function callAs(batch: ChainBatch, avs: Address, target: Address, data: Hex): void {
  batch.call(avs, encodeFunctionData({abi: ABI, functionName: 'execute', args: [target, data]}));
}
