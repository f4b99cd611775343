import {pathOfFlag} from '../../cli/flags.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';

/** The files that were typed; standard input once at most. @throws AosError USAGE for a flag that there is not */
export function filesOf(words: readonly string[]): string[] {
  const flag = words.find((word) => word.startsWith('-') && word !== '-');
  if (flag !== undefined)
    throw new AosError(
      'USAGE',
      `there is no flag ${safeText(flag, 60)} (a file of that name: ./${safeText(flag, 60)})`,
    );
  if (words.filter((word) => word === '-').length > 1)
    throw new AosError('USAGE', '- is standard input, and can be read once');
  return words.map((word) => (word === '-' ? word : pathOfFlag(word, 'FILE')));
}
