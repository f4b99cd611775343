import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import type {ModelFiles} from '../../src/lib/peers/zk/messages.ts';
import {createJudge} from '../../src/lib/peers/zk/thread/judge.ts';
import {groth16Key, groth16Proof} from '../support/groth16.ts';
import {byteChanges, changeProofs, ezklChanges, unboundChanges} from '../support/proof-changes.ts';
import {modelFiles, NO_ENGINE, proofFile, proofRequest, sha256} from '../support/proofs.ts';

const folder = mkdtempSync(join(tmpdir(), 'aos-proof-changes-'));
afterAll(() => rmSync(folder, {recursive: true}));

const {judge} = createJudge();
const UNBOUND = ['timestamp', 'hex_proof', 'pretty_public_inputs', 'split', 'protocol', 'another'];

describe.skipIf(NO_ENGINE)('of a thousand changes to a proof of ezkl', () => {
  const [whole, other] = [proofFile('mean-0'), proofFile('mean-1')];
  const by = (files: ModelFiles) => ({
    whole,
    other,
    judge: (bytes: Uint8Array) => judge(proofRequest(files, bytes)),
  });
  const mean = by(modelFiles('mean'));

  it('none of its bytes is taken with other outputs, or as another proof', () => {
    changeProofs(mean, byteChanges(other), 500);
  });

  it('none of its words and public values is', () => {
    changeProofs(mean, ezklChanges(other), 350);
  });

  it('none of what nothing binds changes what is said of it', () => {
    expect(changeProofs(mean, unboundChanges(UNBOUND), 150)).toBe(150);
  });
});

it('none of a thousand changes to a Groth16 proof is taken with other outputs', () => {
  const vk = join(folder, 'verification_key.json');
  const key = JSON.stringify(groth16Key(2));
  writeFileSync(vk, key);
  const files: ModelFiles = {
    vk,
    vkSha256: sha256(Buffer.from(key)),
    settings: null,
    settingsSha256: null,
    srs: null,
    srsSha256: null,
  };
  const [whole, other] = [groth16Proof([7n, 9n]), groth16Proof([8n, 9n], [23n, 29n])].map((proof) =>
    Buffer.from(JSON.stringify(proof)),
  ) as [Buffer, Buffer];
  const groth16 = {whole, other, judge: (bytes: Uint8Array) => judge(proofRequest(files, bytes))};
  changeProofs(groth16, byteChanges(other), 950);
  expect(changeProofs(groth16, unboundChanges(['timestamp', 'another']), 50)).toBe(50);
});
