import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {ago} from '../../foundation/time/duration.ts';
import {dropDraft, readDraft, writeDraft, type Draft} from './draft.ts';
import {draftFile} from './draft-file.ts';
import type {Facts} from './question.ts';
import type {Wizard} from './wizard.ts';

/**
 * Asks whether to continue from the draft of an earlier run, where there is one.
 * @returns null: there is none, or a person wants to begin anew, and it is gone
 * @throws AosError INTERRUPTED | USAGE (the terminal was closed); the draft stays
 */
export async function offerDraft(
  file: string,
  facts: Facts,
  {note, signal}: {note: (line: string) => void; signal: AbortSignal},
): Promise<Draft | null> {
  const draft = readDraft(file, facts);
  if (draft === null) return null;
  if ('ignored' in draft) {
    note(`! ${draft.ignored}; it is not used`);
    return null;
  }
  const {askChoice} = await import('../../cli/prompt.ts');
  note(
    `An earlier aos init was left ${ago(draft.at, systemTime.now())}; its answers are in ${safeText(draftFile(file))}.`,
  );
  const reply = await askChoice({
    message: 'Continue from there?',
    choices: [
      {value: 'yes', name: 'continue', description: 'its answers are checked again, and the rest is asked'},
      {value: 'no', name: 'begin anew', description: 'its answers are deleted'},
    ],
    suggestion: 'yes',
    signal,
  });
  // Back has nothing to go to: the safe answer keeps what was typed.
  if (reply.kind === 'back' || reply.value === 'yes') return draft;
  dropDraft(file);
  return null;
}

/** Keeps the answers of a wizard that was left by a person, a signal or the end of the terminal. @returns the error that says so */
export function keepDraft(wizard: Wizard, error: unknown, file: string): unknown {
  const {answers, facts, fixed} = wizard;
  if (!isAosError(error, 'INTERRUPTED', 'TERMINATED', 'USAGE')) return error;
  // What the flags gave is typed again with them.
  const own = Object.keys(answers).filter((key) => ![...fixed].some((one) => one === key));
  if (own.length === 0) return left(error, 'no answer was given yet');
  try {
    writeDraft(file, {at: systemTime.now(), answers, withSigner: facts.withSigner});
    return left(error, `the answers are kept in ${safeText(draftFile(file))}`);
  } catch (failure) {
    if (!isAosError(failure)) throw failure;
    return left(error, `the answers could not be kept: ${failure.message}`);
  }
}

function left({code, message, cause}: AosError, answers: string): AosError {
  const what = code === 'INTERRUPTED' ? 'cancelled' : code === 'TERMINATED' ? 'asked to end' : message;
  return new AosError(code, `${what}; no configuration was written, and ${answers}`, {
    cause,
    next: run('init', [], 'To continue'),
  });
}
