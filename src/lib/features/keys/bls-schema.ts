import * as v from 'valibot';
import type {BlsKeyReport} from './text.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {decimal, hash32, schemaOf} from '../../cli/schema/parts.ts';

const pair = v.pipe(v.tuple([decimal, decimal]), v.description('[c1, c0], as contracts take it'));

export const keysBls: ResultEntry = {
  summary: 'aos keys bls create, import, show: the public side of a BLS keystore.',
  result: schemaOf<BlsKeyReport>()(
    v.object({
      file: v.string(),
      operatorId: hash32,
      publicKey: v.string(),
      g1: v.object({x: decimal, y: decimal}),
      g2: v.nullable(v.object({x: pair, y: pair})),
      checked: v.boolean(),
      backup: v.nullable(v.string()),
    }),
  ),
};
