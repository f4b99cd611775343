import type {Hex} from 'viem';
import type {Contracts} from '../../config/config.ts';

/** The parts of the configuration that name contracts. */
export type ConfiguredContracts = {contracts: Contracts; vrfRangeContract: string | null};

/** The contracts of an AVS, checked on chain; null where there is none of the kind. */
export type ResolvedContracts = {
  registry: Hex;
  /** The address of the AVS in AVSDirectory and AllocationManager. */
  serviceManager: Hex;
  delegationManager: Hex;
  avsDirectory: Hex | null;
  allocationManager: Hex | null;
  permissionController: Hex | null;
  strategyManager: Hex | null;
  rewardsCoordinator: Hex | null;
  /** The contract with the sampling range. */
  rangeContract: Hex | null;
  challengeManager: Hex | null;
  penaltyLedger: Hex | null;
  slashers: readonly Hex[];
  /** The registries of a registry coordinator. */
  stakeRegistry: Hex | null;
  blsApkRegistry: Hex | null;
  indexRegistry: Hex | null;
  socketRegistry: Hex | null;
  /** The quorums of a registry coordinator, with their numbers of strategies. */
  quorums: readonly QuorumShape[];
  /** The contract that AllocationManager calls when an operator joins or leaves. */
  registrar: Hex | null;
  keyRegistrar: Hex | null;
};

export type QuorumShape = {number: number; strategies: number};
