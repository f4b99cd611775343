import {exitCodeOf} from '../../cli/signals.ts';
import {EXIT} from '../../foundation/errors/table.ts';
import {count} from '../../foundation/text/words.ts';
import {type RenderNext, run} from '../../foundation/next-step/next-step.ts';
import type {StopReason, Summary} from '../../node/events/events.ts';

/** How a run ended: why, and how many answers are held. */
export type RunEnd = Pick<Summary, 'reason' | 'held'>;

/** The exit code of a run: one that ended by itself has something to review while answers are held. */
export function exitCodeOfRun({reason, held}: RunEnd): number {
  const code = exitCodeOf(reason);
  return code === EXIT.ok && held > 0 ? EXIT.warnings : code;
}

/** The end of a run that was stopped before the operator worked. */
export function endedEarly(stop: AbortSignal): RunEnd {
  return {reason: stop.reason as StopReason, held: 0};
}

/**
 * What a run that ended by itself says of the answers that are held; null: there is none.
 * @param isGone its devnet has ended with it, and the journal too
 */
export function heldAtEnd(
  {reason, held, heldJob}: Pick<Summary, 'reason' | 'held' | 'heldJob'>,
  isGone: boolean,
  next: RenderNext,
): string | null {
  if (held === 0 || reason === 'fatal') return null;
  const answers = `${count(held, 'answer')} ${held === 1 ? 'is' : 'are'} held`;
  if (isGone) {
    const when = reason === 'jobs' ? 'Without --jobs the run continues, and' : 'While the run lasts,';
    return `${answers}, and ended with the devnet. ${when} \`aos job release\` in another terminal delivers one`;
  }
  const one =
    held === 1 && heldJob !== null ? run('job release', [`#${heldJob}`]) : run('job list', ['--held']);
  return `${answers} and not delivered; the next start delivers what you release → ${next(one)}`;
}
