// The container of @peculiar/x509 asks for it.
import 'reflect-metadata/lite';
import {KeyObject, webcrypto} from 'node:crypto';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate for the key of one enclave, and that key. */
export type EnclaveCertificate = {der: Buffer; key: KeyObject};

/** A root with the authorities below it, as those that vouch for the enclaves of AWS Nitro. */
export type EnclaveAuthority = {
  /** PEM of the root. */
  readonly rootPem: string;
  /** DER of all authorities, the root first. */
  readonly bundle: readonly Buffer[];
  /** A certificate with a new key, valid between two times (Unix ms). */
  issue(notBefore: number, notAfter: number): Promise<EnclaveCertificate>;
};

/** What a chain is made with; what is left out is as in those of AWS. */
export type AuthorityOptions = {
  /** Unix ms. */
  at: number;
  name?: string;
  /** How many authorities may follow the one in question, from the root's first successor on. */
  pathLengths?: readonly number[];
  /** False: the authorities say that they are none. */
  areAuthorities?: boolean;
};

type KeyPair = webcrypto.CryptoKeyPair;

const KEY = {name: 'ECDSA', namedCurve: 'P-384'} as const;
const SIGNING = {name: 'ECDSA', hash: 'SHA-384'} as const;
const DAY = 86_400_000;
const YEARS = 20 * 365 * DAY;
/** Regional, zonal and instance. */
const LENGTHS: readonly number[] = [2, 1, 0];

/** Makes an authority with keys of its own: there is no enclave that it vouches for. */
export async function createEnclaveAuthority({
  at,
  name = 'aos devnet',
  pathLengths = LENGTHS,
  areAuthorities = true,
}: AuthorityOptions): Promise<EnclaveAuthority> {
  const names = [`CN=${name} root`, ...pathLengths.map((_, index) => `CN=${index + 1}.${name}`)];
  const bundle: Buffer[] = [];
  let above: {subject: string; keys: KeyPair} | null = null;
  let rootPem = '';
  for (const [index, subject] of names.entries()) {
    const keys: KeyPair = await newKeys();
    const isRoot = above === null;
    const length = isRoot ? undefined : pathLengths[index - 1];
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serial(),
      subject,
      issuer: above?.subject ?? subject,
      notBefore: new Date(at - DAY),
      notAfter: new Date(at + YEARS),
      signingAlgorithm: SIGNING,
      publicKey: keys.publicKey,
      signingKey: (above?.keys ?? keys).privateKey,
      extensions: [
        new BasicConstraintsExtension(isRoot || areAuthorities, length, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    if (isRoot) rootPem = `${certificate.toString('pem')}\n`;
    bundle.push(Buffer.from(certificate.rawData));
    above = {subject, keys};
  }
  const last = above;
  return {
    rootPem,
    bundle,
    async issue(notBefore, notAfter) {
      if (last === null) throw new Error('an authority without a root');
      const keys = await newKeys();
      const certificate = await X509CertificateGenerator.create({
        serialNumber: serial(),
        subject: `CN=enclave.${name}`,
        issuer: last.subject,
        notBefore: new Date(notBefore),
        notAfter: new Date(notAfter),
        signingAlgorithm: SIGNING,
        publicKey: keys.publicKey,
        signingKey: last.keys.privateKey,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation),
        ],
      });
      return {der: Buffer.from(certificate.rawData), key: KeyObject.from(keys.privateKey)};
    },
  };
}

function newKeys(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
}

/** 16 bytes, the first of which keeps it positive. */
function serial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  return `01${Buffer.from(bytes).toString('hex')}`;
}
