import {randomBytes} from 'node:crypto';
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {addressOfEcdsaKey, openV3, readEcdsaText} from '../../keys/ecdsa-key.ts';
import {addressFault, isPublicSecret} from '../../protocol/known-keys/known-keys.ts';
import type {PasswordSource} from '../../keys/password.ts';
import {refuseExisting, writePrivateFile} from '../../keys/private-file.ts';
import {readSecretText, type SecretSource} from '../../keys/secret-text.ts';
import {sealV3} from '../../keys/v3-keystore.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {knownPassword, newPassword} from '../../cli/password-flag.ts';
import {KEY_CONFIG_NAME, keyConfigText, KEYSTORE_NAME, PASSWORD_NAME} from '../init/web3signer-files.ts';

/** What was written for Web3Signer; nothing in it is secret. */
export type EcdsaKeyReport = {
  /** Checksummed. */
  address: string;
  keystore: string;
  keyConfig: string;
  passwordFile: string;
  /** Where files that were replaced are kept. */
  backups: readonly string[];
};

export type EcdsaImport = {
  /** Null: ask at the terminal. */
  from: SecretSource | null;
  password: PasswordSource;
  /** Directory of the keys, absolute. */
  dir: string;
  /** The address that the key must have; null: any. */
  expected: string | null;
  force: boolean;
  /** A published key is taken. */
  devnet: boolean;
  signal: AbortSignal;
  note: (line: string) => void;
};

/** A keystore has less than a kilobyte. */
const MOST_BYTES = 64 * 1024;

/**
 * Writes the key of the operator's account as Web3Signer reads it: an encrypted V3 keystore, its key configuration and the
 * password, each of mode 0600. The key is in this process until they are written, and in no output.
 * @throws AosError KEY_INVALID | KEY_EXISTS | KEY_UNSAFE | KEY_MISSING | KEY_PUBLIC | KEY_PASSWORD_* | KEY_KEYSTORE_* |
 *   KEY_WRITE_FAILED | INTERRUPTED
 */
export async function importEcdsaKey(options: EcdsaImport): Promise<EcdsaKeyReport> {
  const {dir, force, signal} = options;
  const paths = {
    keystore: join(dir, KEYSTORE_NAME),
    keyConfig: join(dir, KEY_CONFIG_NAME),
    passwordFile: join(dir, PASSWORD_NAME),
  };
  if (!force) refuseExisting(paths.keystore);
  const held = readEcdsaText(await keyText(options));
  let key: Uint8Array | null = 'key' in held ? held.key : null;
  try {
    if (key !== null) refuseKey(key, options);
    const password =
      'keystore' in held
        ? await knownPassword(options.password, 'the keystore', signal)
        : await newPassword(options.password, signal);
    if (/[\r\n]/.test(password))
      throw new AosError(
        'KEY_PASSWORD_INVALID',
        'the password has several lines, and Web3Signer reads the first one only',
        {next: say('Give a password of one line.')},
      );
    if ('keystore' in held) {
      key = await openV3(held.keystore, password);
      refuseKey(key, options);
    }
    if (key === null) throw new AosError('BUG', 'there is no key to write');
    const address = addressOfEcdsaKey(key);
    options.note('encrypting the key, which takes some seconds');
    const text = await sealV3(key, address, password, randomBytes);
    return {address, ...paths, backups: writeFiles({paths, address, password, keystore: text, force})};
  } finally {
    key?.fill(0);
  }
}

async function keyText({from, signal}: EcdsaImport): Promise<string> {
  if (from === null) {
    const {askSecret} = await import('../../cli/prompt.ts');
    return askSecret('Private key of the operator’s account (0x and 64 hex digits)');
  }
  try {
    const secret = {most: MOST_BYTES, what: 'key file', missing: 'KEY_MISSING'} as const;
    const text = await readSecretText(from, secret, signal);
    if (text !== null) return text;
  } catch (error) {
    if (!isAosError(error, 'KEY_MISSING')) throw error;
    throw new AosError('KEY_MISSING', error.message, {
      cause: error,
      next: say('Check the path of --from; without it the key is asked for at the terminal.'),
    });
  }
  throw new AosError(
    'KEY_INVALID',
    `not the key of an Ethereum account: it is longer than ${MOST_BYTES} bytes, or not text of UTF-8`,
    {
      next: say('Give 0x and 64 hex digits, or a V3 keystore.'),
    },
  );
}

/** @throws AosError KEY_INVALID (the key of another account) | KEY_PUBLIC */
function refuseKey(key: Uint8Array, {expected, devnet}: EcdsaImport): void {
  const address = addressOfEcdsaKey(key);
  if (expected !== null && !sameAddress(expected, address))
    throw new AosError('KEY_INVALID', `this is the key of ${address}, not of ${expected}`, {
      next: say('Give the key of that account, or correct --address.'),
    });
  if (!devnet && (addressFault(address) === 'public' || isPublicSecret(key)))
    throw new AosError(
      'KEY_PUBLIC',
      `the private key of ${address} is published: whatever it owns is taken at once`,
      {
        next: run(
          'keys ecdsa import',
          ['--devnet'],
          'Make a new key in a wallet and give that; for a devnet alone, take this one with',
        ),
      },
    );
}

/** Writes all of them, or nothing new. @returns backups */
function writeFiles({
  paths,
  address,
  password,
  keystore,
  force,
}: {
  paths: Pick<EcdsaKeyReport, 'keystore' | 'keyConfig' | 'passwordFile'>;
  address: string;
  password: string;
  keystore: string;
  force: boolean;
}): string[] {
  const made: string[] = [];
  const backups: string[] = [];
  const put = (path: string, text: string): void => {
    if (holds(path, text)) return;
    const backup = writePrivateFile(path, text, {force});
    if (backup === null) made.push(path);
    else backups.push(backup);
  };
  try {
    put(paths.keyConfig, keyConfigText({address, passwordFile: PASSWORD_NAME}));
    put(paths.passwordFile, password);
    put(paths.keystore, keystore);
    return backups;
  } catch (error) {
    for (const path of made) rmSync(path, {force: true});
    throw error;
  }
}

/** Whether a file has this very text, but for a line end: `aos init --with-web3signer` made it, or an editor. */
function holds(path: string, text: string): boolean {
  try {
    return existsSync(path) && readFileSync(path, 'utf8').replace(/\r?\n$/, '') === text.replace(/\n$/, '');
  } catch {
    return false; // writing says what is in the way
  }
}

/** The report for people, one fact a line. */
export function renderEcdsaReport({
  address,
  keystore,
  keyConfig,
  passwordFile,
  backups,
}: EcdsaKeyReport): string {
  const rows: [string, string][] = [
    ['address', address],
    ['keystore', `${safeText(keystore)} (encrypted)`],
    ['key config', safeText(keyConfig)],
    ['password', safeText(passwordFile)],
    ...backups.map((path): [string, string] => ['old file', safeText(path)]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)} ${value}`).join('\n');
}
