import {createHash} from 'node:crypto';
import type {TeeAttestation} from '../../config/config.ts';
import type {TeeRoot} from '../../config/tee-root.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import type {ErrorCode} from '../../foundation/errors/table.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {namedTime} from '../../foundation/time/time.ts';
import type {AttestationThread} from '../../node/attestation-thread/client.ts';
import type {AttestationFinding, AttestationReport} from '../../protocol/attestation/report.ts';
import type {CheckFacts} from '../../node/journal/verdicts.ts';
import type {SeenMarks} from '../../node/journal/seen.ts';
import type {AnswerCheck, AnswerToCheck, CheckVerdict} from '../../node/operator/check-port.ts';

export type AttestationCheckParts = {
  attestation: TeeAttestation;
  /** The certificate of `attestation.rootFile`; null: none is configured. */
  root: TeeRoot | null;
  thread: Pick<AttestationThread, 'check'>;
  claim: SeenMarks['claim'];
};

/** Between the clock of the enclave and ours. */
const LEEWAY_MS = 120_000;
const NOTHING = /^0+$/;
const MOST_MESSAGE = 400;

/** Judges the answers of tee workers by their attestations (docs/verification.md#tee-attestations). */
export function createAttestationCheck({
  attestation,
  root,
  thread,
  claim,
}: AttestationCheckParts): AnswerCheck {
  const {verify, registers} = attestation;
  const policy = {root: root?.der ?? null, registers};

  async function judge(answer: AnswerToCheck, signal: AbortSignal): Promise<CheckVerdict> {
    const {said, requestId, askedAt, receivedAt} = answer;
    if (said.unattested !== null) return withoutDocument(said.unattested);
    const report = await thread.check(
      new Uint8Array(Buffer.from(said.attestation, 'base64')),
      policy,
      {
        sha256: createHash('sha256').update(said.answer).digest('hex'),
        between: {from: askedAt - LEEWAY_MS, to: receivedAt + LEEWAY_MS},
      },
      signal,
    );
    const {document} = report;
    // One that fails is not taken, and must not stand in the way of a good one.
    const isTaken =
      document !== null &&
      report.verdict !== 'invalid' &&
      (await claim(`tee:${document.sha256}`, requestId, receivedAt)) !== requestId;
    const failed = isTaken ? REPLAYED : failureOf(report);
    const facts = factsOf(report, {isTaken, verify, root});
    if (failed !== null) {
      const message = safeText(`the attestation is not valid: ${failed.message}`, MOST_MESSAGE);
      return verify === 'require'
        ? {verdict: 'held', code: failed.code, then: 'wait', message, facts}
        : {
            verdict: 'not_checked',
            code: failed.code,
            message: `${message}; workers.tee.verify is record`,
            facts,
          };
    }
    if (report.verdict === 'valid')
      return {verdict: 'ok', message: 'the attestation is valid; revocation is not checked', facts};
    return {
      verdict: 'not_checked',
      code: 'ATTESTATION_NOT_CHECKED',
      message: `the attestation is recorded and not checked: ${openOf(report)}`,
      facts,
    };
  }

  /** There is no document. With `record` that is no answer: it is one of a time when `require` was set. */
  function withoutDocument(why: string): CheckVerdict {
    const code = 'ATTESTATION_MALFORMED';
    if (verify === 'record') return {verdict: 'refused', code, message: why};
    const message = `${why}: nothing shows which program gave the answer`;
    const facts = {form: 'failed', replay: 'not_checked', verify, root: root?.sha256 ?? ''};
    return {verdict: 'held', code, then: 'wait', message, facts};
  }

  return {
    name: 'attestation',
    kind: 'tee',
    atOnce: 1,
    takesUnattested: verify === 'require',
    wants: ({kind}) => kind === 'tee',
    async check(answer, signal) {
      try {
        return await judge(answer, signal);
      } catch (error) {
        // What is only recorded holds nothing up.
        if (verify === 'require' || signal.aborted || !isAosError(error, 'ATTESTATION_UNJUDGED')) throw error;
        return {verdict: 'not_checked', code: error.code, message: safeText(error.message, MOST_MESSAGE)};
      }
    },
  };
}

const REPLAYED: {code: ErrorCode; message: string} = {
  code: 'ATTESTATION_REPLAYED',
  message: 'the same document came with an earlier answer',
};

function failureOf({checks}: AttestationReport): {code: ErrorCode; message: string} | null {
  const failed = checks.filter((found): found is Failed => found.verdict === 'failed');
  const [first] = failed;
  return first === undefined
    ? null
    : {code: first.code, message: failed.map(({message}) => message).join('; ')};
}

type Failed = Extract<AttestationFinding, {verdict: 'failed'}>;

function openOf({checks}: AttestationReport): string {
  const open = checks.filter(({check, verdict}) => verdict === 'not_checked' && check !== 'revocation');
  return open.map(({message}) => message).join('; ');
}

function factsOf(
  {checks, document}: AttestationReport,
  {isTaken, verify, root}: {isTaken: boolean; verify: TeeAttestation['verify']; root: TeeRoot | null},
): CheckFacts {
  const found = checks.map(({check, verdict}): [string, string] => [check, verdict]);
  const said =
    document === null
      ? {}
      : {
          document: document.sha256,
          moduleId: document.moduleId,
          madeAt: namedTime(document.timestamp),
          userData: document.userData ?? '',
          documentRoot: document.certificates[0]?.sha256 ?? '',
          ...Object.fromEntries(
            Object.entries(document.registers)
              .filter(([, value]) => !NOTHING.test(value))
              .map(([index, value]) => [`pcr${index}`, value]),
          ),
        };
  return {
    ...Object.fromEntries(found),
    replay: document === null ? 'not_checked' : isTaken ? 'failed' : 'ok',
    verify,
    root: root?.sha256 ?? '',
    ...said,
  };
}
