import type {StandingMemory} from './memory.ts';
import type {Followed} from './reading.ts';

/**
 * What is open by an earlier reading.
 * @param isFirst of this run: penalties that came while this node was away are looked for
 */
export function followedBy(
  {costs, challenges, lastPenalty, openPenalties}: StandingMemory,
  isFirst: boolean,
): Followed {
  return {
    challenges: {
      from: challenges,
      open: costs.flatMap(({code, key}) => {
        const [, number] = /^challenge:(\d+)$/.exec(key) ?? [];
        return code === 'CHALLENGE_OPEN' && number !== undefined ? [Number(number)] : [];
      }),
    },
    penalties: {
      open: openPenalties.map(BigInt),
      from: lastPenalty < 0 || !isFirst ? null : BigInt(lastPenalty) + 1n,
    },
  };
}
