import type {Hex} from 'viem';
import {intentKey} from '../tx/plan.ts';

/** Returns the intent of the registration with an AVS, the same for all flows. */
export function registerIntent(registry: Hex, operator: Hex): string {
  return intentKey('register', registry, operator);
}

/** Returns the intent of leaving the AVS; other groups are another intent. */
export function deregisterIntent(registry: Hex, operator: Hex, groups: readonly number[]): string {
  const which = [...groups].sort((a, b) => a - b).join(',');
  return intentKey('deregister', registry, operator, ...(which === '' ? [] : [which]));
}
