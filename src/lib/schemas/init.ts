import * as v from 'valibot';
import type {InitReport} from '../init/report.ts';
import type {ResultEntry} from './entry.ts';
import {address, next, schemaOf} from './parts.ts';

export const init: ResultEntry = {
  summary: 'aos init: the files that were made, what was in the way, and the commands to type.',
  result: schemaOf<InitReport>()(
    v.object({
      file: v.string(),
      backup: v.nullable(v.string()),
      network: v.string(),
      nodeId: address,
      vrfKey: v.object({file: v.string(), made: v.boolean()}),
      web3signer: v.nullable(v.object({compose: v.string(), keyConfig: v.string(), keysDir: v.string()})),
      troubles: v.array(v.object({question: v.string(), text: v.string(), fix: next})),
      next: v.array(v.string()),
    }),
  ),
};
