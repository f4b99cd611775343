import {SECOND_MANNERS, type SecondManner} from '../../../devnet/second.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import type {WorkerKind} from '../../protocol/wire/messages.ts';

/** @throws AosError USAGE: answers of none of the kinds can be compared */
export function secondOf(second: string | undefined, kinds: readonly WorkerKind[]): SecondManner | null {
  const manner = SECOND_MANNERS.find((known) => known === second) ?? null;
  if (manner !== null && !kinds.includes('zkml'))
    throw new AosError(
      'USAGE',
      `--second compares answers of a zkml worker, and the kind is ${kinds.join(' and ')}`,
      {next: say('Leave out --second, or name --kind zkml.')},
    );
  return manner;
}
