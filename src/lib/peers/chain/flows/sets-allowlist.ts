import type {Hex} from 'viem';
import {allowlistAbi, commonAllowlistAbi} from '../abis-avs.ts';
import type {Chain} from '../open.ts';
import {call, readNamed, valueOf} from '../read.ts';

/**
 * Reads whether the allowlist of a registrar has the operator, for each set (AVSRegistrarWithAllowlist: one list for each
 * set, and in its first release one list for all). A TaskAVSRegistrar asks its list for the set of aggregators alone. One
 * dependent step.
 * @returns set id → its answer; a set without an allowlist is missing
 * @throws AosError as {@link Chain.read}
 */
export async function readAllowlist(
  chain: Chain,
  {registrar, avs, operator}: {registrar: Hex; avs: Hex; operator: Hex},
  ids: readonly number[],
): Promise<ReadonlyMap<number, boolean>> {
  const [{common, tasks}, own] = await Promise.all([
    readNamed(chain, {
      common: call(commonAllowlistAbi, registrar, 'isOperatorAllowed', [operator]),
      tasks: call(allowlistAbi, registrar, 'getAvsConfig', []),
    }),
    chain.read(ids.map((id) => call(allowlistAbi, registrar, 'isOperatorAllowed', [{avs, id}, operator]))),
  ]);
  return new Map(
    ids.flatMap((id, index) => {
      if (tasks !== null && tasks.aggregatorOperatorSetId !== id) return [];
      const allowed = valueOf(own[index]) ?? common;
      return allowed === null ? [] : [[id, allowed] as const];
    }),
  );
}
