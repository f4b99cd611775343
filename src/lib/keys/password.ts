import {AosError} from '../foundation/errors/error.ts';
import {say} from '../foundation/next-step/next-step.ts';
import {readSecretText, type SecretSource} from './secret-text.ts';

/** The source of a keystore password; never the command line itself. */
export type PasswordSource = SecretSource | {readonly kind: 'ask'};

const MOST_BYTES = 4096;

/**
 * Reads a password. One trailing newline of a file, descriptor or standard input is removed; everything else counts.
 * @param askPassword prompts at the terminal; called for `ask` only
 * @throws AosError KEY_PASSWORD_INVALID (empty, NUL, not UTF-8, too long) | KEY_PASSWORD_MISSING | KEY_UNSAFE | INTERRUPTED
 */
export async function readPassword(
  source: PasswordSource,
  askPassword: () => Promise<string>,
  signal: AbortSignal,
): Promise<string> {
  const password = source.kind === 'ask' ? await askPassword() : await fromSource(source, signal);
  if (password === '') throw new AosError('KEY_PASSWORD_INVALID', 'the password is empty');
  if (password.includes('\0'))
    throw new AosError('KEY_PASSWORD_INVALID', 'the password has a NUL character (is the file UTF-16?)', {
      next: say('Save the password as one line of UTF-8.'),
    });
  return password;
}

async function fromSource(source: SecretSource, signal: AbortSignal): Promise<string> {
  const text = await readSecretText(
    source,
    {most: MOST_BYTES, what: 'password file', missing: 'KEY_PASSWORD_MISSING'},
    signal,
  );
  if (text === null) {
    throw new AosError(
      'KEY_PASSWORD_INVALID',
      `the password is not UTF-8, or longer than ${MOST_BYTES} bytes`,
      {next: say('Name the file with the password alone: one line of UTF-8.')},
    );
  }
  // A mark that an editor of Windows puts before the text is no part of it.
  return text.replace(/^\ufeff/, '').replace(/\r?\n$/, '');
}
