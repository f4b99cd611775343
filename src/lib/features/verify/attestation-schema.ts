import * as v from 'valibot';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {schemaOf, time} from '../../cli/schema/parts.ts';
import {ATTESTATION_CHECKS, ATTESTATION_VERDICTS} from '../../protocol/attestation/report.ts';
import type {VerifiedAttestation} from './attestation.ts';

const described = <S extends v.GenericSchema<unknown, unknown>>(schema: S, description: string) =>
  v.pipe(schema, v.description(description));

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/), v.description('SHA-256, hex'));
const bytes = v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]*$/), v.description('bytes, hex')));

export const verifyAttestationEntry: ResultEntry = {
  summary: 'aos verify attestation: what an attestation document of a tee worker proves.',
  result: schemaOf<VerifiedAttestation>()(
    v.object({
      verdict: described(
        v.picklist(['valid', 'invalid', 'not_checked']),
        'not_checked: nothing failed, and something was not compared',
      ),
      file: v.string(),
      form: described(v.picklist(['raw', 'hex', 'base64', 'json']), 'how the document stood in the file'),
      answer: described(
        v.picklist(['none', 'file', 'flag', 'callback']),
        'where the compared answer came from',
      ),
      checks: v.array(
        v.object({
          check: v.picklist(ATTESTATION_CHECKS),
          verdict: v.picklist(ATTESTATION_VERDICTS),
          code: described(v.nullable(v.string()), 'of a failure: see aos explain'),
          message: v.string(),
        }),
      ),
      root: described(
        v.nullable(v.object({sha256, subject: v.string(), isOfAws: v.boolean(), validUntil: time})),
        'the certificate that it was judged by',
      ),
      document: described(
        v.nullable(
          v.object({
            sha256: described(sha256, 'of the signed bytes: the identity of the document'),
            moduleId: v.string(),
            registers: v.record(v.string(), v.string()),
            userData: bytes,
            nonce: bytes,
            publicKey: bytes,
            time,
            certificates: v.array(v.object({subject: v.string(), sha256, validFrom: time, validUntil: time})),
          }),
        ),
        'what it says; proven only when the verdict is valid',
      ),
    }),
  ),
};
