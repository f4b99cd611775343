import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  engineText,
  notBoundBy,
  outputsOf,
  proofMark,
  readEzklProof,
} from '../../../../src/lib/protocol/zk/judging/ezkl-proof.ts';
import {engineFor} from '../../../../src/lib/protocol/zk/engines.ts';
import {readEzklSettings} from '../../../../src/lib/protocol/zk/judging/ezkl-settings.ts';
import {
  fixedPointText,
  numberOfLittleEndian,
  R,
  signedOf,
} from '../../../../src/lib/protocol/zk/judging/field.ts';
import {ceremonySrs} from '../../../../src/lib/protocol/zk/judging/srs.ts';

const ASSETS = new URL('../../../../src/devnet/assets/', import.meta.url);
const read = (name: string): Buffer => readFileSync(new URL(name, ASSETS));
const settings = {mean: read('models/mean/settings.json'), dense: read('models/dense/settings.json')};
const mean = read('proofs/mean-0.json');

type Json = Record<string, unknown>;
const changed = (bytes: Uint8Array, change: (file: Json) => void): Buffer => {
  const file = JSON.parse(Buffer.from(bytes).toString()) as Json;
  change(file);
  return Buffer.from(JSON.stringify(file));
};
const argsOf = (file: Json): Json => file['run_args'] as Json;

describe('the public values of a proof', () => {
  it('are its outputs, scaled, whatever the file says of them beside', () => {
    const forged = changed(mean, (file) => {
      file['pretty_public_inputs'] = {rescaled_outputs: [['42']]};
      file['hex_proof'] = '0x00';
      file['timestamp'] = 1;
    });
    const [plain, other] = [readEzklProof(mean), readEzklProof(forged)];
    expect(outputsOf(other, readEzklSettings(settings.mean))).toEqual(['0.061512768268585205078125']);
    expect(engineText(other)).toEqual(engineText(plain));
    expect(proofMark('vk', other)).toBe(proofMark('vk', plain));
  });

  it('read back what ezkl prints of them, negative ones too', () => {
    const dense = readEzklProof(read('proofs/dense-0.json'));
    const shown = JSON.parse(read('proofs/dense-0.json').toString()) as {
      pretty_public_inputs: {rescaled_outputs: string[][]};
    };
    const outputs = outputsOf(dense, readEzklSettings(settings.dense)).map(Number);
    expect(outputs).toEqual(shown.pretty_public_inputs.rescaled_outputs.flat().map(Number));
  });

  it('are exact for every value and scale', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 52n), 2n ** 52n), fc.integer({min: 0, max: 60}), (value, scale) => {
        expect(Number(fixedPointText(value, scale))).toBe(Number(value) / 2 ** scale);
        const scalar = value < 0n ? value + R : value;
        const hex = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex');
        expect(signedOf(numberOfLittleEndian(hex))).toBe(value);
      }),
      {numRuns: 200},
    );
  });
});

describe('a file that is no proof', () => {
  it.each<[string, (file: Json) => void, string]>([
    ['one more byte', (file) => (file['proof'] as number[]).push(0), 'a multiple of 32'],
    ['one byte less', (file) => (file['proof'] as number[]).pop(), 'a multiple of 32'],
    ['no byte', (file) => (file['proof'] = []), 'a multiple of 32'],
    ['a byte of 256', (file) => ((file['proof'] as number[])[7] = 256), 'proof[7] is no byte'],
    ['a byte of 1.5', (file) => ((file['proof'] as number[])[7] = 1.5), 'proof[7] is no byte'],
    ['another transcript', (file) => (file['transcript_type'] = 'Poseidon'), 'transcript_type is Poseidon'],
    ['another commitment', (file) => (file['commitment'] = 'IPA'), 'commitment is IPA'],
    ['two columns', (file) => (file['instances'] as unknown[]).push([]), '2 columns'],
    ['a value of the order', (file) => (file['instances'] = [[leHex(R)]]), 'not less than its order'],
    ['a short value', (file) => (file['instances'] = [['00']]), '64 hex digits'],
    ['no values', (file) => delete file['instances'], 'instances is no list'],
  ])('with %s is refused', (_, change, why) => {
    expect(() => readEzklProof(changed(mean, change))).toThrow(
      expect.objectContaining({code: 'PROOF_MALFORMED', message: expect.stringContaining(why) as string}),
    );
  });

  it('of another size or form is refused before anything is looked at', () => {
    expect(() => readEzklProof(Buffer.alloc(1024 * 1024 + 1, 0x20))).toThrow('more than 1048576');
    expect(() => readEzklProof(Buffer.from('<html>'))).toThrow(
      expect.objectContaining({code: 'FRAME_NOT_JSON'}),
    );
    const twice = mean.toString().replace('"instances"', '"proof":[],"instances"');
    expect(() => readEzklProof(Buffer.from(twice))).toThrow(
      expect.objectContaining({code: 'FRAME_DUPLICATE_KEY'}),
    );
  });
});

