import {describe, expect, it} from 'vitest';
import {checkConfig} from '../../../src/lib/config/load.ts';
import {goodFile, withConfig} from '../../support/config-file.ts';

const PCR = 'ab'.repeat(48);
const OTHER = 'cd'.repeat(48);

const checked = (tee: string, env: Record<string, string> = {}) =>
  withConfig(
    goodFile({more: `workers:\n  tee:\n    url: http://127.0.0.1:3000\n${tee}`}),
    (source, dir) => ({...checkConfig(source, {need: 'run'}), dir}),
    env,
  );
const attestationOf = (tee: string, env: Record<string, string> = {}) =>
  checked(tee, env).run?.workers.kinds.tee?.attestation;

const ROOT = '    root: ./root.pem\n';
const pcr = (index: number, value = PCR): string => `    pcrs: {${index}: ["${value}"]}\n`;

describe('what becomes of an answer whose attestation is not valid', () => {
  it.each<[string, string, string]>([
    ['nothing is set', '', 'record'],
    ['a root alone', ROOT, 'record'],
    ['registers alone', pcr(0), 'record'],
    ['a root, and register 0', `${ROOT}${pcr(0)}`, 'require'],
    ['a root, and register 8', `${ROOT}${pcr(8)}`, 'require'],
    ['a root and register 0, and record', `    verify: record\n${ROOT}${pcr(0)}`, 'record'],
    ['a root and register 0, and require', `    verify: require\n${ROOT}${pcr(0)}`, 'require'],
  ])('with %s', (_, tee, verify) => {
    const {run, problems} = checked(tee);
    expect(problems).toEqual([]);
    expect(run?.workers.kinds.tee?.attestation?.verify).toBe(verify);
  });

  it('is decided by variables too', () => {
    const env = {AOS_WORKERS_TEE_ROOT: '/etc/aos/root.pem', AOS_WORKERS_TEE_PCRS_8: PCR};
    expect(attestationOf('', env)).toEqual({
      verify: 'require',
      rootFile: '/etc/aos/root.pem',
      registers: {8: [PCR]},
    });
  });
});

it('several values of a register are allowed, each once, in small letters', () => {
  const tee = `${ROOT}    pcrs:\n      0: ["${PCR.toUpperCase()}", "0x${PCR}", "${OTHER}"]\n      4: ["${OTHER}"]\n`;
  const {run, problems, dir} = checked(tee);
  expect(problems).toEqual([]);
  expect(run?.workers.kinds.tee?.attestation).toMatchObject({
    rootFile: `${dir}/root.pem`,
    registers: {0: [PCR, OTHER], 4: [OTHER]},
  });
});

describe('what is refused', () => {
  it.each<[string, string, string[], string]>([
    ['require without a root', `    verify: require\n${pcr(0)}`, ['workers.tee.verify'], 'workers.tee.root'],
    [
      'require without registers',
      `    verify: require\n${ROOT}`,
      ['workers.tee.verify'],
      'workers.tee.pcrs.0',
    ],
    ['require alone', '    verify: require\n', ['workers.tee.verify'], 'workers.tee.root'],
    ['register 4 alone', `${ROOT}${pcr(4)}`, ['workers.tee.pcrs.4'], 'says nothing of which program runs'],
    [
      'require with register 3 alone',
      `    verify: require\n${ROOT}${pcr(3)}`,
      ['workers.tee.pcrs.3', 'workers.tee.verify'],
      'workers.tee.pcrs.0',
    ],
    ['a value that is too short', `${ROOT}${pcr(0, PCR.slice(2))}`, ['workers.tee.pcrs.0[0]'], ''],
    ['a value that is no hex', `${ROOT}${pcr(0, `zz${PCR.slice(2)}`)}`, ['workers.tee.pcrs.0[0]'], ''],
    ['another word', '    verify: always\n', ['workers.tee.verify'], ''],
  ])('%s', (_, tee, paths, words) => {
    const {problems, run} = checked(tee);
    expect(run).toBeNull();
    expect(problems.map(({path}) => path).sort()).toEqual([...paths].sort());
    expect(JSON.stringify(problems)).toContain(words);
  });
});
