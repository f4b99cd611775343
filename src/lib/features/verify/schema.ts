import * as v from 'valibot';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {errorCode, schemaOf} from '../../cli/schema/parts.ts';
import type {VerifyProofReport} from './proof.ts';

const described = <S extends v.GenericSchema<unknown, unknown>>(schema: S, description: string) =>
  v.pipe(schema, v.description(description));

const verdict = v.picklist(['true', 'false', 'not_checked']);
const sha256 = described(v.string(), 'SHA-256, 64 hex digits');

export const verifyProof: ResultEntry = {
  summary: 'aos verify proof: what the proofs state, whether they hold, and what they do not bind.',
  result: schemaOf<VerifyProofReport>()(
    v.object({
      verdict: described(verdict, 'the worst of all files'),
      proofs: v.array(
        v.object({
          file: described(v.string(), 'as it was named'),
          verdict,
          code: described(v.nullable(errorCode), 'why it is not checked'),
          message: v.nullable(v.string()),
          outputs: described(
            v.nullable(v.array(v.string())),
            'what it states, from its public values alone; decimal numbers',
          ),
          mark: described(v.nullable(v.string()), 'the same for the same proof'),
        }),
      ),
      model: v.object({
        system: v.picklist(['ezkl', 'groth16']),
        ezklVersion: v.nullable(v.string()),
        engineVersion: v.nullable(v.string()),
        vkSha256: sha256,
        settingsSha256: v.nullable(sha256),
        srsSha256: v.nullable(sha256),
      }),
      notBound: described(v.array(v.string()), 'what a true proof says nothing about'),
    }),
  ),
};
