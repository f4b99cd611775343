import {X509Certificate} from 'node:crypto';
import {closeSync} from 'node:fs';
import {AosError} from '../../../foundation/errors/error.ts';
import {say} from '../../../foundation/next-step/next-step.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {openForReading, readAll, readPrivateFile} from '../../../keys/private-file.ts';

const MOST_KEY = 8 * 1024;
const MOST_CA = 256 * 1024;

/**
 * Reads the key that an engine wants as bearer token (RFC 6750). It is read for each request, so that a new key counts
 * without a restart.
 * @throws AosError ENGINE_FILE_INVALID | KEY_UNSAFE (others may read it) | KEY_KEYSTORE_INVALID (too long)
 */
export function readApiKey(path: string): string {
  const bytes = readPrivateFile(path, MOST_KEY, 'API key of the engine', 'ENGINE_FILE_INVALID');
  const key = Buffer.from(bytes).toString('utf8').trim();
  if (/^[\u0021-\u007e]+$/.test(key)) return key;
  const what = key === '' ? 'is empty' : 'holds more than one word of plain characters';
  throw new AosError('ENGINE_FILE_INVALID', `the API key of the engine ${safeText(path)} ${what}`, {
    next: say('Write the key alone, on one line, into the file of workers.opml.api_key_file.'),
  });
}

/**
 * Reads the certificate of the authority of an https engine, PEM.
 * @throws AosError ENGINE_FILE_INVALID
 */
export function readCa(path: string): string {
  const what = 'CA certificate of the engine';
  const file = openForReading(path, what, 'ENGINE_FILE_INVALID');
  try {
    const bytes = readAll(file, MOST_CA);
    const text = bytes === null ? '' : Buffer.from(bytes).toString('utf8');
    new X509Certificate(text);
    return text;
  } catch (cause) {
    throw new AosError('ENGINE_FILE_INVALID', `the ${what} ${safeText(path)} is no PEM certificate`, {
      cause,
      next: say('Name a file that begins with -----BEGIN CERTIFICATE----- in workers.opml.ca.'),
    });
  } finally {
    closeSync(file);
  }
}
