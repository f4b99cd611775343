import {AosError} from '../../foundation/errors/error.ts';
import {refusePublicSecret} from '../../protocol/known-keys/known-keys.ts';
import {MOST_KEY_TEXT, parsePrivateKey, privateKeyBytes} from '../../keys/private-key.ts';
import {readSecretText, type SecretSource} from '../../keys/secret-text.ts';
import {secretSource} from '../../cli/password-flag.ts';
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

/** @throws AosError KEY_INVALID | KEY_MISSING | KEY_UNSAFE | INTERRUPTED */
export async function importedKey(source: SecretSource | null, signal: AbortSignal): Promise<bigint> {
  if (source === null) {
    const {askSecret} = await import('../../cli/prompt.ts');
    return parsePrivateKey(await askSecret('BN254 private key'));
  }
  const text = await readSecretText(
    source,
    {most: MOST_KEY_TEXT, what: 'private key file', missing: 'KEY_MISSING'},
    signal,
  );
  if (text !== null) return parsePrivateKey(text);
  throw new AosError(
    'KEY_INVALID',
    `not a BN254 private key: it is longer than ${MOST_KEY_TEXT} bytes, or not text`,
  );
}

/**
 * Refuses a key that documents publish, or that anyone would try. A devnet makes its own keys, so none is imported for one.
 * @throws AosError KEY_PUBLIC
 */
export function refusePublicKey(key: bigint): void {
  refusePublicSecret('this BN254 key', privateKeyBytes(key), MAINNET);
}

const MAINNET = 1;
