import * as v from 'valibot';
import {CHECK_STATES} from '../../foundation/check/check.ts';
import {QUESTION_KEYS} from './question.ts';
import type {InitReport} from './report.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {next, schemaOf} from '../../cli/schema/parts.ts';

const path = v.string();

export const init: ResultEntry = {
  summary: 'aos init: the files that were made, and the commands to type next.',
  result: schemaOf<InitReport>()(
    v.object({
      file: path,
      backup: v.pipe(v.nullable(path), v.description('where the file that was replaced is kept')),
      network: v.string(),
      nodeId: v.string(),
      vrfKey: v.object({file: path, made: v.boolean()}),
      web3signer: v.nullable(
        v.object({
          compose: path,
          keyConfig: path,
          keysDir: path,
          keystore: v.pipe(v.nullable(path), v.description('copied from the file that was taken over')),
        }),
      ),
      from: v.pipe(
        v.nullable(
          v.object({
            file: path,
            keys: v.array(
              v.object({
                path: v.string(),
                became: v.picklist(['kept', 'moved', 'left out', 'unknown']),
                note: v.string(),
              }),
            ),
          }),
        ),
        v.description('the file of --from, and what became of each of its keys'),
      ),
      problems: v.pipe(
        v.array(
          v.object({
            id: v.picklist(QUESTION_KEYS),
            state: v.picklist(CHECK_STATES),
            found: v.string(),
            needed: v.exactOptional(v.string()),
            next,
            at: v.exactOptional(v.number()),
          }),
        ),
        v.description('what did not answer as it should; the file says so in comments'),
      ),
      next: v.pipe(v.array(v.string()), v.description('commands to type, in this order')),
    }),
  ),
};
