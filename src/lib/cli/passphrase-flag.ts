import {Flags} from '@oclif/core';
import {pathFlag} from './flags.ts';
import {flaggedSource, type PasswordFlagValues} from './password-flag.ts';
import {AosError} from '../foundation/errors/error.ts';
import {say} from '../foundation/next-step/next-step.ts';
import {readPassword} from '../keys/password.ts';

/** Flags for the passphrase of a backup, which is never a value on the command line. */
export const passphraseFlags = {
  'password-file': pathFlag({
    summary: 'File (mode 0600) with the passphrase of the backup; - is standard input.',
    helpGroup: 'PASSPHRASE',
    exclusive: ['password-fd'],
  }),
  'password-fd': Flags.integer({
    summary: 'Open file descriptor to read the passphrase from.',
    min: 0,
    helpValue: 'N',
    helpGroup: 'PASSPHRASE',
  }),
};

const LEAST_LENGTH = 10;

/**
 * Reads the passphrase of a backup from where the flags say, else by a prompt.
 * @param wanted `new`: it is asked for twice, and a short one is refused: the file holds every key of the node
 * @throws AosError USAGE without a flag and a terminal | KEY_PASSWORD_* | KEY_UNSAFE | INTERRUPTED
 */
export async function backupPassphrase(
  flags: PasswordFlagValues,
  wanted: 'new' | 'known',
  mayAsk: boolean,
): Promise<string> {
  const source = flaggedSource(flags);
  if (source === null && !mayAsk)
    throw new AosError(
      'USAGE',
      'the passphrase of the backup is missing, and there is no terminal to ask at',
      {
        next: say('Add --password-file FILE (- is standard input) or --password-fd N.'),
      },
    );
  const asks = wanted === 'new' ? askTwice : () => ask('Passphrase of the backup');
  const passphrase = await readPassword(source ?? {kind: 'ask'}, asks, new AbortController().signal);
  if (wanted === 'new' && passphrase.length < LEAST_LENGTH)
    throw new AosError(
      'KEY_PASSWORD_INVALID',
      `the passphrase has fewer than ${LEAST_LENGTH} characters, and it protects every key of the node`,
      {next: say('Give a longer one: several words on one line.')},
    );
  return passphrase;
}

async function askTwice(): Promise<string> {
  const first = await ask('Passphrase of the new backup');
  if (first === '') return first;
  if ((await ask('The same once more')) === first) return first;
  throw new AosError('KEY_PASSWORD_INVALID', 'the two passphrases are not the same; nothing was written', {
    next: say('Type the same passphrase twice.'),
  });
}

/** Prompts for a secret; loads the prompts only then. */
async function ask(message: string): Promise<string> {
  const {askSecret} = await import('./prompt.ts');
  return askSecret(message);
}
