import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {createEnclaveAuthority} from '../../../../src/devnet/tee/authority.ts';
import type {TeeAttestation} from '../../../../src/lib/config/config.ts';
import {readTeeRoot} from '../../../../src/lib/config/tee-root.ts';
import {judgeAttestation} from '../../../../src/lib/features/doctor/attestation.ts';
import {MADE_AT} from '../../../support/attestations.ts';

const DAY = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'aos-doctor-tee-'));
const rootFile = join(folder, 'root.pem');
const REGISTERS = {0: ['ab'.repeat(48)], 8: ['cd'.repeat(48)]};
let end = 0;
let sha256 = '';
beforeAll(async () => {
  const {rootPem, bundle} = await createEnclaveAuthority({at: MADE_AT});
  writeFileSync(rootFile, rootPem);
  writeFileSync(join(folder, 'two.pem'), `${rootPem}${rootPem}`);
  writeFileSync(join(folder, 'cut.pem'), rootPem.slice(0, 300));
  writeFileSync(join(folder, 'below.der'), bundle[1] ?? '');
  writeFileSync(join(folder, 'empty.pem'), '');
  ({notAfter: end, sha256} = readTeeRoot(rootFile, 'it'));
});
afterAll(() => rmSync(folder, {recursive: true}));

const judge = (change: Partial<TeeAttestation> = {}, now = MADE_AT) =>
  judgeAttestation({verify: 'require', rootFile, registers: REGISTERS, ...change}, 'it is well', now);

describe('what attestations are judged by', () => {
  it('is well when an answer needs a valid one, and is named', () => {
    expect(judge()).toMatchObject({
      state: 'ok',
      found: `it is well; each attestation must be valid: root ${sha256}, registers 0, 8`,
      next: null,
    });
  });

  it.each<[string, Partial<TeeAttestation>, string, string]>([
    [
      'a root that is missing',
      {verify: 'record', rootFile: null},
      'no root is configured',
      'workers.tee.root',
    ],
    [
      'registers that are missing',
      {verify: 'record', registers: {}},
      'no registers are configured',
      'workers.tee.pcrs',
    ],
    ['record', {verify: 'record'}, 'only recorded', 'require'],
  ])('%s is a warning', (_, change, words, next) => {
    const found = judge(change);
    expect(found).toMatchObject({state: 'warn', found: expect.stringContaining(words) as unknown});
    expect(JSON.stringify(found.next)).toContain(next);
  });

  it.each<[string, number, 'ok' | 'warn' | 'fail', string]>([
    ['91 days before its end', -91 * DAY, 'ok', ''],
    ['89 days before its end', -89 * DAY, 'warn', 'ends at'],
    ['after its end', 1_000, 'fail', 'only'],
  ])('a root %s', (_, offset, state, words) => {
    const found = judge({}, end + offset);
    expect(found).toMatchObject({state, found: expect.stringContaining(words) as unknown});
    expect(found.next === null).toBe(state === 'ok');
  });

  it('a root that is not valid yet fails, also where answers are only recorded', () => {
    for (const change of [{}, {verify: 'record', registers: {}}] as const)
      expect(judge(change, MADE_AT - 2 * DAY).state).toBe('fail');
  });

  it.each([
    ['missing.pem', 'is not there'],
    ['two.pem', 'has 2 certificates, and the root is one'],
    ['cut.pem', 'holds no certificate'],
    ['empty.pem', 'holds no certificate'],
    ['below.der', 'is no root'],
    ['.', 'is a directory'],
  ])('the file %s fails, with what is wrong and what is next', (name, words) => {
    const found = judge({rootFile: join(folder, name)});
    expect(found.state).toBe('fail');
    expect(found.found).toContain('TEE_ROOT_INVALID');
    expect(found.found).toContain(words);
    expect(found.next).not.toBeNull();
  });
});
