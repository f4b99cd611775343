import {verify} from 'node:crypto';
import {errorText} from '../../../foundation/errors/error.ts';
import {
  ATTESTATION_CHECKS,
  verdictOf,
  type AllowedRegisters,
  type AttestationCheckName,
  type AttestationFinding,
  type AttestationPolicy,
  type AttestationReport,
  type AttestedAnswer,
  type DocumentFacts,
} from '../report.ts';
import {createCertificateReader, type Certificate, type CertificateReader} from './certificates.ts';
import {checkChain, checkDates, iso, readChain} from './chain.ts';
import {readCoseSign1, type CoseSign1} from './cose.ts';
import {readDocument, type NitroDocument} from './document.ts';

/** Longest document that is read, bytes. Those of AWS have about 5 KiB. */
export const MOST_DOCUMENT_BYTES = 64 * 1024;

/** Checks one document; never throws, whatever the bytes are. */
export type CheckAttestation = (
  document: Uint8Array,
  policy: AttestationPolicy,
  answer: AttestedAnswer,
) => Promise<AttestationReport>;

type Read = {cose: CoseSign1; document: NitroDocument; chain: readonly Certificate[]};

/**
 * A checker of attestation documents of AWS Nitro enclaves (docs/verification.md#tee-attestations). It remembers the
 * certificates that it saw last. It takes milliseconds of the processor: only a thread of its own, or a command that does
 * nothing else, calls it.
 */
export function createAttestationChecker(): CheckAttestation {
  const reader = createCertificateReader();
  return async (bytes, policy, answer) => {
    let read;
    try {
      read = readAll(bytes, reader);
    } catch (error) {
      return unreadable(errorText(error));
    }
    const {cose, document, chain} = read;
    const {root} = policy;
    const checks: AttestationFinding[] = [
      {check: 'form', verdict: 'ok', message: `a document of ${document.moduleId}, ${bytes.length} bytes`},
      await checkChain(chain, root === null ? null : rootOf(root, reader)),
      checkDates(chain, document.timestamp),
      checkSignature(cose, chain),
      checkRegisters(document.registers, policy.registers),
      checkAnswer(document.userData, answer.sha256),
      checkTime(document.timestamp, answer.between),
      {
        check: 'revocation',
        verdict: 'not_checked',
        message: 'aos asks no list of revoked certificates; those of an enclave live three hours',
      },
    ];
    return {verdict: verdictOf(checks), checks, document: factsOf(read)};
  };
}

function readAll(bytes: Uint8Array, reader: CertificateReader): Read {
  if (bytes.length === 0) throw new Error('it is empty');
  if (bytes.length > MOST_DOCUMENT_BYTES)
    throw new Error(`it has ${bytes.length} bytes of at most ${MOST_DOCUMENT_BYTES}`);
  const cose = readCoseSign1(bytes);
  const document = readDocument(cose.payload);
  return {cose, document, chain: readChain(document, reader)};
}

function rootOf(der: Uint8Array, reader: CertificateReader): string {
  return reader.read(der).sha256;
}

function unreadable(why: string): AttestationReport {
  const checks = ATTESTATION_CHECKS.map((check): AttestationFinding =>
    check === 'form'
      ? {
          check,
          verdict: 'failed',
          code: 'ATTESTATION_MALFORMED',
          message: `no attestation document of an AWS Nitro enclave: ${why}`,
        }
      : {check, verdict: 'not_checked', message: 'the document cannot be read'},
  );
  return {verdict: 'invalid', checks, document: null};
}

function checkSignature({signed, signature}: CoseSign1, chain: readonly Certificate[]): AttestationFinding {
  const key = chain.at(-1)?.publicKey;
  const isGood = key !== undefined && verify('sha384', signed, {key, dsaEncoding: 'ieee-p1363'}, signature);
  return isGood
    ? {check: 'signature', verdict: 'ok', message: 'signed (ES384) by the key of its certificate'}
    : {
        check: 'signature',
        verdict: 'failed',
        code: 'ATTESTATION_BAD_SIGNATURE',
        message: 'not signed by the key of its certificate',
      };
}

