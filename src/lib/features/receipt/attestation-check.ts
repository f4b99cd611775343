import {createHash} from 'node:crypto';
import type {TeeAttestation} from '../../config/config.ts';
import {readTeeRoot} from '../../config/tee-root.ts';
import {errorText} from '../../foundation/errors/error.ts';
import {readWorkerAnswer} from '../../protocol/wire/worker-answers.ts';
import {createAttestationChecker} from '../../protocol/attestation/check/check.ts';
import type {KindCheck} from '../../protocol/receipt/kind-check.ts';

/** Between the clock of the enclave and ours. */
const LEEWAY_MS = 120_000;

/**
 * Checks the attestation of a receipt. The command that loads it does nothing else meanwhile.
 * @param attestation of the configuration; null: nothing is known to judge by
 */
export function attestationKindCheck(attestation: TeeAttestation | null): KindCheck {
  const check = createAttestationChecker();
  return async ({body, result, askedAt, answeredAt}) => {
    let root;
    let document;
    try {
      const file = attestation?.rootFile ?? null;
      root = file === null ? null : readTeeRoot(file, 'workers.tee.root').der;
      document = new Uint8Array(Buffer.from(readWorkerAnswer('tee', body).attestation, 'base64'));
    } catch (error) {
      return {verdict: 'not_checked', why: errorText(error)};
    }
    const {verdict, checks} = await check(
      document,
      {root, registers: attestation?.registers ?? {}},
      {
        sha256: createHash('sha256').update(result).digest('hex'),
        between:
          askedAt === null || answeredAt === null
            ? null
            : {from: askedAt - LEEWAY_MS, to: answeredAt + LEEWAY_MS},
      },
    );
    const of = (wanted: 'failed' | 'not_checked'): string =>
      checks
        .filter(({check: name, verdict: found}) => found === wanted && name !== 'revocation')
        .map(({message}) => message)
        .join('; ');
    switch (verdict) {
      case 'invalid':
        return {verdict: 'broken', why: of('failed')};
      case 'not_checked':
        return {verdict: 'not_checked', why: of('not_checked')};
      case 'valid':
        return {verdict: 'valid', why: 'revocation is not checked'};
    }
  };
}
