import {errorText} from '../../../foundation/errors/error.ts';
import type {AttestationFinding} from '../report.ts';
import type {Certificate, CertificateReader} from './certificates.ts';
import type {NitroDocument} from './document.ts';

/**
 * Reads the certificates of a document, the root first and the one that signed it last.
 * @throws Error what is wrong, and with which
 */
export function readChain(document: NitroDocument, reader: CertificateReader): readonly Certificate[] {
  const {cabundle, certificate} = document;
  return [...cabundle, certificate].map((der, index) => {
    try {
      return reader.read(der);
    } catch (error) {
      const name = index === cabundle.length ? 'certificate' : `cabundle.${index}`;
      throw new Error(`${name}: ${errorText(error)}`, {cause: error});
    }
  });
}

/**
 * Whether each certificate vouches for the next, from the root to the one that signed the document (RFC 5280 section 6.1
 * without names, policies and revocation).
 * @param root SHA-256 of the configured root; null: none is configured
 */
export async function checkChain(
  chain: readonly Certificate[],
  root: string | null,
): Promise<AttestationFinding> {
  const flaw = await flawOf(chain);
  const first = chain[0]?.sha256 ?? '';
  const failed = (message: string): AttestationFinding => ({
    check: 'chain',
    verdict: 'failed',
    code: 'ATTESTATION_UNTRUSTED',
    message,
  });
  if (flaw !== null) return failed(flaw);
  if (root === null)
    return {
      check: 'chain',
      verdict: 'not_checked',
      message: `no root is configured; the chain of ${chain.length} certificates ends at the root with sha256 ${first}`,
    };
  if (first !== root)
    return failed(`it ends at another root: sha256 ${first}, and the configured one has ${root}`);
  return {
    check: 'chain',
    verdict: 'ok',
    message: `${chain.length} certificates up to the configured root, sha256 ${root}`,
  };
}

async function flawOf(chain: readonly Certificate[]): Promise<string | null> {
  const last = chain.length - 1;
  for (const [index, certificate] of chain.entries()) {
    const {subject} = certificate;
    const issuer = chain[Math.max(0, index - 1)] ?? certificate;
    if (index === last) {
      if (!certificate.signsDocuments) return `${subject} may not sign documents`;
    } else {
      if (!certificate.isAuthority) return `${subject} may not sign certificates`;
      // Authorities between it and the one that signed the document.
      if (last - index - 1 > certificate.mostBelow) return `too many certificates follow ${subject}`;
    }
    if (certificate.issuer !== issuer.subject)
      return `${subject} names another issuer than the certificate before it`;
    if (!(await certificate.isSignedBy(issuer)))
      return `${subject} is not signed by the key of ${issuer.subject}`;
  }
  return null;
}

/** Whether each certificate was valid at the time that the document says. */
export function checkDates(chain: readonly Certificate[], at: number): AttestationFinding {
  // The times of a certificate are whole seconds, both included.
  const out = chain.find(({notBefore, notAfter}) => at < notBefore || at >= notAfter + 1000);
  if (out === undefined)
    return {
      check: 'dates',
      verdict: 'ok',
      message: `each certificate is valid at ${iso(at)}, the document’s time`,
    };
  return {
    check: 'dates',
    verdict: 'failed',
    code: 'ATTESTATION_EXPIRED',
    message: `${out.subject} is valid from ${iso(out.notBefore)} to ${iso(out.notAfter)}, and the document says ${iso(at)}`,
  };
}

/** A time as people read it; of a number that is no time, the number. */
export function iso(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}
