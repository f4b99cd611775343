import {X509Certificate} from 'node:crypto';
import {closeSync, constants, fstatSync, openSync, readFileSync} from 'node:fs';
import {AosError, errorText} from '../foundation/errors/error.ts';
import {say, type NextStep} from '../foundation/next-step/next-step.ts';
import {notAFile, openFailure} from '../foundation/system/unfit-file.ts';
import {safeText} from '../foundation/text/safe-text.ts';

/** The certificate that attestations of tee workers are judged by. */
export type TeeRoot = {
  der: Uint8Array;
  /** Of the DER, lower-case hex. */
  sha256: string;
  subject: string;
  /** Unix ms. */
  notBefore: number;
  notAfter: number;
  /** It is the one that AWS publishes for its enclaves. */
  isOfAws: boolean;
};

/** AWS Nitro Enclaves Root-G1, as its documentation prints it (“Verifying the root of trust”). */
export const AWS_NITRO_ROOT = '641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b';
const MOST_BYTES = 64 * 1024;

/**
 * Reads a root certificate, PEM or DER.
 * @param path absolute
 * @param name of what names the file, such as `workers.tee.root`
 * @throws AosError TEE_ROOT_INVALID
 */
export function readTeeRoot(path: string, name: string): TeeRoot {
  const bytes = readBytes(path, name);
  const pems = bytes.toString('latin1').match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0;
  if (pems > 1)
    throw invalid(
      path,
      name,
      `has ${pems} certificates, and the root is one`,
      say('Leave the root alone in it: the one that signed itself.'),
    );
  let certificate;
  try {
    certificate = new X509Certificate(bytes);
  } catch (error) {
    throw invalid(path, name, `holds no certificate (${errorText(error)})`);
  }
  const {raw, subject, validFrom, validTo} = certificate;
  if (!certificate.ca || !certificate.verify(certificate.publicKey))
    throw invalid(
      path,
      name,
      `is no root: ${safeText(subject.replaceAll('\n', ', '), 200)} did not sign itself as an authority`,
      say('Name the certificate at the top of the chain.'),
    );
  const sha256 = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return {
    der: new Uint8Array(raw),
    sha256,
    subject: subject.replaceAll('\n', ', '),
    notBefore: Date.parse(validFrom),
    notAfter: Date.parse(validTo),
    isOfAws: sha256 === AWS_NITRO_ROOT,
  };
}

function readBytes(path: string, name: string): Buffer {
  let file;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const {why, next} = openFailure(path, error);
    throw invalid(path, name, why, next);
  }
  try {
    const stat = fstatSync(file);
    const unfit = notAFile(path, stat);
    if (unfit !== null) throw invalid(path, name, unfit.why, unfit.next);
    if (stat.size > MOST_BYTES)
      throw invalid(path, name, `has ${stat.size} bytes of at most ${MOST_BYTES}, so it is no certificate`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function invalid(path: string, name: string, why: string, next: NextStep | null = null): AosError {
  return new AosError(
    'TEE_ROOT_INVALID',
    `${name} (${safeText(path, 500)}) ${why}`,
    next === null ? {} : {next},
  );
}
