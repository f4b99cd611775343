import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {inflateRawSync} from 'node:zlib';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, describe, expect, it} from 'vitest';
import type {ModelFiles, ProofReport} from '../../../../src/lib/peers/zk/messages.ts';
import {createJudge} from '../../../../src/lib/peers/zk/thread/judge.ts';
import {groth16Key, groth16Proof} from '../../../support/groth16.ts';
import {
  changedProof,
  ENGINE_DIRS,
  modelFiles,
  NETWORK_PROOFS,
  NO_ENGINE,
  proofFile,
  proofRequest,
  sha256,
} from '../../../support/proofs.ts';

const folder = mkdtempSync(join(tmpdir(), 'aos-judge-'));
afterAll(() => rmSync(folder, {recursive: true}));

const {judge} = createJudge();
const mean = modelFiles('mean');
const dense = modelFiles('dense');
const unpinned = {...mean, srsSha256: null};
const said = (files: ModelFiles, proof: Uint8Array): string => {
  const {word, fault} = judge(proofRequest(files, proof));
  return word ?? fault?.code ?? '';
};
const written = (name: string, bytes: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

describe.skipIf(NO_ENGINE)('a proof of ezkl, checked by its engine', () => {
  it.each([
    [mean, 'mean-0', ['0.061512768268585205078125']],
    [mean, 'mean-1', null],
    [dense, 'dense-0', null],
    [dense, 'dense-1', null],
  ])('is true: %#', (files, name, outputs) => {
    const report = judge(proofRequest(files, proofFile(name)));
    expect(report).toMatchObject({word: 'true', fault: null, model: {system: 'ezkl', ezklVersion: '15.1.0'}});
    // What is kept of it is the same proof, and nothing else.
    const kept = inflateRawSync(report.kept ?? Buffer.of());
    expect(Object.keys(JSON.parse(kept.toString()) as object)).toEqual([
      ...['instances', 'proof', 'transcript_type', 'commitment'],
    ]);
    expect(judge(proofRequest(files, kept))).toEqual(report);
    if (outputs !== null) expect(report.outputs).toEqual(outputs);
  });

  it.each<[string, ModelFiles, Buffer, string]>([
    ['an output changed', mean, changedProof(proofFile('mean-0'), changeOutput), 'false'],
    ['the output of another', mean, changedProof(proofFile('mean-0'), swapOutput), 'false'],
    [
      'a byte changed',
      dense,
      changedProof(proofFile('dense-1'), (file) => void (file.proof[700] = 1)),
      'false',
    ],
    ['all zero', mean, changedProof(proofFile('mean-0'), (file) => void file.proof.fill(0)), 'false'],
    ['of another model', mean, proofFile('dense-0'), 'false'],
    ['of another model', dense, proofFile('mean-0'), 'false'],
    [
      'cut off in a word',
      mean,
      changedProof(proofFile('mean-0'), (file) => void file.proof.pop()),
      'PROOF_MALFORMED',
    ],
    [
      'cut off',
      mean,
      changedProof(proofFile('mean-0'), (file) => void (file.proof.length = 96)),
      'PROOF_MALFORMED',
    ],
    [
      'with a byte more',
      mean,
      changedProof(proofFile('mean-0'), (file) => void file.proof.push(1)),
      'PROOF_MALFORMED',
    ],
    ['with a word more', mean, changedProof(proofFile('mean-0'), addWord), 'PROOF_MALFORMED'],
    ['no proof', mean, Buffer.from('{"a":1}'), 'PROOF_MALFORMED'],
    ['a page', mean, Buffer.from('<html>Not found</html>'), 'PROOF_MALFORMED'],
  ])('is not true: %s', (_, files, proof, word) => {
    expect(said(files, proof)).toBe(word);
  });

  it('with bytes behind its end is found out also when it is the first of its model', () => {
    const fresh = createJudge();
    const long = changedProof(proofFile('mean-0'), addWord);
    expect(fresh.judge(proofRequest(mean, long)).fault).toEqual({
      code: 'PROOF_MALFORMED',
      message: 'the proof has 2176 bytes, and a whole one of this model has 2144',
    });
    expect(fresh.judge(proofRequest(mean, proofFile('mean-0'))).word).toBe('true');
  });

  it('is never taken with other outputs, whatever is changed of it', () => {
    const text = proofFile('mean-0').toString();
    const plain = judge(proofRequest(mean, proofFile('mean-0')));
    fc.assert(
      fc.property(
        fc.nat({max: text.length - 1}),
        fc.constantFrom(...'0123456789abcdef", []{}'.split(/(?:)/)),
        (at, by) => {
          const report = judge(proofRequest(mean, Buffer.from(text.slice(0, at) + by + text.slice(at + 1))));
          if (report.word === 'true') expect(report).toEqual(plain);
        },
      ),
      {numRuns: 40},
    );
  });

  it.each<[string, ModelFiles, string]>([
    ['a key that is not the pinned one', {...mean, vkSha256: '0'.repeat(64)}, 'PROOF_MODEL_FILES'],
    ['settings that are not the pinned ones', {...mean, settingsSha256: '0'.repeat(64)}, 'PROOF_MODEL_FILES'],
    ['a key that is not there', {...mean, vk: join(folder, 'none')}, 'PROOF_MODEL_FILES'],
    ['the key of another model, pinned', {...mean, vk: dense.vk, vkSha256: dense.vkSha256}, 'false'],
    ['an SRS that is not the pinned one', {...mean, srs: dense.srs}, 'PROOF_MODEL_FILES'],
    ['an SRS that is not there', {...unpinned, srs: join(folder, 'none')}, 'PROOF_MODEL_FILES'],
    ['an SRS that is empty', {...unpinned, srs: written('empty', '')}, 'PROOF_MODEL_FILES'],
    ['an SRS of zeros', {...unpinned, srs: written('zeros', Buffer.alloc(516))}, 'PROOF_MODEL_FILES'],
    [
      'an SRS whose s is 1',
      {
        ...unpinned,
        srs: written(
          'one',
          srsWith((srs) => srs.copy(srs, 388, 260, 388)),
        ),
      },
      'PROOF_MODEL_FILES',
    ],
    [
      'an SRS without s·G2',
      {
        ...unpinned,
        srs: written(
          'none-g2',
          srsWith((srs) => srs.fill(0, 388)),
        ),
      },
      'PROOF_MODEL_FILES',
    ],
    [
      'an SRS with a bit more',
      {
        ...unpinned,
        srs: written(
          'bit',
          srsWith((srs) => void srs.writeUInt8(srs.readUInt8(400) ^ 1, 400)),
        ),
      },
      'PROOF_MODEL_FILES',
    ],
    [
      'an SRS that is cut off',
      {...unpinned, srs: written('cut', readFileSync(mean.srs ?? '').subarray(0, 500))},
      'PROOF_MODEL_FILES',
    ],
    ['the SRS of another model', {...unpinned, srs: dense.srs}, 'false'],
    [
      'settings of an unknown version',
      {...mean, ...changedSettings('"15.1.0"', '"15.1.1"')},
      'PROOF_VERSION_UNKNOWN',
    ],
    ['settings that are none', {...mean, ...changedSettings('"run_args"', '"args"')}, 'PROOF_MODEL_FILES'],
    ['settings that hash', {...mean, ...changedSettings('[0,[0]]', '[0,[1]]')}, 'PROOF_SETTINGS_UNTRIED'],
  ])('is not true with %s', (_, files, code) => {
    expect(said(files, proofFile('mean-0'))).toBe(code);
  });

  it('is checked with an engine whose files are the tried ones alone', () => {
    const request = {...proofRequest(mean, proofFile('mean-0')), engineDirs: [folder]};
    expect(createJudge().judge(request).fault?.code).toBe('PROOF_ENGINE_MISSING');
  });

  it.skipIf(!existsSync(NETWORK_PROOFS))('of the network is true with the SRS of the ceremony', () => {
    for (const name of ['1l_average', '2l_relu_fc']) {
      const [vk, settings] = [`${NETWORK_PROOFS}${name}/vk.key`, `${NETWORK_PROOFS}${name}/settings.json`];
      const files = {
        vk,
        settings,
        vkSha256: sha256(readFileSync(vk)),
        settingsSha256: sha256(readFileSync(settings)),
        srs: null,
        srsSha256: null,
      };
      const report: ProofReport = judge(
        proofRequest(files, readFileSync(`${NETWORK_PROOFS}${name}/proof.json`)),
      );
      expect([report.word, report.model?.notBound.length]).toEqual(['true', 3]);
    }
  });
});

it('takes a Groth16 proof of snarkjs, and says which engine it needs of none', () => {
  const vk = written('verification_key.json', JSON.stringify(groth16Key(1)));
  const files: ModelFiles = {
    vk,
    vkSha256: sha256(readFileSync(vk)),
    settings: null,
    settingsSha256: null,
    srs: null,
    srsSha256: null,
  };
  const request = (proof: unknown) => ({
    files,
    engineDirs: [],
    proof: Buffer.from(JSON.stringify(proof)),
    signals: null,
  });
  const whole = judge(request({...groth16Proof([7n]), another: 'member'}));
  expect(judge({...request(null), proof: inflateRawSync(whole.kept ?? Buffer.of())})).toEqual(whole);
  expect(judge(request(groth16Proof([7n])))).toMatchObject({
    word: 'true',
    outputs: ['7'],
    model: {system: 'groth16', engineVersion: null},
  });
  expect(judge(request({...groth16Proof([7n]), publicSignals: ['8']})).word).toBe('false');
  expect(judge({...proofRequest(files, Buffer.from('[]')), engineDirs: ENGINE_DIRS}).fault?.code).toBe(
    'PROOF_MALFORMED',
  );
});

function changeOutput({instances}: {instances: string[][]}): void {
  instances[0] = [(instances[0]?.[0] ?? '').replace(/^../, '07')];
}

function swapOutput(file: {instances: string[][]}): void {
  file.instances = (JSON.parse(proofFile('mean-1').toString()) as {instances: string[][]}).instances;
}

function addWord({proof}: {proof: number[]}): void {
  proof.push(...new Array<number>(32).fill(0));
}

function changedSettings(from: string, to: string): Pick<ModelFiles, 'settings' | 'settingsSha256'> {
  const text = readFileSync(mean.settings ?? '', 'utf8').replace(from, to);
  const settings = written(`settings-${sha256(Buffer.from(text)).slice(0, 8)}.json`, text);
  return {settings, settingsSha256: sha256(Buffer.from(text))};
}

function srsWith(change: (srs: Buffer) => void): Buffer {
  const srs = Buffer.from(readFileSync(mean.srs ?? ''));
  change(srs);
  return srs;
}
