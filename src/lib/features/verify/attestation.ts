import {createHash} from 'node:crypto';
import {readGivenFile} from '../../cli/given-file.ts';
import {readTeeRoot, type TeeRoot} from '../../config/tee-root.ts';
import type {TeeAttestation} from '../../config/config.ts';
import type {CheckAttestation} from '../../protocol/attestation/check/check.ts';
import type {
  AllowedRegisters,
  AttestationReport,
  CertificateFacts,
  DocumentFacts,
} from '../../protocol/attestation/report.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {isoTime, namedTime} from '../../foundation/time/time.ts';
import {readAttestationInput, type AttestationInput} from './attestation-input.ts';

export type VerifiedAttestation = {
  verdict: AttestationReport['verdict'];
  file: string;
  /** How the document stood in the file. */
  form: AttestationInput['form'];
  /** Where the answer that it was compared with came from. */
  answer: 'none' | 'file' | 'flag' | 'callback';
  checks: readonly {
    check: AttestationReport['checks'][number]['check'];
    verdict: AttestationReport['checks'][number]['verdict'];
    code: string | null;
    message: string;
  }[];
  root: {sha256: string; subject: string; isOfAws: boolean; validUntil: string} | null;
  document:
    | (Omit<DocumentFacts, 'timestamp' | 'certificates'> & {
        time: string;
        certificates: readonly (Omit<CertificateFacts, 'notBefore' | 'notAfter'> & {
          validFrom: string;
          validUntil: string;
        })[];
      })
    | null;
};

export type VerifyAttestationOptions = {
  /** Absolute. */
  file: string;
  /** Of flags; each stands in for the configuration's. */
  rootFile: string | null;
  registers: AllowedRegisters;
  answerFile: string | null;
  answerSha256: string | null;
  /** When the answer came, Unix ms. */
  at: number | null;
  /** What the configuration says; null: there is none. */
  configured: TeeAttestation | null;
  /** Ends the reading of a pipe that is silent. */
  signal: AbortSignal;
};

/** Longest file, bytes: a callback with a long answer. */
const MOST_FILE = 16 * 1024 * 1024;
/** Between the clock of the enclave and ours. */
const LEEWAY_MS = 120_000;

/**
 * Checks a document by hand.
 * @throws AosError INPUT_UNREADABLE | ATTESTATION_MALFORMED | TEE_ROOT_INVALID | USAGE; or the signal's reason
 */
export async function verifyAttestation(
  options: VerifyAttestationOptions,
  check: CheckAttestation,
): Promise<VerifiedAttestation> {
  const {file, at, configured, signal} = options;
  const input = readAttestationInput(await readGivenFile(file, MOST_FILE, signal));
  const root = rootOf(options);
  const own = Object.keys(options.registers).length > 0 ? options.registers : (configured?.registers ?? {});
  const answer = await answerOf(options, input);
  const report = await check(
    input.document,
    {root: root?.der ?? null, registers: own},
    {sha256: answer.sha256, between: at === null ? null : {from: at - LEEWAY_MS, to: at + LEEWAY_MS}},
  );
  return {
    verdict: report.verdict,
    file,
    form: input.form,
    answer: answer.from,
    checks: report.checks.map((found) => ({
      check: found.check,
      verdict: found.verdict,
      code: found.verdict === 'failed' ? found.code : null,
      message: found.message,
    })),
    root:
      root === null
        ? null
        : {
            sha256: root.sha256,
            subject: root.subject,
            isOfAws: root.isOfAws,
            validUntil: isoTime(root.notAfter),
          },
    document: report.document === null ? null : shownDocument(report.document),
  };
}

function rootOf({rootFile, configured}: VerifyAttestationOptions): TeeRoot | null {
  if (rootFile !== null) return readTeeRoot(rootFile, '--root');
  const file = configured?.rootFile ?? null;
  return file === null ? null : readTeeRoot(file, 'workers.tee.root');
}

async function answerOf(
  {answerFile, answerSha256, signal}: VerifyAttestationOptions,
  {answer}: AttestationInput,
): Promise<{sha256: string | null; from: VerifiedAttestation['answer']}> {
  if (answerSha256 !== null) return {sha256: answerSha256, from: 'flag'};
  if (answerFile !== null)
    return {sha256: hash(await readGivenFile(answerFile, MOST_FILE, signal)), from: 'file'};
  return answer === null ? {sha256: null, from: 'none'} : {sha256: hash(answer), from: 'callback'};
}

function hash(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function shownDocument({
  timestamp,
  certificates,
  ...rest
}: DocumentFacts): NonNullable<VerifiedAttestation['document']> {
  return {
    ...rest,
    time: namedTime(timestamp),
    certificates: certificates.map(({notBefore, notAfter, ...facts}) => ({
      ...facts,
      validFrom: namedTime(notBefore),
      validUntil: namedTime(notAfter),
    })),
  };
}

/**
 * Reads `--pcr 0=HEX`, given once for each allowed value.
 * @throws AosError USAGE
 */
export function registersOfFlags(texts: readonly string[]): AllowedRegisters {
  const registers: Record<string, string[]> = {};
  for (const text of texts) {
    const {index, value} =
      /^(?<index>[0-9]|[12][0-9]|3[01])=(?:0x)?(?<value>[0-9a-f]{96})$/i.exec(text)?.groups ?? {};
    if (index === undefined || value === undefined)
      throw new AosError('USAGE', '--pcr takes a register and its value, such as 0=96 hex digits');
    (registers[index] ??= []).push(value.toLowerCase());
  }
  return registers;
}
