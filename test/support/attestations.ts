import {createHash} from 'node:crypto';
import {documentOf, type DocumentParts} from '../../src/devnet/tee/attestation.ts';
import {
  createEnclaveAuthority,
  type AuthorityOptions,
  type EnclaveAuthority,
  type EnclaveCertificate,
} from '../../src/devnet/tee/authority.ts';
import type {AllowedRegisters, AttestationPolicy} from '../../src/lib/protocol/attestation/report.ts';

/** When the documents of tests are made. */
export const MADE_AT = Date.parse('2026-06-01T12:00:00Z');
export const ANSWER = 'The whale is a mammal.';
const HOUR = 3_600_000;

export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

/** An authority with one enclave, and documents of it. */
export type Enclave = {
  authority: EnclaveAuthority;
  certificate: EnclaveCertificate;
  policy: AttestationPolicy;
  /** A document that is valid but for the parts given. */
  document(parts?: Partial<DocumentParts>): Buffer;
};

export async function enclave(options: Partial<AuthorityOptions> = {}): Promise<Enclave> {
  const authority = await createEnclaveAuthority({at: MADE_AT, ...options});
  const certificate = await authority.issue(MADE_AT - HOUR, MADE_AT + HOUR);
  const registers = new Map([0, 1, 2].map((index) => [index, measure(index)]));
  const allowed: AllowedRegisters = {0: [measure(0).toString('hex')], 2: [measure(2).toString('hex')]};
  return {
    authority,
    certificate,
    policy: {root: authority.bundle[0] ?? null, registers: allowed},
    document: (parts = {}) =>
      documentOf({
        at: MADE_AT,
        registers,
        certificate: certificate.der,
        cabundle: authority.bundle,
        userData: createHash('sha256').update(ANSWER).digest(),
        key: certificate.key,
        ...parts,
      }),
  };
}

/** The content of a register of the enclave. */
export const measure = (index: number): Buffer => createHash('sha384').update(`register ${index}`).digest();
