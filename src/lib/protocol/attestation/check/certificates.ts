// The container of @peculiar/x509 asks for it.
import 'reflect-metadata/lite';
import {createHash, createPublicKey, type KeyObject} from 'node:crypto';
import {BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, X509Certificate} from '@peculiar/x509';
import {errorText} from '../../../foundation/errors/error.ts';
import type {CertificateFacts} from '../report.ts';

/** What is needed of a certificate of a Nitro chain. */
export type Certificate = CertificateFacts & {
  issuer: string;
  /** It may sign certificates. */
  isAuthority: boolean;
  /** How many authorities may follow; Infinity: any number. */
  mostBelow: number;
  /** It may sign documents. */
  signsDocuments: boolean;
  /** P-384. */
  publicKey: KeyObject;
  /** Whether its signature is one of this certificate's key. */
  isSignedBy(authority: Certificate): Promise<boolean>;
};

/** Of @peculiar/x509 the most that one document has, several times over: chains of an enclave change once in three hours. */
const MOST_KEPT = 64;
const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';

/** Reads certificates from their DER, and remembers the last ones with what was found out about them. */
export type CertificateReader = {
  /** @throws Error what is wrong with it */
  read(der: Uint8Array): Certificate;
};

export function createCertificateReader(): CertificateReader {
  const known = new Map<string, Certificate>();
  return {
    read(der) {
      const sha256 = createHash('sha256').update(der).digest('hex');
      const before = known.get(sha256);
      if (before !== undefined) return before;
      const certificate = readCertificate(der, sha256);
      const [oldest] = known.keys();
      if (known.size >= MOST_KEPT && oldest !== undefined) known.delete(oldest);
      known.set(sha256, certificate);
      return certificate;
    },
  };
}

function readCertificate(der: Uint8Array, sha256: string): Certificate {
  let parsed;
  try {
    parsed = new X509Certificate(Uint8Array.from(der));
  } catch (error) {
    throw new Error(`it cannot be read (${errorText(error)})`);
  }
  // Its types are those of a browser, which this project does not have.
  const algorithm: unknown = parsed.signatureAlgorithm;
  if (memberOf(algorithm, 'name') !== 'ECDSA' || memberOf(memberOf(algorithm, 'hash'), 'name') !== 'SHA-384')
    throw new Error('it is not signed by ECDSA with SHA-384');
  const {publicKey, extensions} = parsed;
  const key = keyOf(publicKey.rawData);
  const odd = extensions.find(
    ({type, critical}) => critical && type !== BASIC_CONSTRAINTS && type !== KEY_USAGE,
  );
  if (odd !== undefined) throw new Error(`it needs an extension that aos does not know (${odd.type})`);
  const basic = parsed.getExtension(BasicConstraintsExtension);
  const usages = parsed.getExtension(KeyUsagesExtension)?.usages ?? 0;
  const isAuthority = basic?.ca === true;
  const verified = new Map<string, Promise<boolean>>();
  return {
    sha256,
    subject: parsed.subject,
    issuer: parsed.issuer,
    notBefore: parsed.notBefore.getTime(),
    notAfter: parsed.notAfter.getTime(),
    isAuthority: isAuthority && (usages & KeyUsageFlags.keyCertSign) !== 0,
    mostBelow: basic?.pathLength ?? Infinity,
    signsDocuments: !isAuthority && (usages & KeyUsageFlags.digitalSignature) !== 0,
    publicKey: key,
    isSignedBy(authority) {
      const before = verified.get(authority.sha256);
      if (before !== undefined) return before;
      const above = Uint8Array.from(authority.publicKey.export({format: 'der', type: 'spki'}));
      const found = parsed.verify({publicKey: above, signatureOnly: true}).catch(() => false); // no signature of this form
      // One authority signs a certificate; another is tried only by who changes the bundle.
      verified.clear();
      verified.set(authority.sha256, found);
      return found;
    },
  };
}

/** @param der SubjectPublicKeyInfo */
function keyOf(der: ArrayBuffer): KeyObject {
  const key = openKey(der);
  if (key?.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'secp384r1')
    throw new Error('its key is no point of P-384');
  return key;
}

function openKey(der: ArrayBuffer): KeyObject | null {
  try {
    return createPublicKey({key: Buffer.from(der), format: 'der', type: 'spki'});
  } catch {
    return null; // no key at all
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
