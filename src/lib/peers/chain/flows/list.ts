import {AosError} from '../../../foundation/errors/error.ts';
import {bls} from './bls.ts';
import {ecdsaB1, ecdsaB2, ecdsaB3} from './ecdsa.ts';
import type {Flow} from './flow.ts';
import {operatorSets} from './operator-sets.ts';
import {slashingRegistry} from './slashing-registry.ts';

/** One line for each flow. A registry is of the first one that matches it. */
const LIST = [bls, ecdsaB1, ecdsaB2, ecdsaB3, slashingRegistry, operatorSets] as const;

/** The names of the flows, as `--flow` and the JSON results have them. */
export type FlowName = (typeof LIST)[number]['name'];
export type KnownFlow = Flow<FlowName>;

export const FLOWS: readonly KnownFlow[] = LIST;
export const FLOW_NAMES: readonly FlowName[] = FLOWS.map(({name}) => name);

const BY_NAME: ReadonlyMap<FlowName, KnownFlow> = new Map(FLOWS.map((flow) => [flow.name, flow]));

/** Returns the flow of a name. */
export function flowNamed(name: FlowName): KnownFlow {
  const flow = BY_NAME.get(name);
  if (flow === undefined) throw new AosError('BUG', `no flow is named ${name}`);
  return flow;
}
