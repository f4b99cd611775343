import {Flags} from '@oclif/core';
import {AosError} from '../foundation/errors/error.ts';
import {type PasswordSource, readPassword} from '../keys/password.ts';
import type {SecretSource} from '../keys/secret-text.ts';
import {say} from '../foundation/next-step/next-step.ts';

/** How a command gets the password of a keystore; never as a value on the command line. */
export const passwordFlags = {
  'password-file': Flags.string({
    summary: 'File (mode 0600) with the password of the keystore; - is standard input.',
    helpValue: 'FILE',
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

/** A file, or `-` for standard input. */
export function secretSource(value: string): SecretSource {
  return value === '-' ? {kind: 'fd', fd: 0} : {kind: 'file', path: value};
}

/** The source that the flags name, or null. */
export function flaggedSource(flags: PasswordFlagValues): SecretSource | null {
  if (flags['password-file'] !== undefined) return secretSource(flags['password-file']);
  return flags['password-fd'] === undefined ? null : {kind: 'fd', fd: flags['password-fd']};
}

/** @throws AosError USAGE naming the flag, when there is none and there is no one to ask */
export function passwordSource(flags: PasswordFlagValues, mayAsk: boolean): PasswordSource {
  const source = flaggedSource(flags);
  if (source !== null) return source;
  if (mayAsk) return {kind: 'ask'};
  throw new AosError('USAGE', 'the password of the keystore is missing, and there is no terminal to ask at', {
    next: say('Add --password-file FILE (- is standard input) or --password-fd N.'),
  });
}

/** Password of a keystore that exists. @throws AosError KEY_PASSWORD_* | KEY_UNSAFE | INTERRUPTED */
export function knownPassword(source: PasswordSource, file: string, signal: AbortSignal): Promise<string> {
  return readPassword(source, () => ask(`Password of ${file}`), signal);
}

/** Password of a new keystore, asked for twice. @throws AosError KEY_PASSWORD_* | KEY_UNSAFE | INTERRUPTED */
export function newPassword(source: PasswordSource, signal: AbortSignal): Promise<string> {
  const askTwice = async (): Promise<string> => {
    const first = await ask('Password of the new keystore');
    if (first === '') return first;
    if ((await ask('The same once more')) === first) return first;
    throw new AosError('KEY_PASSWORD_INVALID', 'the two passwords are not the same; nothing was written');
  };
  return readPassword(source, askTwice, signal);
}

/** The prompts are loaded for a question only. */
async function ask(message: string): Promise<string> {
  const {askSecret} = await import('./prompt.ts');
  return askSecret(message);
}
