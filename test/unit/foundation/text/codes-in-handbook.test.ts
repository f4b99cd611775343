import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, it} from 'vitest';
import {ATTESTATION} from '../../../../src/lib/foundation/errors/codes/attestation.ts';
import {CHECKS} from '../../../../src/lib/foundation/errors/codes/checks.ts';
import {ENGINE} from '../../../../src/lib/foundation/errors/codes/engine.ts';
import {PROOFS} from '../../../../src/lib/foundation/errors/codes/proofs.ts';

const HANDBOOK = path.join(import.meta.dirname, '../../../../docs/handbook');
/** They end a command, and are no state of a running node. */
const OF_COMMANDS = ['VERIFY_FILE_UNREADABLE'];

it('the handbook says what to do about each code of the checks of answers', () => {
  const pages = readdirSync(HANDBOOK, {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(path.join(HANDBOOK, name), 'utf8'))
    .join('\n');
  const codes = Object.keys({...CHECKS, ...PROOFS, ...ATTESTATION, ...ENGINE});
  const missing = codes.filter((code) => !OF_COMMANDS.includes(code) && !pages.includes(`\`${code}\``));
  expect(missing).toEqual([]);
});