describe('settings.json', () => {
  it('says how many values a proof has, and their scales', () => {
    expect(readEzklSettings(settings.dense)).toEqual({
      version: '15.1.0',
      logrows: 15,
      instances: 3,
      outputScales: [26, 26, 26],
      inputs: 'Private',
      params: 'Fixed',
    });
  });

  it.each<[string, (file: Json) => void, string]>([
    ['hashed parameters', (f) => (argsOf(f)['param_visibility'] = {Hashed: {}}), 'PROOF_MALFORMED'],
    ['private outputs', (f) => (argsOf(f)['output_visibility'] = 'Private'), 'PROOF_SETTINGS_UNTRIED'],
    ['fixed inputs', (f) => (argsOf(f)['input_visibility'] = 'Fixed'), 'PROOF_SETTINGS_UNTRIED'],
    ['another commitment', (f) => (argsOf(f)['commitment'] = 'IPA'), 'PROOF_SETTINGS_UNTRIED'],
    ['hashes', (f) => (f['module_sizes'] = {polycommit: [], poseidon: [1, [3]]}), 'PROOF_SETTINGS_UNTRIED'],
    ['a circuit of 2^26 rows', (f) => (argsOf(f)['logrows'] = 26), 'PROOF_MALFORMED'],
    ['a circuit of one row', (f) => (argsOf(f)['logrows'] = 0), 'PROOF_MALFORMED'],
    ['a million values', (f) => (f['model_instance_shapes'] = [[1000, 1000]]), 'PROOF_MALFORMED'],
    ['no values', (f) => (f['model_instance_shapes'] = [[0]]), 'PROOF_MALFORMED'],
    ['more outputs than values', (f) => (f['model_output_scales'] = [1, 2]), 'PROOF_MALFORMED'],
    ['no version', (f) => delete f['version'], 'PROOF_MALFORMED'],
  ])('with %s is refused', (_, change, code) => {
    expect(() => readEzklSettings(changed(settings.dense, change))).toThrow(expect.objectContaining({code}));
  });

  it('says what a proof does not bind', () => {
    const own = readEzklSettings(settings.dense);
    expect(notBoundBy(own).map((text) => text.split(':')[0])).toEqual(['The job', 'The input']);
    expect(
      notBoundBy({...own, params: 'Private', inputs: 'Public'}).map((text) => text.split(':')[0]),
    ).toEqual(['The job', 'The weights']);
  });
});

it('knows an engine for versions that were tried alone', () => {
  expect(engineFor('15.1.0')?.version).toBe('12.0.1');
  for (const version of ['15.1.1', '15', '', '21.0.0', '23.0.5', '__proto__'])
    expect(engineFor(version)).toBeNull();
});

it('makes the SRS of the ceremony from its constants', () => {
  const srs = Buffer.from(ceremonySrs());
  expect([srs.length, srs.readUInt32LE(0)]).toEqual([516, 1]);
  // The generators are the same in every SRS.
  const own = read('models/mean/srs.bin');
  expect(srs.subarray(4, 68)).toEqual(own.subarray(4, 68));
  expect(srs.subarray(260, 388)).toEqual(own.subarray(260, 388));
});

function leHex(value: bigint): string {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex');
}
