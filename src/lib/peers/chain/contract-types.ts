import type {Hex} from 'viem';
import type {Contracts} from '../../config/config.ts';

/** What of the configuration names contracts. */
export type ConfiguredContracts = {contracts: Contracts; vrfRangeContract: string | null};

/** The contracts of an AVS as the chain itself ties them together; null where there is none of the kind. */
export type ResolvedContracts = {
  registry: Hex;
  /** What AVSDirectory and AllocationManager know the AVS by. */
  serviceManager: Hex;
  delegationManager: Hex;
  avsDirectory: Hex | null;
  allocationManager: Hex | null;
  permissionController: Hex | null;
  strategyManager: Hex | null;
  rewardsCoordinator: Hex | null;
  /** Where the sampling range is read. */
  rangeContract: Hex | null;
  challengeManager: Hex | null;
  penaltyLedger: Hex | null;
  slashers: readonly Hex[];
  /** Of a registry coordinator. */
  stakeRegistry: Hex | null;
  blsApkRegistry: Hex | null;
  indexRegistry: Hex | null;
  socketRegistry: Hex | null;
  /** The quorums of a registry coordinator, and how many strategies each counts. */
  quorums: readonly QuorumShape[];
  /** Whom AllocationManager calls when operators of the AVS come and go. */
  registrar: Hex | null;
  keyRegistrar: Hex | null;
};

export type QuorumShape = {number: number; strategies: number};
