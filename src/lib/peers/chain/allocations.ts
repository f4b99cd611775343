import type {Hex} from 'viem';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {allocationManagerAbi} from './abis-core.ts';
import type {Chain} from './open.ts';
import {call, readNamed, valueOf} from './read.ts';

/** What of a strategy an operator has allocated to an operator set of the AVS (EigenLayer's IAllocationManager). */
export type Allocation = {
  set: number;
  strategy: Hex;
  /** Of 1e18. */
  magnitude: bigint;
  /** What it changes by at `effectBlock`; 0n: no change is pending. */
  pendingDiff: bigint;
  /** Null: no change is pending. */
  effectBlock: bigint | null;
};

/**
 * Reads all that an operator has allocated to the operator sets of an AVS, changes that only take effect later among it. Only
 * the operator allocates, and EigenLayer takes 20 strategies a set. Three dependent steps. Null when the network has no AllocationManager, or that one does not answer.
 * @throws AosError as {@link Chain.read}
 */
export async function readAllocations(
  chain: Chain,
  {manager, avs, operator}: {manager: Hex | null; avs: Hex; operator: Hex},
): Promise<Allocation[] | null> {
  if (manager === null) return null;
  const abi = allocationManagerAbi;
  const {allocated} = await readNamed(chain, {
    allocated: call(abi, manager, 'getAllocatedSets', [operator]),
  });
  if (allocated === null) return null;
  const sets = allocated.filter((set) => sameAddress(set.avs, avs));
  const strategies = await chain.read(
    sets.map((set) => call(abi, manager, 'getStrategiesInOperatorSet', [set])),
  );
  const pairs = sets.flatMap((set, index) =>
    (valueOf(strategies[index]) ?? []).map((strategy) => ({set, strategy})),
  );
  const answers = await chain.read(
    pairs.map(({set, strategy}) => call(abi, manager, 'getAllocation', [operator, set, strategy])),
  );
  return pairs.flatMap(({set, strategy}, index) => {
    const found = valueOf(answers[index]);
    if (found === null || (found.currentMagnitude === 0n && found.pendingDiff === 0n)) return [];
    const {currentMagnitude: magnitude, pendingDiff, effectBlock} = found;
    return [
      {
        set: set.id,
        strategy,
        magnitude,
        pendingDiff,
        effectBlock: pendingDiff === 0n ? null : BigInt(effectBlock),
      },
    ];
  });
}
