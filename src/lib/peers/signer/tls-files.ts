import {createPrivateKey, X509Certificate, type KeyObject} from 'node:crypto';
import {closeSync, fstatSync} from 'node:fs';
import type {SignerTls} from '../../config/config.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {openForReading, readAll, readPrivateFile} from '../../keys/private-file.ts';
import type {TlsOptions} from '../http/connection-pool.ts';

const MOST_BYTES = 256 * 1024;

/**
 * Reads the files of `node.signer_tls` and checks that they fit: the certificate is in force and belongs to the key. They
 * are read at each new connection, so that renewed files count without a restart.
 * @param now wall clock, ms
 * @throws AosError SIGNER_TLS_INVALID | KEY_UNSAFE (others may read key or passphrase)
 */
export function readSignerTls(files: SignerTls, now: number): TlsOptions {
  const {ca, cert, key, passphraseFile, serverName} = files;
  const passphrase = passphraseFile === null ? null : passphraseIn(passphraseFile);
  const authority = ca === null ? null : certificateText(ca, 'CA certificate', 'ca');
  const own = cert === null ? null : certificateText(cert, 'client certificate', 'cert');
  const secret =
    key === null ? null : textOf(readPrivateFile(key, MOST_BYTES, 'client key', 'SIGNER_TLS_INVALID'));
  if (own !== null && cert !== null && secret !== null && key !== null) {
    const opened = openKey(secret, passphrase, {key, passphraseFile});
    const leaf = certificateOf(own, cert, 'cert');
    refuseDates(leaf, cert, now);
    if (!leaf.checkPrivateKey(opened))
      throw invalid(
        `the client certificate ${safeText(cert)} belongs to another key than ${safeText(key)}`,
        say(
          'Name the key that the certificate was made for in node.signer_tls.key, or have a certificate made for this key.',
        ),
      );
  }
  return {
    ...(authority === null ? {} : {ca: authority}),
    ...(own === null ? {} : {cert: own}),
    ...(secret === null ? {} : {key: secret}),
    ...(passphrase === null ? {} : {passphrase}),
    ...(serverName === null ? {} : {servername: serverName}),
  };
}

/**
 * The line that Web3Signer wants in `--tls-known-clients-file` for a client certificate: its common name and SHA-256.
 * @returns null where the text holds no certificate
 */
export function knownClientLine(pem: string): string | null {
  try {
    const {subject, fingerprint256} = new X509Certificate(pem);
    const name = /(?:^|\n)CN=(?<cn>[^\n]+)/.exec(subject)?.groups?.['cn'];
    return name === undefined ? null : `${safeText(name, 100)} ${fingerprint256}`;
  } catch {
    return null; // reading the files says why
  }
}

function invalid(message: string, next?: NextStep): AosError {
  return new AosError('SIGNER_TLS_INVALID', message, next === undefined ? {} : {next});
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

function passphraseIn(path: string): string {
  return textOf(readPrivateFile(path, 4096, 'passphrase file', 'SIGNER_TLS_INVALID')).replace(/\r?\n$/, '');
}

/** Reads a file that others may read too, and that holds a certificate. */
function certificateText(path: string, what: string, key: string): string {
  const name = safeText(path);
  const file = openForReading(path, what, 'SIGNER_TLS_INVALID');
  try {
    if (!fstatSync(file).isFile())
      throw invalid(`the ${what} ${name} is not a file`, say(`Name a PEM file in node.signer_tls.${key}.`));
    const bytes = readAll(file, MOST_BYTES);
    if (bytes === null) throw invalid(`the ${what} ${name} is longer than ${MOST_BYTES} bytes`);
    const text = textOf(bytes);
    certificateOf(text, path, key);
    return text;
  } finally {
    closeSync(file);
  }
}

function certificateOf(text: string, path: string, key: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    const what = text.includes('PRIVATE KEY')
      ? 'holds a private key and no certificate'
      : 'holds no PEM certificate';
    throw invalid(
      `${safeText(path)} ${what}`,
      say(`Name a file that begins with -----BEGIN CERTIFICATE----- in node.signer_tls.${key}.`),
    );
  }
}

function refuseDates({validFrom, validTo}: X509Certificate, path: string, now: number): void {
  const name = safeText(path);
  const renew = say(
    `Have it renewed, write it to ${name}, and add its fingerprint to Web3Signer’s --tls-known-clients-file.`,
  );
  if (Date.parse(validTo) < now)
    throw invalid(`the client certificate ${name} expired on ${isoTime(Date.parse(validTo))}`, renew);
  if (Date.parse(validFrom) > now)
    throw invalid(
      `the client certificate ${name} is not valid before ${isoTime(Date.parse(validFrom))}`,
      say('Check the clock of this machine.'),
    );
}

function openKey(
  text: string,
  passphrase: string | null,
  {key, passphraseFile}: {key: string; passphraseFile: string | null},
): KeyObject {
  try {
    return createPrivateKey({key: text, ...(passphrase === null ? {} : {passphrase})});
  } catch (error) {
    const name = safeText(key);
    if (!text.includes('PRIVATE KEY'))
      throw invalid(
        `${name} holds no PEM private key`,
        say('Name the file of the client key in node.signer_tls.key.'),
      );
    if (passphraseFile !== null)
      throw invalid(
        `the client key ${name} does not open with the passphrase in ${safeText(passphraseFile)}`,
        say('Write the passphrase of the key into that file, on one line.'),
      );
    if (/ENCRYPTED/.test(text))
      throw invalid(
        `the client key ${name} is encrypted, and there is no passphrase`,
        say('Name a file (mode 0600) with its passphrase in node.signer_tls.passphrase_file.'),
      );
    throw invalid(`the client key ${name} cannot be read: ${errorText(error)}`);
  }
}
