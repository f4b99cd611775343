import type {ErrorCode} from '../../foundation/errors/table.ts';

/** What is looked at in an attestation document, in this order. */
export const ATTESTATION_CHECKS = [
  'form',
  'chain',
  'dates',
  'signature',
  'registers',
  'answer',
  'time',
  'revocation',
] as const;
export type AttestationCheckName = (typeof ATTESTATION_CHECKS)[number];

/** `not_checked`: nothing was found out, which is neither ok nor failed. */
export const ATTESTATION_VERDICTS = ['ok', 'failed', 'not_checked'] as const;

export type AttestationFinding = {
  check: AttestationCheckName;
  /** What was found, one line; words of the document in it are as they came. */
  message: string;
} & ({verdict: 'ok' | 'not_checked'} | {verdict: 'failed'; code: ErrorCode});

/** Registers of an enclave by number, and the values that each may have: 96 lower-case hex digits. */
export type AllowedRegisters = Readonly<Record<string, readonly string[]>>;

/** Whom documents are believed from. */
export type AttestationPolicy = {
  /** DER of the root certificate; null: none is known, and the chain is not checked to its end. */
  root: Uint8Array | null;
  /** No register: which program runs is not checked. */
  registers: AllowedRegisters;
};

/** What a document has to say of one answer. */
export type AttestedAnswer = {
  /** SHA-256 of the answer, lower-case hex; null: not compared. */
  sha256: string | null;
  /** The document's time has to lie between these, Unix ms, both included; null: not compared. */
  between: {from: number; to: number} | null;
};

export type CertificateFacts = {
  subject: string;
  /** Unix ms. */
  notBefore: number;
  notAfter: number;
  /** Of its DER, lower-case hex. */
  sha256: string;
};

/** What a document says; nothing of it is proven unless the verdict is `valid`. */
export type DocumentFacts = {
  /**
   * SHA-256 of the bytes that the signature covers, lower-case hex: the document's identity. The signature itself is not
   * part of it, because each has a second form that is as good.
   */
  sha256: string;
  moduleId: string;
  /** Unix ms. */
  timestamp: number;
  /** Registers by number, lower-case hex. */
  registers: Readonly<Record<string, string>>;
  /** Lower-case hex; null: there is none. */
  userData: string | null;
  nonce: string | null;
  publicKey: string | null;
  /** The root first, the enclave's own last. */
  certificates: readonly CertificateFacts[];
};

export type AttestationReport = {
  /** `valid`: each check but that of revocation is ok. `not_checked`: none failed, and one could not be made. */
  verdict: 'valid' | 'invalid' | 'not_checked';
  checks: readonly AttestationFinding[];
  /** Null: it could not be read. */
  document: DocumentFacts | null;
};

/** The verdict of what was found; no tool asks for revocation, so that it does not count. */
export function verdictOf(checks: readonly AttestationFinding[]): AttestationReport['verdict'] {
  if (checks.some(({verdict}) => verdict === 'failed')) return 'invalid';
  const isWhole = checks.every(({check, verdict}) => verdict === 'ok' || check === 'revocation');
  return isWhole ? 'valid' : 'not_checked';
}
