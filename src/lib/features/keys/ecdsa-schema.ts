import * as v from 'valibot';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {address, schemaOf} from '../../cli/schema/parts.ts';
import type {EcdsaKeyReport} from './ecdsa-import.ts';

export const keysEcdsa: ResultEntry = {
  summary: 'aos keys ecdsa import: the files that were written for Web3Signer.',
  result: schemaOf<EcdsaKeyReport>()(
    v.object({
      address,
      keystore: v.string(),
      keyConfig: v.string(),
      passwordFile: v.string(),
      backups: v.pipe(v.array(v.string()), v.description('where files that were replaced are kept')),
    }),
  ),
};
