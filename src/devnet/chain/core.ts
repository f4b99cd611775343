import {encodeAbiParameters, encodeFunctionData, parseAbi, parseAbiParameters, type Address} from 'viem';
import type {ChainBatch, Slot} from './batch.ts';

/** The version in AVSDirectory's EIP-712 domain; with `none` the domain has no such field, as in M2. */
export type DomainVersion = 'none' | '1.' | '1' | 'v1';

export type CoreOptions = {
  domain: DomainVersion;
  /** Refusals of AVSDirectory: revert strings in the order of M2, or custom errors in the current order. */
  reverts: 'strings' | 'errors';
};

/** EigenLayer's own contracts, with two strategies. */
export type CoreContracts = {
  delegationManager: Address;
  avsDirectory: Address;
  strategyManager: Address;
  allocationManager: Address;
  rewardsCoordinator: Address;
  permissionController: Address;
  /** Ascending by address, as AllocationManager requires. */
  strategies: readonly [Address, Address];
  tokens: readonly [Address, Address];
};

/** Blocks during which stake stays slashable after an operator has left a set. */
export const DEALLOCATION_DELAY = 6;

const INITIALIZE = encodeFunctionData({abi: parseAbi(['function initialize()'])});
const ADDRESSES_3 = parseAbiParameters('address, address, address');
const TOKENS = [
  {name: 'Staked Ether (devnet)', symbol: 'stETH'},
  {name: 'Eigen (devnet)', symbol: 'EIGEN'},
] as const;

/** Adds EigenLayer's core contracts to the batch. */
export function deployCore(batch: ChainBatch, {domain, reverts}: CoreOptions): CoreContracts {
  const delegation = batch.proxiedSlot();
  const directory = batch.proxiedSlot();
  const allocations = batch.proxiedSlot();
  const rewards = batch.proxiedSlot();
  const delegationManager = delegation.address;
  const strategyManager = batch.deploy(
    'StrategyManager',
    encodeAbiParameters(parseAbiParameters('address'), [delegationManager]),
  );
  const permissionController = batch.deploy('PermissionController');

  batch.place(delegation, {
    contract: 'DelegationManager',
    args: encodeAbiParameters(ADDRESSES_3, [allocations.address, strategyManager, permissionController]),
    setUp: INITIALIZE,
  });
  batch.place(directory, {
    contract: 'AVSDirectory',
    args: encodeAbiParameters(parseAbiParameters('address, bool'), [delegationManager, reverts === 'errors']),
    setUp: encodeFunctionData({
      abi: parseAbi(['function initialize(string)']),
      args: [domain === 'none' ? '' : domain],
    }),
  });
  batch.place(allocations, {
    contract: 'AllocationManager',
    args: encodeAbiParameters(parseAbiParameters('address, address, uint32'), [
      delegationManager,
      permissionController,
      DEALLOCATION_DELAY,
    ]),
    setUp: INITIALIZE,
  });
  batch.place(rewards, {
    contract: 'RewardsCoordinator',
    args: encodeAbiParameters(ADDRESSES_3, [delegationManager, allocations.address, permissionController]),
    setUp: INITIALIZE,
  });

  const {strategies, tokens} = deployStrategies(batch);
  return {
    delegationManager,
    avsDirectory: directory.address,
    strategyManager,
    allocationManager: allocations.address,
    rewardsCoordinator: rewards.address,
    permissionController,
    strategies,
    tokens,
  };
}

/** Places a contract without arguments, whose set-up only sets its owner. */
export function placePlain(batch: ChainBatch, slot: Slot, contract: string): void {
  batch.place(slot, {contract, setUp: INITIALIZE});
}

function deployStrategies(batch: ChainBatch): Pick<CoreContracts, 'strategies' | 'tokens'> {
  const deployOne = ({name, symbol}: (typeof TOKENS)[number]): {strategy: Address; token: Address} => {
    const token = batch.deploy(
      'DevToken',
      encodeAbiParameters(parseAbiParameters('string, string, uint8'), [name, symbol, 18]),
    );
    const strategy = batch.deploy('Strategy', encodeAbiParameters(parseAbiParameters('address'), [token]));
    return {strategy, token};
  };
  const first = deployOne(TOKENS[0]);
  const second = deployOne(TOKENS[1]);
  const ascending = BigInt(first.strategy) < BigInt(second.strategy);
  const [low, high] = ascending ? [first, second] : [second, first];
  return {strategies: [low.strategy, high.strategy], tokens: [low.token, high.token]};
}