/** The registers that say which program runs; a debug enclave has zeros there. */
const PROGRAM_REGISTERS = [0, 1, 2];

function checkRegisters(
  registers: NitroDocument['registers'],
  allowed: AllowedRegisters,
): AttestationFinding {
  const check: AttestationCheckName = 'registers';
  const missing = PROGRAM_REGISTERS.find((index) => !registers.has(index));
  const failed = (
    code: 'ATTESTATION_DEBUG' | 'ATTESTATION_WRONG_IMAGE',
    message: string,
  ): AttestationFinding => ({
    check,
    verdict: 'failed',
    code,
    message,
  });
  if (missing !== undefined) return failed('ATTESTATION_WRONG_IMAGE', `it says nothing of PCR${missing}`);
  const zero = PROGRAM_REGISTERS.find((index) => registers.get(index)?.every((byte) => byte === 0));
  if (zero !== undefined)
    return failed(
      'ATTESTATION_DEBUG',
      `PCR${zero} is zero: the enclave runs in debug mode, where it proves nothing`,
    );
  const wanted = Object.entries(allowed);
  if (wanted.length === 0)
    return {check, verdict: 'not_checked', message: 'no registers are configured; it is not a debug enclave'};
  for (const [index, values] of wanted) {
    const found = registers.get(Number(index));
    const value = found === undefined ? null : hex(found);
    if (value === null || !values.includes(value))
      return failed(
        'ATTESTATION_WRONG_IMAGE',
        `PCR${index} is ${value ?? 'missing'}, and the list of allowed values does not have it`,
      );
  }
  return {
    check,
    verdict: 'ok',
    message: `${wanted.map(([index]) => `PCR${index}`).join(', ')} as configured`,
  };
}

function checkAnswer(userData: Uint8Array | null, sha256: string | null): AttestationFinding {
  if (sha256 === null)
    return {check: 'answer', verdict: 'not_checked', message: 'no answer is given to compare with'};
  const found = userData === null ? null : hex(userData);
  if (found === sha256)
    return {check: 'answer', verdict: 'ok', message: `user_data is the sha256 of the answer, ${sha256}`};
  return {
    check: 'answer',
    verdict: 'failed',
    code: 'ATTESTATION_OTHER_ANSWER',
    message: `user_data is ${found === null ? 'missing' : shown(found)}, and the sha256 of the answer ${sha256}`,
  };
}

function checkTime(at: number, between: AttestedAnswer['between']): AttestationFinding {
  if (between === null)
    return {
      check: 'time',
      verdict: 'not_checked',
      message: `made at ${iso(at)}; no time is given to compare with`,
    };
  const {from, to} = between;
  const window = `between ${iso(from)} and ${iso(to)}`;
  return at >= from && at <= to
    ? {check: 'time', verdict: 'ok', message: `made at ${iso(at)}, ${window}`}
    : {
        check: 'time',
        verdict: 'failed',
        code: 'ATTESTATION_WRONG_TIME',
        message: `made at ${iso(at)}, which is not ${window}`,
      };
}

function factsOf({cose, document, chain}: Read): DocumentFacts {
  const {moduleId, timestamp, registers, userData, nonce, publicKey} = document;
  return {
    sha256: cose.sha256,
    moduleId,
    timestamp,
    registers: Object.fromEntries([...registers].map(([index, value]) => [index, hex(value)])),
    userData: userData === null ? null : hex(userData),
    nonce: nonce === null ? null : hex(nonce),
    publicKey: publicKey === null ? null : hex(publicKey),
    certificates: chain.map(({subject, notBefore, notAfter, sha256}) => ({
      subject,
      notBefore,
      notAfter,
      sha256,
    })),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Longer than a hash it is not what was wanted anyway. */
function shown(text: string): string {
  return text.length <= 128 ? text : `${text.slice(0, 128)}…`;
}
