import {Flags} from '@oclif/core';
import {pathFlag} from './flags.ts';
import {AosError} from '../foundation/errors/error.ts';
import {type PasswordSource, readPassword} from '../keys/password.ts';
import type {SecretSource} from '../keys/secret-text.ts';
import {say} from '../foundation/next-step/next-step.ts';

/** Flags for the password of a keystore, which is never a value on the command line. */
export const passwordFlags = {
  'password-file': pathFlag({
    summary: 'File (mode 0600) with the password of the keystore; - is standard input.',
    helpGroup: 'PASSWORD',
    exclusive: ['password-fd'],
  }),
  'password-fd': Flags.integer({
    summary: 'Open file descriptor to read the password from.',
    min: 0,
    helpValue: 'N',
    helpGroup: 'PASSWORD',
  }),
};

export type PasswordFlagValues = {
  readonly 'password-file'?: string | undefined;
  readonly 'password-fd'?: number | undefined;
};

/** Returns the source of a file name, or of `-` for standard input. */
export function secretSource(value: string): SecretSource {
  return value === '-' ? {kind: 'fd', fd: 0} : {kind: 'file', path: value};
}

/** Returns the source that the flags name, or null. */
export function flaggedSource(flags: PasswordFlagValues): SecretSource | null {
  if (flags['password-file'] !== undefined) return secretSource(flags['password-file']);
  return flags['password-fd'] === undefined ? null : {kind: 'fd', fd: flags['password-fd']};
}

/** Returns the source of the flags, else a prompt. @throws AosError USAGE when no flag names one and no prompt is possible */
export function passwordSource(flags: PasswordFlagValues, mayAsk: boolean): PasswordSource {
  const source = flaggedSource(flags);
  if (source !== null) return source;
  if (mayAsk) return {kind: 'ask'};
  throw new AosError('USAGE', 'the password of the keystore is missing, and there is no terminal to ask at', {
    next: say('Add --password-file FILE (- is standard input) or --password-fd N.'),
  });
}

/** Reads the password of an existing keystore. @throws AosError KEY_PASSWORD_* | KEY_UNSAFE | INTERRUPTED */
export function knownPassword(source: PasswordSource, file: string, signal: AbortSignal): Promise<string> {
  return readPassword(source, () => ask(`Password of ${file}`), signal);
}

/** Reads the password of a new keystore; prompts for it twice. @throws AosError KEY_PASSWORD_* | KEY_UNSAFE | INTERRUPTED */
export function newPassword(source: PasswordSource, signal: AbortSignal): Promise<string> {
  const askTwice = async (): Promise<string> => {
    const first = await ask('Password of the new keystore');
    if (first === '') return first;
    if ((await ask('The same once more')) === first) return first;
    throw new AosError('KEY_PASSWORD_INVALID', 'the two passwords are not the same; nothing was written', {
      next: say('Type the same password twice.'),
    });
  };
  return readPassword(source, askTwice, signal);
}

/** Prompts for a secret; loads the prompts only then. */
async function ask(message: string): Promise<string> {
  const {askSecret} = await import('./prompt.ts');
  return askSecret(message);
}
