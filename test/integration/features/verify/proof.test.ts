import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, describe, expect, it} from 'vitest';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {verifyProofs, type VerifyProofReport} from '../../../../src/lib/features/verify/proof.ts';
import {verifyProofText} from '../../../../src/lib/features/verify/proof-text.ts';
import type {ModelFiles} from '../../../../src/lib/peers/zk/messages.ts';
import {createProofThread} from '../../../../src/lib/peers/zk/proof-thread.ts';
import {bundleProofThread} from '../../../support/bundle-thread.ts';
import {groth16Key, groth16Proof} from '../../../support/groth16.ts';
import {listStyle} from '../../../support/list-style.ts';
import {ENGINE_DIRS, modelFiles, NO_ENGINE} from '../../../support/proofs.ts';

const folder = mkdtempSync(join(tmpdir(), 'aos-verify-'));
const threadUrl = bundleProofThread(folder);
const thread = createProofThread({threadUrl, time: systemTime});
afterAll(async () => {
  await thread.close();
  rmSync(folder, {recursive: true});
});

const asset = (name: string): string =>
  fileURLToPath(new URL(`../../../../src/devnet/assets/proofs/${name}.json`, import.meta.url));
const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

function verify(
  paths: readonly string[],
  {files = modelFiles('mean'), engineDirs = ENGINE_DIRS, signals = null as string | null} = {},
): Promise<VerifyProofReport> {
  const proofs = paths.map((path) => ({name: path.slice(path.lastIndexOf('/') + 1), path}));
  const {signal} = new AbortController();
  return verifyProofs({proofs, signals, files, engineDirs, thread, signal});
}

describe.skipIf(NO_ENGINE)('aos verify proof', () => {
  it('says of each file whether it holds, what it states, and what it does not bind', async () => {
    const cut = written('cut.json', '{"instances":[[]]}');
    const report = await verify([asset('mean-0'), asset('dense-0'), cut]);
    expect(report.verdict).toBe('false');
    const text = verifyProofText(report, listStyle()).replace(/[0-9a-f]{64}/g, 'HASH');
    expect(text).toMatchInlineSnapshot(`
      "✓ true         mean-0.json
                     states: 0.061512768268585205078125
      ✗ false        dense-0.json
      ? not checked  cut.json
                     transcript_type is missing or no text, and not EVM (PROOF_MALFORMED)

      ezkl 15.1.0, checked by engine 12.0.1
        key       HASH
        settings  HASH
        SRS       HASH

      A true proof says nothing about:
        The job: a proof holds no job id, so that it fits every job about this model.
        The input: it is private, so that some input gives this output."
    `);
  });

  it('without the engine says what to type', async () => {
    const fresh = createProofThread({threadUrl: threadUrl, time: systemTime});
    const proofs = [{name: 'mean-0.json', path: asset('mean-0')}];
    const {signal} = new AbortController();
    const options = {proofs, signals: null, files: modelFiles('mean'), engineDirs: ['/nowhere'], signal};
    await expect(
      verifyProofs({...options, thread: fresh}).finally(() => fresh.close()),
    ).rejects.toMatchObject({
      code: 'PROOF_ENGINE_MISSING',
      next: {
        say: 'Install it: npm install --prefix /nowhere --save-exact --ignore-scripts ezkl-engine-12.0.1@npm:@ezkljs/engine@12.0.1',
      },
    });
  });
});

it('needs no engine for a proof of snarkjs', async () => {
  const vk = written('vk.json', JSON.stringify(groth16Key(1)));
  const files: ModelFiles = {
    vk,
    vkSha256: null,
    settings: null,
    settingsSha256: null,
    srs: null,
    srsSha256: null,
  };
  const {proof, publicSignals} = groth16Proof([7n]);
  const alone = written('proof.json', JSON.stringify(proof));
  const signals = written('public.json', JSON.stringify(publicSignals));
  expect(await verify([alone], {files, signals, engineDirs: []})).toMatchObject({
    verdict: 'true',
    proofs: [{file: 'proof.json', outputs: ['7']}],
    model: {system: 'groth16', srsSha256: null},
  });
  const plonk = written('plonk.json', JSON.stringify({...groth16Key(1), protocol: 'plonk'}));
  await expect(verify([alone], {files: {...files, vk: plonk}, signals})).rejects.toMatchObject({
    code: 'PROOF_SETTINGS_UNTRIED',
    message: 'the proof system is plonk, and only groth16 is checked',
  });
});

it('names a file that is none', async () => {
  await expect(verify([join(folder, 'none.json')])).rejects.toMatchObject({code: 'INPUT_UNREADABLE'});
  await expect(verify([folder])).rejects.toThrow('is a directory, not a file');
  await expect(verify([written('large', ' '.repeat(2 ** 21 + 1))])).rejects.toThrow(
    'more than 2097152 bytes',
  );
});
