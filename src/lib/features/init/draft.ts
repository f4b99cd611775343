import {rmSync} from 'node:fs';
import * as v from 'valibot';
import {isAosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {readPrivateFile, writePrivateFile} from '../../keys/private-file.ts';
import {draftFile} from './draft-file.ts';
import {isThere} from './files.ts';
import type {Answers, Facts} from './question.ts';
import {QUESTIONS} from './questions.ts';

/** The answers of a wizard that was left before its end. They hold what the configuration would hold, and no key. */
export type Draft = {
  /** Unix ms. */
  at: number;
  answers: Answers;
  /** A Web3Signer was to be set up with the file. */
  withSigner: boolean;
};

/** Far more than all answers may have. */
const MOST_BYTES = 256 * 1024;

const schema = v.object({
  version: v.literal(1),
  at: v.pipe(v.number(), v.integer()),
  withSigner: v.boolean(),
  answers: v.record(v.string(), v.string()),
});

/** Keeps the answers in a file of mode 0600, in place of an earlier draft. @throws AosError CONFIG_WRITE_FAILED */
export function writeDraft(file: string, draft: Draft): void {
  dropDraft(file);
  writePrivateFile(draftFile(file), `${JSON.stringify({version: 1, ...draft}, null, 2)}\n`, {
    force: false,
    exists: 'CONFIG_WRITE_FAILED',
    failed: 'CONFIG_WRITE_FAILED',
  });
}

/** Removes the draft, where there is one. */
export function dropDraft(file: string): void {
  try {
    rmSync(draftFile(file), {force: true});
  } catch {
    // It stays: the next aos init offers it, and a person can say no.
  }
}

/**
 * Reads a draft. Answers that the questions no longer take are left out.
 * @returns the draft; null where there is none; why it is not taken
 */
export function readDraft(file: string, facts: Facts): Draft | null | {ignored: string} {
  const path = draftFile(file);
  if (!isThere(path)) return null;
  try {
    const bytes = readPrivateFile(path, MOST_BYTES, 'draft', 'CONFIG_UNREADABLE');
    const parsed = v.safeParse(schema, JSON.parse(Buffer.from(bytes).toString('utf8')));
    if (!parsed.success) return {ignored: `${safeText(path)} is no draft of this version`};
    const {at, withSigner, answers} = parsed.output;
    return {at, withSigner, answers: takenOf(answers, facts)};
  } catch (error) {
    if (isAosError(error)) return {ignored: error.message};
    if (error instanceof SyntaxError) return {ignored: `${safeText(path)} is no draft of this version`};
    throw error;
  }
}

function takenOf(typed: Readonly<Record<string, string>>, facts: Facts): Answers {
  let answers: Answers = {};
  for (const {key, parse} of QUESTIONS) {
    const text = Object.hasOwn(typed, key) ? typed[key] : undefined;
    const parsed = text === undefined ? null : parse(text, {answers, facts});
    if (parsed !== null && !('wrong' in parsed)) answers = {...answers, [key]: parsed.value};
  }
  return answers;
}
