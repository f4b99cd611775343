import type {Precondition} from '../precondition.ts';
import {accountPreconditions, readAccount} from './account.ts';
import type {Flow, FlowPlace, PreconditionOptions} from './flow.ts';

/**
 * Reads the preconditions of a registration with the AVS, in the order of the steps.
 * @throws AosError as {@link Chain.read}
 */
export async function readPreconditions(
  flow: Flow,
  place: FlowPlace,
  options: PreconditionOptions,
): Promise<Precondition[]> {
  const {chain, contracts, operator} = place;
  const [account, own] = await Promise.all([
    readAccount(chain, contracts, operator),
    flow.readPreconditions(place, options),
  ]);
  return [...accountPreconditions(account), ...own];
}
