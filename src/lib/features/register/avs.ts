import {refuseDisagreement} from '../../peers/chain/agree.ts';
import {resolveContracts} from '../../peers/chain/contracts.ts';
import type {ResolvedContracts} from '../../peers/chain/contract-types.ts';
import {detectFlow, namedFlow} from '../../peers/chain/flows/detect.ts';
import type {FlowName, KnownFlow} from '../../peers/chain/flows/list.ts';
import type {Chain} from '../../peers/chain/open.ts';
import type {TxSession} from '../tx/session.ts';
import type {Config} from '../../config/config.ts';
import type {Hex} from './key.ts';

/** The AVS as the chain and the configuration name it. */
export type Avs = {
  contracts: ResolvedContracts;
  flow: KnownFlow;
  operator: Hex;
  /** `chain.vrf_sort_precision`, for the share of a range. */
  sortPrecision: number;
};

/**
 * Finds the contracts and the flow, where every endpoint says the same of them.
 * @throws AosError as {@link findAvs}, and CHAIN_WRONG_ID | CHAIN_MISMATCH
 */
export async function findAgreedAvs(
  {chain, opening, tx: {note}}: Pick<TxSession, 'chain' | 'opening' | 'tx'>,
  config: Config,
  flow: FlowName | null,
): Promise<Avs> {
  const avs = await findAvs(chain, config, flow);
  const {contracts, vrfRangeContract} = config.chain;
  await refuseDisagreement(chain, avs.contracts, {opening, configured: {contracts, vrfRangeContract}, note});
  return avs;
}

/**
 * Finds the contracts and the flow.
 * @param flow what `--flow` says; null: look at the registry
 * @throws AosError CHAIN_* | CONFIG_INVALID | USAGE when the registry is of another flow than named
 */
export async function findAvs(chain: Chain, config: Config, flow: FlowName | null): Promise<Avs> {
  const {contracts: configured, vrfRangeContract} = config.chain;
  const contracts = await resolveContracts(chain, {contracts: configured, vrfRangeContract});
  const {registry, serviceManager} = contracts;
  const at = {registry, serviceManager};
  return {
    contracts,
    flow: flow === null ? (await detectFlow(chain, at)).flow : await namedFlow(chain, at, flow),
    operator: `0x${config.node.id.slice(2)}`,
    sortPrecision: config.chain.vrfSortPrecision,
  };
}
