import * as v from 'valibot';
import type {VrfReport} from './vrf-key.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {schemaOf} from '../../cli/schema/parts.ts';

export const keysVrf: ResultEntry = {
  summary: 'aos keys vrf create, show: the public side of a VRF key file.',
  result: schemaOf<VrfReport>()(
    v.object({
      file: v.string(),
      publicKey: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/), v.description('ed25519, 32 bytes in hex')),
      backup: v.nullable(v.string()),
    }),
  ),
};
