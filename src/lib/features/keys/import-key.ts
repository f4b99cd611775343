import {AosError} from '../../foundation/errors/error.ts';
import {refusePublicSecret} from '../../protocol/known-keys/known-keys.ts';
import {MOST_KEY_TEXT, parsePrivateKey, privateKeyBytes} from '../../keys/private-key.ts';
import {readSecretText, type SecretSource} from '../../keys/secret-text.ts';
import {kindOfKeyText} from '../../keys/key-text.ts';
import {openEip2335, readEip2335} from '../../keys/eip2335-keystore.ts';
import type {PasswordSource} from '../../keys/password.ts';
import {knownPassword, newPassword, secretSource} from '../../cli/password-flag.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/**
 * Where the private key comes from; null asks at the terminal.
 * @param password source that the password flags name
 * @throws AosError USAGE when there is none, or when key and password would come from the same stream
 */
export function importSource(
  from: string | undefined,
  password: SecretSource | null,
  mayAsk: boolean,
): SecretSource | null {
  if (from === undefined) {
    if (mayAsk) return null;
    throw new AosError('USAGE', 'the private key is missing, and there is no terminal to ask at', {
      next: say('Add --from FILE (- is standard input).'),
    });
  }
  const source = secretSource(from);
  if (source.kind === 'fd' && password?.kind === 'fd' && password.fd === source.fd) {
    throw new AosError('USAGE', 'the private key and the password cannot both come from standard input', {
      next: say('Give one of them by file: --from FILE or --password-file FILE.'),
    });
  }
  return source;
}

/**
 * Reads a BN254 private key, bare or in a keystore of EIP-2335, and the password of the keystore to make: one for both where the
 * key comes from a keystore.
 * @param from null: ask at the terminal
 * @throws AosError KEY_INVALID | KEY_MISSING | KEY_UNSAFE | KEY_PUBLIC | KEY_PASSWORD_* | KEY_KEYSTORE_* | INTERRUPTED
 */
export async function importedKey(
  from: SecretSource | null,
  source: PasswordSource,
  signal: AbortSignal,
): Promise<{key: bigint; password: string}> {
  const text = await keyText(from, signal);
  if (kindOfKeyText(text) !== 'eip2335') {
    const key = parsePrivateKey(text);
    refusePublicKey(key);
    return {key, password: await newPassword(source, signal)};
  }
  const keystore = readEip2335(text);
  const password = await knownPassword(source, 'the keystore', signal);
  const key = await openEip2335(keystore, password);
  refusePublicKey(key);
  return {key, password};
}

async function keyText(from: SecretSource | null, signal: AbortSignal): Promise<string> {
  if (from === null) {
    const {askSecret} = await import('../../cli/prompt.ts');
    return askSecret('BN254 private key');
  }
  const secret = {most: MOST_BYTES, what: 'private key file', missing: 'KEY_MISSING'} as const;
  const text = await readSecretText(from, secret, signal);
  if (text !== null && (text.length <= MOST_KEY_TEXT || kindOfKeyText(text) === 'eip2335')) return text;
  throw new AosError(
    'KEY_INVALID',
    `not a BN254 private key: it is longer than ${MOST_KEY_TEXT} bytes, or not text`,
  );
}

/**
 * Refuses a key that documents publish, or that anyone would try. A devnet makes its own keys, so none is imported for one.
 * @throws AosError KEY_PUBLIC
 */
function refusePublicKey(key: bigint): void {
  refusePublicSecret('this BN254 key', privateKeyBytes(key), MAINNET);
}

const MAINNET = 1;
/** A keystore has about a kilobyte. */
const MOST_BYTES = 64 * 1024;
