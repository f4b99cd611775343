import {relative, sep} from 'node:path';
import {shellWord} from '../../foundation/text/shell-word.ts';
import {typedPath} from '../../foundation/system/typed-path.ts';
import {startCommand} from '../init/web3signer-command.ts';
import {PASSWORD_NAME, passwordStep} from '../init/web3signer-files.ts';
import type {MigrationReport} from './migrate-report.ts';

/** Docker and Kubernetes put secrets there: it is a path of the container already. */
const CONTAINER_SECRETS = '/run/secrets/';

/** The password file as the key configuration names it, and where it comes from. */
type PasswordPlace = {
  /** Relative to the key configuration, so that it is right in a container too, or below /run/secrets. */
  named: string;
  /** A file that has to be copied there; null: it is there, or has to be written. */
  copyFrom: string | null;
  /** True: nothing has to be done. */
  isThere: boolean;
};

/**
 * Decides how Web3Signer finds the password. A path of this machine means nothing in a container, which sees the
 * directory of the keys alone.
 * @param file absolute; null: the password came from a prompt
 */
export function passwordPlace(file: string | null, keysDir: string): PasswordPlace {
  if (file === null) return {named: PASSWORD_NAME, copyFrom: null, isThere: false};
  if (file.startsWith(CONTAINER_SECRETS)) return {named: file, copyFrom: null, isThere: true};
  const inside = relative(keysDir, file);
  if (inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`))
    return {named: inside, copyFrom: null, isThere: true};
  return {named: PASSWORD_NAME, copyFrom: file, isThere: false};
}

/** The commands after a migration. */
export function nextOf(made: {
  cwd: string;
  /** The configuration as the user named it. */
  named: string;
  keysDir: string;
  full: string;
  kept: string;
  /** Null: no keystore was made. */
  password: PasswordPlace | null;
  /** Where the signer will be reached, as in the new file. */
  signerUrl: string;
  /** Chain that it signs transactions for; null: not known. */
  chainId: string | null;
}): MigrationReport['next'] {
  const [file, kept] = [shellWord(typedPath(made.full, made)), shellWord(typedPath(made.kept, made))];
  return [
    ...(made.password === null ? [] : signerSteps(made.password, typedPath(made.keysDir, made), made)),
    {what: 'check', command: `aos config validate -c ${file} && aos signer check -c ${file}`},
    {what: 'the way back', command: `mv ${kept} ${file}`},
    {what: 'once all is well, since it holds the keys', command: `shred -u ${kept}`},
  ];
}

function signerSteps(
  {isThere, copyFrom}: PasswordPlace,
  keysDir: string,
  {signerUrl, chainId}: {signerUrl: string; chainId: string | null},
): MigrationReport['next'] {
  const target = `${keysDir}/${PASSWORD_NAME}`;
  const put =
    copyFrom === null ? passwordStep(target) : `install -m 600 ${shellWord(copyFrom)} ${shellWord(target)}`;
  return [
    ...(isThere
      ? []
      : [{what: 'put the password where Web3Signer reads it, in a container too', command: put}]),
    {
      what: 'start the signer',
      command: startCommand({signerUrl, keysDir, chainId}),
    },
  ];
}
